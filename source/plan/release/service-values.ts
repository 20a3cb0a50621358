import { manifestText } from './manifest.ts';

interface Claim {
  readonly id: string;
  readonly gib: number;
  readonly storageClass: string;
}

/** Of a volume that fills up Prometheus keeps this share at most: https://prometheus.io/docs/prometheus/latest/storage/#right-sizing-retention-size */
const kept = 0.8;
/** How long Loki keeps logs; it has no bound by size. */
const logDays = 7;

const metrics = ({ gib, storageClass }: Claim) => ({
  prometheus: {
    prometheusSpec: {
      retentionSize: `${Math.floor(gib * 1024 * kept)}MiB`,
      storageSpec: {
        volumeClaimTemplate: {
          spec: {
            storageClassName: storageClass,
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: `${gib}Gi` } },
          },
        },
      },
    },
  },
});

const logs = ({ gib, storageClass }: Claim) => ({
  loki: {
    persistence: { enabled: true, storageClassName: storageClass, size: `${gib}Gi` },
    config: {
      compactor: { retention_enabled: true },
      limits_config: { retention_period: `${logDays * 24}h` },
    },
  },
});

const charts = [
  { id: 'observability-metrics', chart: 'kube-prometheus-stack', valuesOf: metrics },
  { id: 'observability-logs', chart: 'loki-stack', valuesOf: logs },
] as const;

/** Values that make the charts of an addon keep their data on claims. `chart`: as the addon's script calls its file of values. */
export function chartValues(claims: readonly Claim[]): readonly { readonly chart: string; readonly text: string }[] {
  return charts.flatMap(({ id, chart, valuesOf }) => {
    const claim = claims.find((each) => each.id === id);
    return claim === undefined ? [] : [{ chart, text: manifestText([valuesOf(claim)]) }];
  });
}
