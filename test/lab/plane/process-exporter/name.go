// Package common stands for github.com/ncabatoff/process-exporter, which does not compile with the procfs that Kubernetes brings: the
// ingress controller asks it whether nginx runs, which is answered, and for figures of nginx' processes, which are left out.
package common

type ProcAttributes struct{ Cmdline []string }

type MatchNamer interface {
	MatchAndName(ProcAttributes) (bool, string)
	String() string
}
