import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import * as z from 'zod';

const product = resolve(import.meta.dirname, '../../templates/products/kloudspot.yaml');
const volumesOf = z.looseObject({
  volumes: z.array(z.looseObject({ id: z.string() })),
  featureSets: z.array(z.looseObject({ volumes: z.array(z.looseObject({ id: z.string() })) })),
});

/** Writes a product that has `count` volumes where every feature is chosen: Kafka's once more and again. */
export function writeProduct(file: string, count: number): void {
  const read = volumesOf.parse(parse(readFileSync(product, 'utf8')));
  const more = Array.from({ length: count - read.volumes.length }, (_, index) => `kafka${index + 2}`);
  const multiplied = <Volume extends { readonly id: string }>(volumes: readonly Volume[]) =>
    volumes.flatMap((volume) =>
      volume.id === 'kafka' ? [volume, ...more.map((id) => ({ ...volume, id }))] : [volume],
    );
  const featureSets = read.featureSets.map((set) => ({ ...set, volumes: multiplied(set.volumes) }));
  writeFileSync(
    file,
    stringify({ ...read, volumes: multiplied(read.volumes), featureSets }, { aliasDuplicateObjects: false }),
  );
}

/** Writes a scenario of `count` healthy machines in one /16, three of them managers, with a draft of a site of `of` on them: a product, or its file. */
export function writeScenario(file: string, count: number, of: string): void {
  const shared = { gateway: '10.8.250.1', nameservers: ['10.8.250.1'] };
  const machines = Array.from({ length: count }, (_, index) => ({
    name: `n-${index + 1}`,
    reach: `10.8.${Math.floor(index / 200)}.${(index % 200) + 21}`,
    role: index < 3 ? 'manager' : 'worker',
  }));
  const nodes = machines.map(({ name, reach }) => [
    name,
    { hostname: name, address: { mode: 'static', address: reach, prefix: 16, ...shared } },
  ]);
  const draft = {
    version: 1,
    name: 'large',
    product: of,
    nodes: machines.map((machine) => ({
      ...machine,
      access: { user: 'ubuntu' },
      network: { mode: 'static', address: `${machine.reach}/16` },
    })),
    network: { virtualAddress: '10.8.240.1', ...shared },
    features: ['kloudManage', 'kloudInsights', 'kloudhybrid'],
    customer: { dnsName: 'large.example.org' },
    tls: { mode: 'self-signed' },
    deploy: 'now',
  };
  const scenario = {
    version: 1,
    title: `${count} machines`,
    summary: 'For figures.',
    nodes: Object.fromEntries(nodes),
    draft,
  };
  writeFileSync(file, stringify(scenario, { aliasDuplicateObjects: false }));
}
