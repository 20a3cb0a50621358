import { expect, it } from 'vitest';
import { faultText, printLines } from '../../source/cli/line/terminal.ts';
import { Fault } from '../../source/errors/fault.ts';

function printed(lines: readonly string[], columns?: number): string {
  let text = '';
  printLines({ columns, write: (more) => (text += more) }, lines);
  return text;
}

const long = '  MicroK8s goes from these nodes, and with it ALL DATA in it';

it('breaks lines between words on a terminal, and leaves them whole in a pipe', () => {
  expect(printed([long, 'short'], 40)).toBe('  MicroK8s goes from these nodes, and\n  with it ALL DATA in it\nshort\n');
  expect(printed([long, 'short'])).toBe(`${long}\nshort\n`);
  // As some serial consoles say it.
  expect(printed([long, 'short'], 0)).toBe(`${long}\nshort\n`);
});

it('shows what is wrong in as many columns as there are', () => {
  const fault = new Fault({
    what: 'The site file names a group that no node has.',
    where: 'site.yaml',
    why: 'first reason\nsecond reason that is long',
    next: ['Name another group.', 'kloudspot storage list'],
  });
  expect(faultText(fault, 32)).toBe(`✗ The site file names a group
  that no node has.
  where: site.yaml
  why:   first reason
         second reason that is
         long
  next:  Name another group.
         kloudspot storage list
`);
  expect(faultText(fault, 80, 'x')).toMatch(/^x The site file/);
  expect(faultText(fault)).toContain('✗ The site file names a group that no node has.\n');
});

it('says that nothing was changed as the state, not as what to do next', () => {
  const refused = new Fault({ what: 'Not confirmed.', unchanged: true, next: ['kloudspot status'] });
  expect(faultText(refused)).toBe(`✗ Not confirmed.
  state: Nothing was changed.
  next:  kloudspot status
`);
});
