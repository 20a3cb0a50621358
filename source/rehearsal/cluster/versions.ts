/** What the store's channels of MicroK8s hold. MicroK8s fact sheet, sections 1.7, 1.8 and 6. */
export interface Track {
  /** As `snap list` prints it. */
  readonly snap: string;
  readonly revision: string;
  /** Traefik in the place of nginx. */
  readonly traefik: boolean;
  readonly metallb: string;
  readonly coredns: string;
}

const tracks: Readonly<Record<string, Track>> = {
  '1.32': { snap: 'v1.32.9', revision: '8511', traefik: false, metallb: '0.13.3', coredns: '1.10.1' },
  '1.33': { snap: 'v1.33.5', revision: '8450', traefik: false, metallb: '0.14.9', coredns: '1.12.1' },
  '1.34': { snap: 'v1.34.4', revision: '8612', traefik: false, metallb: '0.15.2', coredns: '1.12.3' },
  '1.35': { snap: 'v1.35.1', revision: '8744', traefik: true, metallb: '0.15.2', coredns: '1.13.1' },
};

/** What a channel such as `1.34/stable` would install; undefined where there is none. */
export function microk8sVersions(channel: string): Track | undefined {
  const [track = '', risk = 'stable'] = channel.split('/');
  if (!['stable', 'candidate', 'beta', 'edge'].includes(risk)) return undefined;
  return tracks[track === 'latest' ? '1.34' : track];
}
