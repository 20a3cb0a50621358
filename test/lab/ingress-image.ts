// The image of the ingress controller: the real controller over Debian's nginx with its Lua modules. Left out of its template: TCP and
// UDP services, for which Debian has no Lua module; left out of its Lua: cookie affinity, consistent hashing, OCSP, external names.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { at, here } from './place.ts';

const lua = (name: string) => join(here, 'image/resty', name);
const missing = ['chash', 'cookie', 'dns/resolver', 'global_throttle', 'http', 'ipmatcher'];
const own = ['lock', 'roundrobin'];
export const ingressRecipe = () =>
  ['ingress-image.ts', 'image/resty/missing.lua', ...own.map((name) => `image/resty/${name}.lua`)].map((file) =>
    readFileSync(join(here, file), 'utf8'),
  );

export function fillIngress(root: string): void {
  cpSync(at('root/opt/images/ingress'), root, { recursive: true, verbatimSymlinks: true });
  const mimeTypes = readFileSync(join(root, 'etc/nginx/mime.types'));
  cpSync(at('plane/ingress-nginx'), join(root, 'etc/nginx'), { recursive: true });
  writeFileSync(join(root, 'etc/nginx/mime.types'), mimeTypes);
  cpSync(at('plane/nginx-ingress-controller'), join(root, 'nginx-ingress-controller'));
  const folders = ['tmp/nginx', 'run', 'proc', 'dev', 'sys', 'usr/local/nginx'].concat(
    ['ssl', 'auth', 'geoip', 'telemetry'].map((name) => `etc/ingress-controller/${name}`),
  );
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  links(root);
  libraries(root);
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/:/bin/sh\nwww-data:x:33:33::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n',
  );
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n');
  const template = join(root, 'etc/nginx/template/nginx.tmpl');
  writeFileSync(template, adapted(readFileSync(template, 'utf8')));
}

function links(root: string): void {
  const link = (to: string, path: string) => {
    if (!existsSync(join(root, path))) symlinkSync(to, join(root, path));
  };
  for (const folder of ['bin', 'lib', 'sbin']) link(`usr/${folder}`, folder);
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  cpSync(at('root/usr/bin/busybox'), join(root, 'usr/bin/busybox'));
  for (const applet of ['sh', 'env', 'cat', 'ls', 'ps', 'kill', 'sleep', 'wget']) link('busybox', `usr/bin/${applet}`);
  link('../sbin/nginx', 'usr/bin/nginx');
  link('/usr/lib/nginx/modules', 'etc/nginx/modules');
}

/** What nginx and busybox are linked with, from the root of the nodes. */
function libraries(root: string): void {
  const folder = 'usr/lib/x86_64-linux-gnu';
  const names = ['ld-linux-x86-64.so.2', 'libc.so.6', 'libm.so.6', 'libgcc_s.so.1', 'libresolv.so.2', 'libcrypt.so.1'];
  mkdirSync(join(root, 'lib64'), { recursive: true });
  for (const name of [...names, 'libpcre2-8.so.0', 'libssl.so.3', 'libcrypto.so.3', 'libz.so.1', 'libzstd.so.1'])
    copyFileSync(at('root', folder, name), join(root, folder, name));
  symlinkSync(`../${folder}/ld-linux-x86-64.so.2`, join(root, 'lib64/ld-linux-x86-64.so.2'));
  for (const [name, from] of [...missing.map((each) => [each, 'missing']), ...own.map((each) => [each, each])]) {
    const path = join(root, `usr/share/lua/5.1/resty/${name}.lua`);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(lua(`${from}.lua`), path);
  }
}

/** Upstream's template without its stream block; what the controller says to that is heard and dropped. */
function adapted(template: string): string {
  const begins = template.indexOf('\nstream {');
  const ends = template.indexOf('\n}\n', begins) + 3;
  const modules = ['ndk_http', 'ngx_http_lua', 'ngx_http_headers_more_filter'].map(
    (name) => `load_module /etc/nginx/modules/${name}_module.so;`,
  );
  return (template.slice(0, begins) + template.slice(ends))
    .replace('pid {{ .PID }};', ['pid {{ .PID }};', ...modules].join('\n'))
    .replace('\nhttp {', '\nhttp {\n    server { listen 127.0.0.1:{{ .StreamPort }}; return 200; }\n');
}
