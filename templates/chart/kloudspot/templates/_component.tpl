{{/* Every template here takes a dict: root (the chart's top), name and component. */}}

{{- define "kloudspot.fullname" -}}
{{ .root.Release.Name }}-{{ .name }}
{{- end }}

{{- define "kloudspot.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "kloudspot.labels" -}}
{{ include "kloudspot.selector" . }}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* "on" where one of the component's features is on and its volume, if it has one, is asked for. */}}
{{- define "kloudspot.on" -}}
{{- $features := .component.features | default list -}}
{{- $on := empty $features -}}
{{- range $features }}{{ if index $.root.Values.features . }}{{ $on = true }}{{ end }}{{ end -}}
{{- if and $on .component.volume }}{{ $on = (index .root.Values.volumes .component.volume | default dict).enabled }}{{ end -}}
{{- if $on }}on{{ end -}}
{{- end }}

{{/* shared, unshared, or none: what the component keeps. */}}
{{- define "kloudspot.class" -}}
{{- if .component.volume }}{{ (index .root.Values.volumes .component.volume).class }}{{ else }}none{{ end -}}
{{- end }}

{{- define "kloudspot.members" -}}
{{- if eq .component.members "one" }}1
{{- else if and (eq .component.members "byClass") (eq (include "kloudspot.class" .) "shared") }}1
{{- else }}{{ .root.Values.topology.replicas }}
{{- end -}}
{{- end }}

{{- define "kloudspot.image" -}}
{{- $repository := .component.image.repository -}}
{{- if .root.Values.global.registry -}}
{{- $repository = printf "%s/%s" (trimSuffix "/" .root.Values.global.registry) (regexReplaceAll "^[^/]*[.:][^/]*/" $repository "") -}}
{{- end -}}
{{ $repository }}:{{ .component.image.tag }}
{{- end }}

{{/* Members that keep data on their node never share one: its loss must cost one of them, not two. */}}
{{- define "kloudspot.placement" -}}
{{- if eq (include "kloudspot.class" .) "unshared" }}
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels: {{- include "kloudspot.selector" . | nindent 12 }}
{{- else }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "kloudspot.selector" . | nindent 8 }}
{{- end }}
{{- end }}

{{- define "kloudspot.pod" -}}
metadata:
  # No version among them: a new chart alone must not restart what has not changed.
  labels: {{- include "kloudspot.selector" . | nindent 4 }}
spec:
  {{- include "kloudspot.placement" . | nindent 2 }}
  containers:
    - name: {{ .name }}
      image: {{ include "kloudspot.image" . | quote }}
      {{- with .component.args }}
      args: {{- tpl (toYaml .) $.root | nindent 8 }}
      {{- end }}
      {{- with .component.env }}
      env:
        {{- range $key, $value := . }}
        - name: {{ $key }}
          value: {{ tpl $value $.root | quote }}
        {{- end }}
      {{- end }}
      ports:
        - name: main
          containerPort: {{ .component.port }}
      readinessProbe:
        tcpSocket: { port: main }
        periodSeconds: 10
      livenessProbe:
        tcpSocket: { port: main }
        initialDelaySeconds: 60
        periodSeconds: 20
      resources:
        requests:
          cpu: {{ .component.cpu | default "100m" }}
          memory: {{ .component.memory | default "256Mi" }}
      {{- if .component.volume }}
      volumeMounts:
        - name: data
          mountPath: {{ .component.mount }}
      {{- end }}
  {{- if eq (include "kloudspot.class" .) "shared" }}
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: {{ include "kloudspot.fullname" . }}
  {{- end }}
{{- end }}
