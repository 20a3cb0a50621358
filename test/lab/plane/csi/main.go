// csi DRIVER NODE KUBELET-FOLDER: a CSI node plugin as small as they go. The kubelet finds it, registers it and asks it for mounts.
// Runs in a privileged container that sees the node at /host; every command runs in the node's own root.
//
//	local.csi.openebs.io  a logical volume: a file system is made where there is none, and mounted
//	cstor.csi.openebs.io  a folder that every node of the lab sees: stands for a replicated volume
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

const host = "/host"

type plugin struct {
	csi.UnimplementedIdentityServer
	csi.UnimplementedNodeServer
	registration.UnimplementedRegistrationServer
	driver, node, kubelet string
}

func (p *plugin) socket() string { return filepath.Join(p.kubelet, "plugins", p.driver, "csi.sock") }

func (p *plugin) GetPluginInfo(context.Context, *csi.GetPluginInfoRequest) (*csi.GetPluginInfoResponse, error) {
	return &csi.GetPluginInfoResponse{Name: p.driver, VendorVersion: "lab"}, nil
}

func (p *plugin) Probe(context.Context, *csi.ProbeRequest) (*csi.ProbeResponse, error) {
	return &csi.ProbeResponse{}, nil
}

func (p *plugin) GetPluginCapabilities(context.Context, *csi.GetPluginCapabilitiesRequest) (*csi.GetPluginCapabilitiesResponse, error) {
	return &csi.GetPluginCapabilitiesResponse{}, nil
}

func (p *plugin) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	topology := &csi.Topology{Segments: map[string]string{"openebs.io/nodename": p.node}}
	return &csi.NodeGetInfoResponse{NodeId: p.node, AccessibleTopology: topology}, nil
}

func (p *plugin) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	grows := &csi.NodeServiceCapability_RPC{Type: csi.NodeServiceCapability_RPC_EXPAND_VOLUME}
	capability := &csi.NodeServiceCapability{Type: &csi.NodeServiceCapability_Rpc{Rpc: grows}}
	return &csi.NodeGetCapabilitiesResponse{Capabilities: []*csi.NodeServiceCapability{capability}}, nil
}

func (p *plugin) NodePublishVolume(_ context.Context, asked *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	group := asked.VolumeContext["openebs.io/volgroup"]
	if group == "" {
		group = "shared"
	}
	kind := asked.GetVolumeCapability().GetMount().GetFsType()
	if err := p.lay("publish", group, asked.VolumeId, asked.TargetPath, kind); err != nil {
		return nil, err
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

func (p *plugin) NodeUnpublishVolume(_ context.Context, asked *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	if err := p.lay("unpublish", asked.TargetPath); err != nil {
		return nil, err
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

// NodeExpandVolume is done once the volume was mounted again: publish lets the file system grow, which no kernel lets it do in use here.
func (p *plugin) NodeExpandVolume(_ context.Context, asked *csi.NodeExpandVolumeRequest) (*csi.NodeExpandVolumeResponse, error) {
	var mounted, whole int64
	said, err := p.run("size", asked.VolumeId, asked.VolumePath)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Sscan(said, &mounted, &whole); err != nil {
		return nil, status.Errorf(codes.Internal, "%s: %v", said, err)
	}
	if mounted < whole {
		return nil, status.Error(codes.FailedPrecondition, "the volume is in use; it grows when it is mounted next")
	}
	return &csi.NodeExpandVolumeResponse{}, nil
}

// lay has the node's own script do the work; what it says when it fails reaches the pod's events.
func (p *plugin) lay(words ...string) error {
	_, err := p.run(words...)
	return err
}

func (p *plugin) run(words ...string) (string, error) {
	command := exec.Command("/snap/microk8s/current/lab/volume", append([]string{p.driver}, words...)...)
	command.SysProcAttr, command.Dir = &syscall.SysProcAttr{Chroot: host}, "/"
	said, err := command.CombinedOutput()
	log.Printf("%v: %v %s", words, err, said)
	if err != nil {
		return string(said), status.Errorf(codes.Internal, "%s: %v", said, err)
	}
	return string(said), nil
}

func (p *plugin) GetInfo(context.Context, *registration.InfoRequest) (*registration.PluginInfo, error) {
	return &registration.PluginInfo{Type: registration.CSIPlugin, Name: p.driver, Endpoint: p.socket(), SupportedVersions: []string{"1.0.0"}}, nil
}

func (p *plugin) NotifyRegistrationStatus(_ context.Context, told *registration.RegistrationStatus) (*registration.RegistrationStatusResponse, error) {
	log.Printf("registered: %v %s", told.PluginRegistered, told.Error)
	return &registration.RegistrationStatusResponse{}, nil
}

func serve(path string, server *grpc.Server) {
	path = host + path
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		log.Fatal(err)
	}
	os.Remove(path)
	listener, err := net.Listen("unix", path)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(server.Serve(listener))
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: csi DRIVER NODE KUBELET-FOLDER")
		os.Exit(2)
	}
	p := &plugin{driver: os.Args[1], node: os.Args[2], kubelet: os.Args[3]}
	volumes := grpc.NewServer()
	csi.RegisterIdentityServer(volumes, p)
	csi.RegisterNodeServer(volumes, p)
	go serve(p.socket(), volumes)
	entry := grpc.NewServer()
	registration.RegisterRegistrationServer(entry, p)
	serve(filepath.Join(p.kubelet, "plugins_registry", p.driver+"-reg.sock"), entry)
}
