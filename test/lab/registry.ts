// A container registry in the network of the nodes: their containerd pulls every image from here, whatever registry its name says.
// A name with `no-such-image` is not found, and of one with `no-such-layer` only the manifest. Runs in the hub while the lab is up,
// started by up().
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { configOf, type Layers, layerOf, realAreServed } from './images.ts';
import { at, gateway } from './place.ts';

/** Those of the real programs may come while the lab is up. */
const layersNow = (): Layers =>
  Object.fromEntries(
    ['images', ...(realAreServed() ? ['programs'] : [])].flatMap((folder) =>
      Object.entries(JSON.parse(readFileSync(at(folder, 'layers.json'), 'utf8'))),
    ),
  );
const oci = 'application/vnd.oci.image';
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
/** Manifests and configurations that were given out, by digest. */
const known = new Map<string, string>();

/** The manifest of an image of this name, made up as it is asked for. */
function manifest(name: string): string {
  const layers = layersNow();
  const { size, digest } = layers[layerOf(name).layer] ?? { size: 0, digest: '' };
  const config = configOf(name, layers);
  const described = { mediaType: `${oci}.config.v1+json`, digest: digestOf(config), size: Buffer.byteLength(config) };
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${oci}.manifest.v1+json`,
    config: described,
    layers: [{ mediaType: `${oci}.layer.v1.tar`, digest: `sha256:${digest}`, size }],
  });
  for (const each of [config, text]) known.set(digestOf(each), each);
  return text;
}

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://registry').pathname;
  const [, name = '', kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
  if (path === '/v2/') return void response.end('{}');
  if (!kind || `${name}:${reference}`.includes('no-such-image')) return notFound(response, name);
  if (kind === 'blobs' && name.includes('no-such-layer')) return notFound(response, name);
  const layer = Object.entries(layersNow()).find(([, { digest }]) => reference === `sha256:${digest}`);
  const text = kind === 'manifests' && !reference.startsWith('sha256:') ? manifest(name) : known.get(reference);
  if (text === undefined && !layer) return notFound(response, name);
  response.setHeader('Content-Type', kind === 'manifests' ? `${oci}.manifest.v1+json` : 'application/octet-stream');
  response.setHeader('Content-Length', text === undefined ? (layer?.[1].size ?? 0) : Buffer.byteLength(text));
  response.setHeader('Docker-Content-Digest', text === undefined ? reference : digestOf(text));
  if (request.method === 'HEAD') return void response.end();
  if (text !== undefined) return void response.end(text);
  const tar = `${layer?.[0]}.tar`;
  createReadStream(at(existsSync(at('images', tar)) ? 'images' : 'programs', tar)).pipe(response);
});

function notFound(response: ServerResponse, name: string): void {
  response.statusCode = 404;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: `repository ${name} not found` }] }));
}

server.listen(5000, gateway);
