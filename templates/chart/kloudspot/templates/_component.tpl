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

{{/* Variables that follow the size of its volume, a line each. */}}
{{- define "kloudspot.settings" -}}
{{- if .component.volume }}
{{- range $key, $value := (index .root.Values.volumes .component.volume).settings }}
{{ $key }}: {{ int64 $value | quote }}
{{- end }}
{{- end }}
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

{{/* Memory of a component in MiB. Programs that do not look at the memory of their container are told by it what they may take. */}}
{{- define "kloudspot.mebibytes" -}}
{{- $component := index .root.Values.components .name -}}
{{- $memory := $component.memory | default "256Mi" -}}
{{- $least := int (trimSuffix "Mi" $memory) -}}
{{- if hasSuffix "Gi" $memory }}{{ $least = mul 1024 (int (trimSuffix "Gi" $memory)) }}{{ end -}}
{{- $node := int .root.Values.topology.nodeMemoryGiB -}}
{{- if $component.grows }}{{ max $least (min 31744 (div (mul $least $node) 32)) }}{{ else }}{{ $least }}{{ end -}}
{{- end }}

{{/* The same as Kubernetes takes it; as it is written where it has not grown: a new chart alone must not restart what has not changed. */}}
{{- define "kloudspot.memory" -}}
{{- $component := index .root.Values.components .name -}}
{{- if and $component.grows (gt (int .root.Values.topology.nodeMemoryGiB) 32) }}{{ include "kloudspot.mebibytes" . }}Mi{{ else }}{{ $component.memory | default "256Mi" }}{{ end -}}
{{- end }}

{{/* Half of it, in MiB: a heap, or a cache, beside which files are cached and threads run. */}}
{{- define "kloudspot.half" -}}
{{ div (int (include "kloudspot.mebibytes" .)) 2 }}
{{- end }}

{{/* Names of the pods of a stateful set, with commas between them. */}}
{{- define "kloudspot.pods" -}}
{{- $names := list -}}
{{- range $index := until (int .root.Values.topology.replicas) -}}
{{- $names = append $names (printf "%s-%s-%d" $.root.Release.Name $.name $index) -}}
{{- end -}}
{{ join "," $names }}
{{- end }}

{{/* Their host names with a port. A member is named whether or not it is ready: they find each other while they start. */}}
{{- define "kloudspot.hosts" -}}
{{- $hosts := list -}}
{{- range $index := until (int .root.Values.topology.replicas) -}}
{{- $hosts = append $hosts (printf "%s-%s-%d.%s-%s:%d" $.root.Release.Name $.name $index $.root.Release.Name $.name (int $.port)) -}}
{{- end -}}
{{ join "," $hosts }}
{{- end }}

{{- define "kloudspot.zookeepers" -}}
{{- range $index := until (int .Values.topology.replicas) -}}
{{- if $index }} {{ end -}}
server.{{ add1 $index }}={{ $.Release.Name }}-zookeeper-{{ $index }}.{{ $.Release.Name }}-zookeeper:2888:3888;2181
{{- end -}}
{{- end }}

{{/* The first member makes the replica set, once all of them answer; 94 is NotYetInitialized. */}}
{{- define "kloudspot.mongodb" -}}
{{- $set := printf "%s-%s" .root.Release.Name .name -}}
{{- $members := list -}}
{{- range $index := until (int .root.Values.topology.replicas) -}}
{{- $members = append $members (printf "{_id: %d, host: '%s-%d.%s.%s.svc:27017'}" $index $set $index $set $.root.Release.Namespace) -}}
{{- end -}}
if [ "${POD_NAME##*-}" = 0 ]; then
  (until mongosh --quiet --eval "try { rs.status().ok } catch (e) { if (e.code !== 94) throw e; rs.initiate({_id: '{{ $set }}', members: [{{ join ", " $members }}]}) }"; do sleep 5; done) &
fi
exec docker-entrypoint.sh mongod --replSet {{ $set }} --bind_ip_all --wiredTigerCacheSizeGB {{ printf "%.2f" (divf (int (include "kloudspot.half" .)) 1024) }} ${OPLOG_MEGABYTES:+--oplogSize "$OPLOG_MEGABYTES"}
{{- end }}

{{/* Job and task managers share it: both find the leader in a ConfigMap of this cluster id. */}}
{{- define "kloudspot.flink" -}}
jobmanager.rpc.address: {{ .Release.Name }}-flink-job-manager
high-availability.type: kubernetes
high-availability.storageDir: file:///var/flink/ha
kubernetes.cluster-id: {{ .Release.Name }}-flink
kubernetes.namespace: {{ .Release.Namespace }}
execution.checkpointing.storage: jobmanager
{{- end }}

{{/* Members that keep data on their node never share one: its loss must cost one of them, not two. */}}
{{- define "kloudspot.placement" -}}
affinity:
  podAntiAffinity:
    # Over the failure domains, where the nodes are labelled with them. Not as a spread constraint: a node that lacks the label of
    # one constraint is left out of the scores of all of them.
    # https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#conventions
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: topology.kubernetes.io/zone
          labelSelector:
            matchLabels: {{- include "kloudspot.selector" . | nindent 14 }}
    {{- if eq (include "kloudspot.class" .) "unshared" }}
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
  {{- with .root.Values.global.imagePullSecret }}
  imagePullSecrets: [{ name: {{ . }} }]
  {{- end }}
  # Variables of other services could be taken for settings.
  enableServiceLinks: false
  {{- with .component.serviceAccount }}
  serviceAccountName: {{ $.root.Release.Name }}-{{ . }}
  {{- end }}
  {{- with .component.user }}
  securityContext: { fsGroup: {{ . }} }
  {{- end }}
  terminationGracePeriodSeconds: {{ if eq (include "kloudspot.class" .) "none" }}30{{ else }}120{{ end }}
  containers:
    - name: {{ .name }}
      image: {{ include "kloudspot.image" . | quote }}
      {{- with .component.command }}
      command:
        {{- range . }}
        - {{ tpl . $.root | quote }}
        {{- end }}
      {{- end }}
      {{- with .component.args }}
      args: {{- tpl (toYaml .) $.root | nindent 8 }}
      {{- end }}
      {{- if include "kloudspot.settings" . }}
      envFrom:
        - configMapRef: { name: {{ include "kloudspot.fullname" . }} }
      {{- end }}
      env:
        - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
        - { name: POD_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
        - { name: NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
        {{- range $key, $template := .component.env }}
        {{- with tpl $template $.root }}
        - name: {{ $key }}
          value: {{ . | quote }}
        {{- end }}
        {{- end }}
      ports:
        - name: main
          containerPort: {{ .component.port }}
        {{- range .component.extraPorts }}
        - name: port-{{ . }}
          containerPort: {{ . }}
        {{- end }}
      # Until a member has started once, it may take its time: ten minutes.
      startupProbe:
        tcpSocket: { port: main }
        periodSeconds: 5
        failureThreshold: 120
      readinessProbe:
        {{- with .component.ready }}
        {{- if .path }}
        httpGet: { port: main, path: {{ .path | quote }} }
        {{- else }}
        exec: { command: {{ toJson .command }} }
        {{- end }}
        {{- else }}
        tcpSocket: { port: main }
        {{- end }}
        periodSeconds: 10
        timeoutSeconds: 10
      livenessProbe:
        tcpSocket: { port: main }
        periodSeconds: 20
      resources:
        requests:
          cpu: {{ .component.cpu | default "100m" }}
          memory: {{ include "kloudspot.memory" . }}
      {{- if .component.volume }}
      volumeMounts:
        - name: data
          mountPath: {{ .component.mount }}
      {{- else if .component.scratch }}
      volumeMounts:
        - name: scratch
          mountPath: {{ .component.scratch }}
      {{- end }}
  {{- if eq (include "kloudspot.class" .) "shared" }}
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: {{ include "kloudspot.fullname" . }}
  {{- else if .component.scratch }}
  volumes:
    - name: scratch
      emptyDir: {}
  {{- end }}
{{- end }}
