// The programs of a control plane and of a node in one file, so that their common libraries are built and loaded once:
// the first argument names the one to be.
package main

import (
	"context"
	"fmt"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

var programs = map[string]func(){
	"etcd":        func() { etcdmain.Main(os.Args) },
	"apiserver":   func() { os.Exit(cli.Run(apiserver.NewAPIServerCommand())) },
	"controllers": func() { os.Exit(cli.Run(controllers.NewControllerManagerCommand())) },
	"scheduler":   func() { os.Exit(cli.Run(scheduler.NewSchedulerCommand())) },
	"kubelet":     func() { os.Exit(cli.Run(kubelet.NewKubeletCommand(context.Background()))) },
	"proxy":       func() { os.Exit(cli.Run(proxy.NewProxyCommand())) },
	"kubectl":     func() { os.Exit(cli.Run(kubectl.NewDefaultKubectlCommand())) },
}

func main() {
	if len(os.Args) > 1 {
		if program, known := programs[os.Args[1]]; known {
			os.Args = os.Args[1:]
			program()
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: plane etcd|apiserver|controllers|scheduler|kubelet|proxy|kubectl ...")
	os.Exit(2)
}
