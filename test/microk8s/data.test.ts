import { describe, expect, it } from 'vitest';
import { addonsOf } from '../../source/microk8s/addons.ts';
import { refusalOf, said, saidOnWorker } from '../../source/microk8s/messages.ts';
import { microk8sFiles, ports } from '../../source/microk8s/node.ts';
import { channelFor, ingressOf, loadBalancerAnnotation, otherChannel, pairsFor } from '../../source/microk8s/tracks.ts';

const ids = (channel: string, machine: Parameters<typeof pairsFor>[1]) =>
  pairsFor(channel, machine).map(({ id }) => id);

describe('tracks', () => {
  it('gives nodes with sudo-rs the first track that works there', () => {
    expect(channelFor([])).toBe('1.34/stable');
    expect(channelFor(['22.04', '24.04'])).toBe('1.34/stable');
    expect(channelFor(['24.04', '26.04'])).toBe('1.35/stable');
  });

  it('names each pair that applies, and none by what is not known', () => {
    expect(ids('1.34/stable', { os: '26.04', cgroup: '2' })).toEqual(['sudo-rs', 'ingress-nginx']);
    expect(ids('1.35/stable', { os: '26.04', cgroup: '2' })).toEqual(['ingress-online']);
    expect(ids('1.35/stable', { os: '24.04', cgroup: '1' })).toEqual(['ingress-online', 'cgroup-v1']);
    expect(ids('1.36/stable', { os: '28.04' })).toEqual(['os-untested', 'track-untested', 'ingress-online']);
    expect(ids('1.34/stable', {})).toEqual(['ingress-nginx']);
  });

  it('fits the default channel of every system that it names', () => {
    for (const os of ['22.04', '24.04', '26.04']) {
      expect(pairsFor(channelFor([os]), { os, cgroup: '2' }).filter(({ grade }) => grade === 'fail')).toEqual([]);
    }
  });

  it('says why a channel of the store is not taken', () => {
    for (const [channel, name] of [
      ['latest/stable', 'latest'],
      ['1.34-strict/stable', 'strict'],
      ['1.24-eksd/stable', 'eksd'],
    ] as const) {
      expect(otherChannel(channel)?.name).toBe(name);
    }
    expect(otherChannel('1.34/stable')).toBeUndefined();
  });

  it('knows ingress and annotation of a track, of unknown ones too', () => {
    expect(['1.32/stable', '1.34/edge', '1.35/stable', '1.37/stable'].map(ingressOf)).toEqual([
      'nginx',
      'nginx',
      'traefik',
      'traefik',
    ]);
    expect(loadBalancerAnnotation('1.32/stable')).toBe('metallb.universe.tf/loadBalancerIPs');
    expect(loadBalancerAnnotation('1.33/stable')).toBe('metallb.io/loadBalancerIPs');
  });
});

describe('addons', () => {
  it('changes with the track', () => {
    const of = (track: string, name: string) => addonsOf(track).find((addon) => addon.name === name);
    expect(of('1.34', 'ingress')).toMatchObject({ proof: 'pod/nginx-ingress-microk8s-controller', version: '1.13.1' });
    expect(of('1.35', 'ingress')).toMatchObject({ proof: 'ingressclass/public', version: '3.6.2' });
    expect(of('1.33', 'metallb')?.version).toBe('0.14.9');
    expect(addonsOf('1.32').map(({ name }) => name)).toHaveLength(24);
  });
});

describe('messages', () => {
  it('fills the gaps of every text that it is asked for', () => {
    expect(said('agentRefused', refusalOf('known', { address: '10.99.0.12' }))).toMatchObject({
      text: 'Connection failed. Failed to retrieve dqlite cluster nodes: the joining node (10.99.0.12) is already known to dqlite (500).',
      code: 6,
    });
    expect(saidOnWorker('config')?.text).toContain('use the microk8s config on the master');
    expect(said('joinedWorker').text).toContain('/var/snap/microk8s/current/args/apiserver-proxy');
  });
});

it('names each port and file once', () => {
  expect(new Set(ports.map(({ port }) => port)).size).toBe(ports.length);
  expect(new Set(Object.values(microk8sFiles)).size).toBe(Object.keys(microk8sFiles).length);
});
