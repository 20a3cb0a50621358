import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { argumentsOf } from '../../source/plan/stages/api-servers.ts';
import { selfSigned } from '../../source/tls/self-signed.ts';
import { factsOf, makePlan, product, siteOf, stepsOf } from '../plan/sample.ts';
import { hasPlane, needsPlane, type Plane, startPlane } from './plane.ts';

const base64 = (value: string | Buffer) => Buffer.from(value).toString('base64url');

/** An issuer of OpenID Connect tokens on this machine, for the client `cluster`. */
async function startIssuer() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pair = await selfSigned('localhost', Date.now());
  const server: Server = createServer({ key: pair.key, cert: pair.certificate });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const place = server.address();
  const issuer = `https://localhost:${typeof place === 'object' ? place?.port : 0}`;
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
  const pages: Readonly<Record<string, unknown>> = {
    '/.well-known/openid-configuration': {
      issuer,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    },
    '/keys': { keys: [key] },
  };
  server.on('request', (request, response) => response.end(JSON.stringify(pages[request.url ?? ''] ?? {})));
  return { issuer, certificate: pair.certificate, token: tokensOf(issuer, privateKey), close: () => server.close() };
}

const tokensOf =
  (issuer: string, key: KeyObject) =>
  (user: string, groups: readonly string[], audience = 'cluster') => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer, aud: audience, sub: user, groups, iat: now, exp: now + 3_600 };
    const body = `${base64(JSON.stringify({ alg: 'RS256', kid: 'one' }))}.${base64(JSON.stringify(claims))}`;
    return `${body}.${base64(createSign('RSA-SHA256').update(body).sign(key))}`;
  };

describe.skipIf(!hasPlane)(`the corporate login with the real API server ${needsPlane}`, () => {
  let issuer: Awaited<ReturnType<typeof startIssuer>> | undefined;
  let real: Plane | undefined;

  /** What a command says to who comes with this token. */
  const as = async (name: string, groups: readonly string[], words: readonly string[], audience?: string) => {
    if (real === undefined || issuer === undefined) throw new Error('not started');
    const token = issuer.token(name, groups, audience);
    const config = await real.kubeconfigOf(createHash('sha256').update(token).digest('hex'), token);
    const { stdout, stderr } = await execa(join(real.programs, 'kubectl'), ['--kubeconfig', config, ...words], {
      reject: false,
    });
    return `${stdout}${stderr}`.trim();
  };
  const mayRead = (name: string, groups: readonly string[], audience?: string) =>
    as(name, groups, ['auth', 'can-i', 'list', 'pods', '--all-namespaces'], audience);

  beforeAll(async () => {
    const own = await startIssuer();
    issuer = own;
    const oidc = {
      issuer: own.issuer,
      clientId: 'cluster',
      certificateAuthority: own.certificate.trimEnd(),
      groups: { readers: ['auditors', 'guests'] },
    };
    const site = siteOf({ managers: 3 }, { cluster: { rbac: true, oidc } });
    const words = argumentsOf(site.cluster.oidc).map(({ name, value }) => `${name}=${value}`);
    real = await startPlane({
      more: (folder) => {
        writeFileSync(join(folder, 'authority'), own.certificate);
        const here = words.map((word) =>
          word.replace('${SNAP_DATA}/certs/kloudspot-oidc.crt', join(folder, 'authority')),
        );
        // The Node authorizer is for kubelets, which are not there.
        return here.filter((word) => !word.startsWith('--authorization-mode'));
      },
    });
    const facts = factsOf({ managers: 3 });
    const plan = makePlan({ purpose: 'init', site, product, facts, now: new Date(0) });
    // Rules of `view` come from a controller, which does not run here.
    await real.admin(['create', 'clusterrole', 'readers', '--verb=list', '--resource=pods']);
    const [apply] = stepsOf(plan)('group-bindings').commands;
    const applied = await real.admin(['apply', '--server-side', '-f', '-'], apply?.stdin);
    expect(applied.stdout).toContain('kloudspot-readers serverside-applied');
  });
  afterAll(async () => {
    await real?.close();
    issuer?.close();
  });

  test('knows who comes with a token of the issuer, under the prefix', async () => {
    await expect
      .poll(() => as('alice', ['auditors'], ['auth', 'whoami', '-o', 'yaml']))
      .toContain('username: oidc:alice');
    expect(await as('alice', ['auditors'], ['auth', 'whoami', '-o', 'yaml'])).toContain('- oidc:auditors');
  });

  test('gives the rights of the groups that are in the token, and no others', async () => {
    expect(await mayRead('alice', ['auditors'])).toBe('yes');
    expect(await mayRead('bob', ['guests', 'cooks'])).toBe('yes');
    expect(await mayRead('eve', ['cooks'])).toContain('no');
    expect(await as('alice', ['auditors'], ['auth', 'can-i', 'delete', 'nodes'])).toContain('no');
    // Without the prefix it would be one of Kubernetes' own.
    expect(await mayRead('eve', ['system:masters'])).toContain('no');
  });

  test('refuses a token that is for another client', async () => {
    expect(await mayRead('alice', ['auditors'], 'shop')).toMatch(/logged in|Unauthorized/);
  });
});
