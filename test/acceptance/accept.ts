// `node test/acceptance/accept.ts --site site.yaml --out FOLDER`: asks every claim of docs/proof.md of real machines. See README.md.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { claims, ordered } from './claims.ts';
import { ask, readRecord, writeRecord } from './record.ts';
import { program, Scene } from './scene.ts';

const { values } = parseArgs({
  options: {
    site: { type: 'string' },
    out: { type: 'string', default: 'accepted' },
    root: { type: 'string' },
    'password-file': { type: 'string' },
    only: { type: 'string' },
    again: { type: 'boolean', default: false },
  },
});
if (values.site === undefined) {
  console.error(
    'usage: accept.ts --site FILE [--out FOLDER] [--root DIR] [--password-file FILE] [--only R1,S1] [--again]',
  );
  process.exit(2);
}
const out = resolve(values.out);
const scene = new Scene({
  site: resolve(values.site),
  root: values.root ?? (process.getuid?.() === 0 ? '/' : resolve(out, 'root')),
  passwordFile: values['password-file'],
});
const only = values.only?.split(',');
const unknown = only?.filter((id) => claims[id] === undefined) ?? [];
if (unknown.length > 0) {
  console.error(`Unknown claim ${unknown.join(', ')}. Claims: ${ordered().join(', ')}`);
  process.exit(2);
}

const record = readRecord(out);
const look = '. /etc/os-release; echo $PRETTY_NAME; uname -r; snap version; snap list microk8s';
for (const { node, said } of await scene.onEach(scene.site.nodes, look)) record.versions[node.name] = said.stdout;
record.versions['kloudspot'] = (await scene.here(program, '--version')).stdout;
scene.take();

for (const id of ordered()) {
  const claim = claims[id];
  if (claim === undefined || (only && !only.includes(id))) continue;
  if (record.claims[id]?.verdict === 'holds' && !values.again) {
    console.log(`${id.padEnd(4)} holds      seen before`);
    continue;
  }
  const entry = await ask(claim, scene);
  record.claims[id] = entry;
  writeRecord(out, record);
  console.log(`${id.padEnd(4)} ${entry.verdict.padEnd(10)} ${entry.why || `${entry.seconds} s`}`);
}
process.exitCode = Object.values(record.claims).some(({ verdict }) => verdict === 'fails') ? 1 : 0;
