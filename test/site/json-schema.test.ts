import { Ajv2020 } from 'ajv/dist/2020.js';
import { default as formats } from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { siteJsonSchema } from '../../source/site/json-schema.ts';
import { berlin } from './a-site.ts';

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
formats.default(ajv);
const validate = ajv.compile(JSON.parse(siteJsonSchema()));
const wrongWith = (site: unknown): readonly string[] =>
  validate(site) ? [] : (validate.errors ?? []).map(({ message }) => message ?? '');

describe('what an editor says about a site.yaml', () => {
  const site: Record<string, unknown> = parse(berlin);
  const { nodes: _, network: __, ...bare } = site;

  it('nothing about a right one', () => expect(wrongWith(site)).toEqual([]));
  it('nodes and network are missed where the cluster is to be built', () => {
    const wrong = wrongWith(bare).join('\n');
    expect(wrong).toContain("'nodes'");
    expect(wrong).toContain("'network'");
  });
  it('and are not where it is there already', () =>
    expect(wrongWith({ ...bare, cluster: { kubeconfig: '/root/acme.kubeconfig' } })).toEqual([]));
  it('a kubeconfig belongs to the cluster, not to a node', () =>
    expect(
      wrongWith({ ...site, nodes: [{ name: 'ks-1', reach: '10.0.0.1', role: 'manager', kubeconfig: '/x' }] }),
    ).not.toEqual([]));
});
