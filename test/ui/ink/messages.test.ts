import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf } from '../../../source/text/width.ts';
import { fitMessages, type Message } from '../../../source/ui/ink/widgets/fit-messages.ts';

const remedy = 'rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup; reboot';
const three: readonly Message[] = ['machine-id', 'SSH host key', 'initiator name'].map((what) => ({
  mark: 'fail',
  text: `ks-2 and ks-3 have the same ${what} (b42fb5e9fb96b26905a9c6efd2c0ec57).`,
  remedy,
}));
const textOf = (messages: readonly Message[], width: number, rows: number): string =>
  fitMessages(messages, width, rows)
    .lines.map((line) => line.text)
    .join('\n');

describe('messages in few lines', () => {
  it('a remedy that does not fit is left out whole, with a mark', () => {
    const fitted = fitMessages(three, 80, 4);
    expect(fitted.cut).toBe(true);
    expect(textOf(three, 80, 4)).not.toContain('rm ');
    expect(textOf(three, 80, 4)).toContain('…');
  });
  it('all of it is shown where there are lines enough', () => {
    expect(fitMessages(three, 80, 12).cut).toBe(false);
    expect(textOf(three, 120, 12).replaceAll('\n', ' ')).toContain(remedy);
  });
  it('never shows a part of a remedy, never more lines than there are, and marks what it leaves out', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const message = fc.record({
      mark: fc.constantFrom('fail' as const, 'warn' as const),
      text: fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(' ')),
      remedy: fc.option(
        fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.map((one) => `#${one}`).join(' ')),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 6 }),
        fc.integer({ min: 30, max: 100 }),
        fc.integer({ min: 2, max: 12 }),
        (messages, width, rows) => {
          const { lines, cut } = fitMessages(messages, width, rows);
          const shown = lines.map((line) => line.text).join(' ');
          const whole = messages.every((one) => shown.includes([one.text, one.remedy].filter(Boolean).join(' ')));
          const marks = shown.match(/#[a-z]+/g)?.length ?? 0;
          const wholeRemedies = messages
            .filter((one) => one.remedy !== undefined && shown.includes(one.remedy))
            .flatMap((one) => one.remedy?.match(/#[a-z]+/g) ?? []);
          expect(lines.length).toBeLessThanOrEqual(rows);
          expect(lines.every((line) => cellsOf(line.text) <= width - 4)).toBe(true);
          expect(marks).toBeLessThanOrEqual(wholeRemedies.length);
          expect(whole || (cut && /…|more: m shows all/.test(shown))).toBe(true);
        },
      ),
    );
  });

  it('is not cut inside a command, in whatever width: it is shown as a whole or not at all', () => {
    const command = 'kloudspot status --rehearse=healthy --root=/srv/site';
    const texts = [
      `${command}  shows the state of the site`,
      `Set a proper certificate in site.yaml, then  ${command}`,
      `The run was stopped by someone: ${command}  continues from here`,
    ];
    const item = (text: string): Message => ({ mark: 'item', text });
    for (let width = 24; width < 110; width++)
      for (const rows of [1, 2, 3, 4, 6, 9]) {
        const shown = textOf(texts.map(item), width, rows);
        const words = (text: string) => text.split(/\s+/);
        const begun = words(shown).filter((word) => word === 'kloudspot').length;
        const ended = shown.replaceAll(/\s/g, '').split(command.replaceAll(' ', '')).length - 1;
        expect([width, rows, begun]).toEqual([width, rows, ended]);
      }
  });
});
