import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HostFault } from '../../source/host/host-fault.ts';
import { Attempt } from '../../source/host/shell/attempt.ts';
import type { ChildOptions } from '../../source/host/shell/child.ts';
import type { Exec, Transport } from '../../source/host/shell/transport.ts';

type Hear = NonNullable<ChildOptions['hear']>;
/** What a command prints, with the mark of its launcher. */
type Play = (hear: Hear, mark: string) => Promise<void>;

/** A connection over which a command prints so; it stays open when `open`, as where something goes on in the background. */
function played(play: Play, open: boolean): Transport {
  const exec: Exec = (line, { hear = async () => undefined }) => {
    const mark = /kloudspot-[0-9a-f]{16}/.exec(line)?.[0] ?? expect.fail('no mark');
    const ended = play(hear, mark).then(() => (open ? new Promise<number>(() => undefined) : 0));
    return { ended, kill: () => undefined };
  };
  const nothing = async () => undefined;
  return {
    connect: async () => expect.fail('must not connect again'),
    exec: async (work) => work(exec),
    execApart: async (work) => work(exec),
    notStarted: () => undefined,
    answers: async () => true,
    drop: nothing,
    close: nothing,
    lost: () => new HostFault('lost', 'ks-1', { what: 'The connection broke.' }),
  };
}

const run = (play: Play, open = true) => {
  const privilege = { sudo: undefined, password: undefined } as const;
  return new Attempt('ks-1', played(play, open), { command: ['kubectl'], options: {}, privilege }).run();
};

const say = (hear: Hear, stream: 'stdout' | 'stderr', text: string) => hear(Buffer.from(text), stream);

async function begin(hear: Hear, mark: string): Promise<void> {
  for (const stream of ['stdout', 'stderr'] as const) await say(hear, stream, `${mark} begins 1\n`);
}

test('output that arrives long after the exit code is waited for: partial output is never returned', async () => {
  const result = await run(async (hear, mark) => {
    await begin(hear, mark);
    await say(hear, 'stderr', `${mark} ends 0\n`);
    await say(hear, 'stdout', '{\n"items":');
    await wait(2_500);
    await say(hear, 'stdout', ` []}${mark} ends 0\n`);
  });
  expect(result).toMatchObject({ code: 0, stdout: '{\n"items": []}' });
});

test('what a command left behind in the background is not waited for', async () => {
  const result = await run(async (hear, mark) => {
    await begin(hear, mark);
    for (const stream of ['stdout', 'stderr'] as const) await say(hear, stream, `${mark} ends 0\n`);
  });
  expect(result).toMatchObject({ code: 0, stdout: '' });
});

test('a connection that breaks before all of the output has come is lost, whatever the exit code', async () => {
  const half = run(async (hear, mark) => {
    await begin(hear, mark);
    await say(hear, 'stderr', `${mark} ends 0\n`);
    await say(hear, 'stdout', '{\n"items":');
  }, false);
  await expect(half).rejects.toMatchObject({ kind: 'lost' });
});
