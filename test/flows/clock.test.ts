import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { until } from './events.ts';
import { canPreload, library } from './preload.ts';
import { Rehearsal } from './program.ts';

/** Adds the seconds in a file to the wall clock of a process, and leaves the other clocks alone. */
const source = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long offset(void) {
  const char *path = getenv("CLOCK_OFFSET");
  FILE *file = path ? fopen(path, "r") : NULL;
  long seconds = 0;
  if (!file) return 0;
  if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
  fclose(file);
  return seconds;
}
int clock_gettime(clockid_t id, struct timespec *at) {
  int code = ((int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime"))(id, at);
  if (code == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) at->tv_sec += offset();
  return code;
}
int gettimeofday(struct timeval *at, void *zone) {
  int code = ((int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday"))(at, zone);
  if (code == 0) at->tv_sec += offset();
  return code;
}
time_t time(time_t *out) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  if (out) *out = at.tv_sec;
  return at.tv_sec;
}
`;
const hour = 3600;

describe.skipIf(!canPreload)('someone sets the clock (needs a C compiler)', () => {
  it.each([
    ['forward', hour],
    ['back', -hour],
  ])(
    '%s by an hour in a run: it comes to its end, nothing is given up, and no duration counts the hour',
    async (_, by) => {
      const rehearsal = await Rehearsal.begin('healthy', 60);
      const { library: path, flag } = await library(source);
      const running = rehearsal.runIn({ LD_PRELOAD: path, CLOCK_OFFSET: flag }, 'init', '--yes');
      await until(rehearsal, ({ type }) => type === 'step-done');
      await writeFile(flag, String(by));
      const { code, stdout, stderr } = await running;
      expect(code, stdout + stderr).toBe(0);
      const lines = await rehearsal.journal();
      expect(lines.filter(({ type }) => type === 'step-failed')).toEqual([]);
      const longest = Math.max(...lines.map(({ durationMs }) => Number(durationMs ?? 0)));
      expect(longest).toBeLessThan(hour * 1000);
      expect(longest).toBeGreaterThan(0);
      const status = await rehearsal.runIn({ LD_PRELOAD: path, CLOCK_OFFSET: flag }, 'status', '--json');
      expect(JSON.parse(status.stdout)).toMatchObject({ verdict: 'ok' });
    },
  );

  it.each([
    ['1970, as where its battery is empty', 1970, -Date.now() / 1000 + 86_400],
    ['2100', 2100, Date.UTC(2100, 5) / 1000 - Date.now() / 1000],
  ])('a clock that stands at %s does not stop a build, and status reads what it wrote', async (_, year, by) => {
    const rehearsal = await Rehearsal.begin();
    const { library: path, flag } = await library(source);
    await writeFile(flag, String(Math.round(by)));
    const clock = { LD_PRELOAD: path, CLOCK_OFFSET: flag };
    const { code, stdout, stderr } = await rehearsal.runIn(clock, 'init', '--yes');
    expect(code, stdout + stderr).toBe(0);
    const status = await rehearsal.runIn(clock, 'status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ verdict: 'ok' });
    // The right time comes back: the run is there, by its own dates.
    await writeFile(flag, '0');
    const history = await rehearsal.runIn(clock, 'history');
    expect(history).toMatchObject({ code: 0, stdout: expect.stringMatching(new RegExp(`${year}-.*done`)) });
  });

  it('the clock of the program is really set', async () => {
    const rehearsal = await Rehearsal.begin();
    const { library: path, flag } = await library(source);
    await writeFile(flag, String(-hour));
    const { code } = await rehearsal.runIn({ LD_PRELOAD: path, CLOCK_OFFSET: flag }, 'init', '--yes');
    expect(code).toBe(0);
    const [run = ''] = await rehearsal.runs();
    const begun = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(run)?.slice(1).map(Number) ?? [];
    const [year = 0, month = 0, day, ...time] = begun;
    const behind = Date.now() - Date.UTC(year, month - 1, day, ...time);
    expect(behind).toBeGreaterThan(hour * 1000 - 60_000);
  });
});
