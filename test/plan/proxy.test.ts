import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSystemProxy } from '../../source/microk8s/snap.ts';
import { proxySettings } from '../../source/network/proxy.ts';
import { stepKinds } from '../../source/plan/kinds.ts';
import { judgeDraft } from '../../source/site/load.ts';
import { noSnapd } from './cluster-words.ts';
import { carryThrough, fakeWorld, textOf } from './fake-world.ts';
import { factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3 };
const proxy = { http: 'http://proxy.acme.eu:3128', noProxy: ['.acme.eu'] };
const network = { virtualAddress: '10.0.4.30', gateway: '10.0.4.1', nameservers: ['10.0.4.1'], proxy };
const site = siteOf(shape, { network });
const plan = makePlan({ purpose: 'init', site, product, facts: factsOf(shape), now: new Date('2026-11-21T08:00:00Z') });
const stepOf = (id: string) => {
  const step = plan.steps.find((each) => each.id === id);
  if (!step) throw new Error(`no ${id}`);
  return step;
};
const step = stepOf('proxy@ks-1');
const none =
  'localhost,127.0.0.1,ks-1,ks-2,ks-3,10.0.4.21,10.0.4.22,10.0.4.23,10.0.4.30,10.1.0.0/16,10.152.183.0/24,.svc,.cluster.local,spot.acme.eu,.acme.eu';
const apt = '/etc/apt/apt.conf.d/90kloudspot-proxy';

test('nodes, the cluster and its names are reached directly, and what the site adds', () => {
  expect(proxySettings(site, ['10.0.4.21', '10.0.4.22', '10.0.4.23'])).toEqual({
    http: proxy.http,
    https: proxy.http,
    none,
  });
  expect(proxySettings(siteOf(shape), [])).toBeUndefined();
});

test('it comes before packages and snaps, and containerd has it from the first start of MicroK8s', () => {
  const ids = plan.steps.map(({ id }) => id);
  expect(ids.indexOf('proxy@ks-1')).toBeLessThan(ids.indexOf('packages@ks-1'));
  expect(stepOf('packages@ks-1').needs).toContain('proxy@ks-1');
  const [file] = stepOf('microk8s-install@ks-1').files;
  expect(parse(file?.content ?? '')).toMatchObject({
    extraContainerdEnv: { http_proxy: proxy.http, https_proxy: proxy.http, no_proxy: none },
  });
});

describe('the step', () => {
  const said = (http: string) => JSON.stringify({ proxy: { http, https: http, 'no-proxy': none } });

  test('tries a real request, then sets it for apt and snapd, and undo puts back what was there', async () => {
    const old = { http: 'http://old:1', https: 'http://old:1', 'no-proxy': 'a' };
    const { context, ran, written } = fakeWorld({
      site,
      product,
      answers: {
        'snap get -d system proxy': ({ ran: count }) =>
          count('snap set') === 1 ? said(proxy.http) : JSON.stringify({ proxy: old }),
      },
    });
    await expect(carryThrough(context, step)).resolves.toMatchObject({ before: { ok: false }, after: { ok: true } });
    expect(ran.map(({ command }) => textOf(command))).toEqual([
      `curl -sS -o /dev/null -m 30 --proxy ${proxy.http} https://api.snapcraft.io/`,
      `snap set system proxy.http=${proxy.http} proxy.https=${proxy.http} proxy.no-proxy=${none}`,
    ]);
    expect(written.get(apt)).toContain(`Acquire::https::Proxy "${proxy.http}";`);
    const kind = stepKinds.get('proxy');
    await kind?.undo?.(context, kind.parameters.parse(step.parameters), step);
    expect(ran.slice(-2).map(({ command }) => textOf(command))).toEqual([
      `rm -f ${apt}`,
      'snap set system proxy.http=http://old:1 proxy.https=http://old:1 proxy.no-proxy=a',
    ]);
  });

  test('what snapd had is put back also where it restarted when it was asked', async () => {
    let looks = 0;
    const { context, ran } = fakeWorld({
      site,
      product,
      answers: {
        'snap get -d system proxy': ({ ran: count }) =>
          looks++ < 2 ? noSnapd : said(count('snap set') === 1 ? proxy.http : 'http://old:1'),
      },
    });
    await carryThrough(context, step);
    const kind = stepKinds.get('proxy');
    await kind?.undo?.(context, kind.parameters.parse(step.parameters), step);
    expect(textOf(ran.at(-1)?.command ?? [])).toContain('proxy.http=http://old:1');
  });

  test('undo of another proxy puts back the file of apt that an earlier run wrote', async () => {
    const { context, written } = fakeWorld({
      site,
      product,
      files: { [apt]: 'of the proxy before' },
      answers: {
        'snap get -d system proxy': ({ ran: count }) => said(count('snap set') === 1 ? proxy.http : 'http://old:1'),
      },
    });
    await carryThrough(context, step);
    const kind = stepKinds.get('proxy');
    await kind?.undo?.(context, kind.parameters.parse(step.parameters), step);
    expect(written.get(apt)).toBe('of the proxy before');
  });

  test('a proxy that does not answer changes nothing', async () => {
    const { context, ran, written } = fakeWorld({
      site,
      product,
      answers: {
        'snap get -d system proxy': { code: 1, stderr: 'error: snap "core" has no "proxy" configuration option' },
        curl: { code: 5, stderr: 'curl: (5) Could not resolve proxy' },
      },
    });
    await expect(carryThrough(context, step)).rejects.toThrow(/Could not resolve proxy/);
    expect(ran).toHaveLength(1);
    expect(written.has(apt)).toBe(false);
  });
});

test.each([
  [
    { stderr: 'error: snap "core" has no "proxy" configuration option', code: 1 },
    { answered: true, value: {} },
  ],
  [{ stdout: '{"proxy": {"http": "", "https": "http://p:1"}}' }, { answered: true, value: { https: 'http://p:1' } }],
  [{ stderr: 'error: cannot communicate with server', code: 1 }, { answered: false }],
])('snapd says %j', (output, expected) => {
  expect(readSystemProxy({ code: 0, stdout: '', stderr: '', ...output })).toMatchObject(expected);
});

test('a login has no place in the address of a proxy: the file can be read by others', () => {
  const draft = { ...siteOf(shape), network: { ...network, proxy: { http: 'http://me:secret@proxy:3128' } } };
  const judged = judgeDraft(JSON.parse(JSON.stringify(draft)));
  expect('findings' in judged && judged.findings[0]?.reason).toContain('without user and password');
});
