import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Store } from '../../source/rehearsal/model/store.ts';

/*
 * A process that changes a model: `model-holder.ts FOLDER TIMES SEED [SIGNAL]`. Some of its acts with files come late, as on a
 * machine with other work. It says `ready` and begins when its standard input ends. In a last change it sends itself the signal.
 */

const [folder = '', times = '', seed = '', signal = ''] = process.argv.slice(2);
let number = Number(seed);

function late(): void {
  number = (Math.imul(number, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
  const ms = (number >> 8) % 4 === 0 ? (number >> 12) % 40 : 0;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function delayed<Words extends unknown[], Result>(act: (...words: Words) => Result): (...words: Words) => Result {
  return (...words) => {
    late();
    return act(...words);
  };
}

fs.rmSync = delayed(fs.rmSync);
fs.renameSync = delayed(fs.renameSync);
fs.symlinkSync = delayed(fs.symlinkSync);
syncBuiltinESMExports();

const store = new Store(folder);

function change(work: () => void): void {
  store.change((state) => {
    if (state === undefined) throw new Error('no model');
    work();
    return { state, result: undefined };
  });
}

console.log('ready');
fs.readFileSync(0);
for (let count = 0; count < Number(times); count++) change(() => undefined);
if (signal !== '') change(() => process.kill(process.pid, signal));
