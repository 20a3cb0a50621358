module github.com/ncabatoff/process-exporter

go 1.24.0

require github.com/prometheus/procfs v0.16.1
