// The lab: real Linux nodes on one machine, and on them a real control plane. README.md beside this file says what is real.
//   a test:   import { up, down, onNode, kubectl } from './lab/lab.ts'
//   by hand:  node test/lab/lab.ts
export * from './harness.ts';

if (import.meta.main) void import('./command.ts').then(({ command }) => command(process.argv.slice(2)));
