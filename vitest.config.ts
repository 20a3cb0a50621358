import { defineConfig } from 'vitest/config';

/** Rings, outermost last. `rehearsal` and `terminal` drive the built program; `lab` needs Linux, root and its built nodes. */
const outerRings = ['test/flows/**', 'test/terminal/**', 'test/lab/**', 'test/soak/**'];

/** A whole run more in the lab, for what a change seldom breaks: `npm run soak` has it. */
const longLab = [
  'test/lab/secrets.test.ts',
  'test/lab/conformance.test.ts',
  'test/lab/dead-ends.test.ts',
  'test/lab/device-mapper.test.ts',
  'test/lab/address-cuts.test.ts',
  'test/lab/many-nodes.test.ts',
  'test/lab/other-products.test.ts',
  'test/lab/life.test.ts',
  'test/lab/bundle.test.ts',
  'test/lab/real-programs.test.ts',
];

/** Refuses tests of a built program that is older than its sources. */
const freshBuild = 'test/flows/fresh-build.ts';

/** One lab at a time on a machine; its nodes take minutes to come up. */
const oneLab = {
  testTimeout: 900_000,
  hookTimeout: 1_800_000,
  fileParallelism: false,
  sequence: { concurrent: false },
} as const;

export default defineConfig({
  test: {
    // What a developer's shell or a build server sets must not change what the screens show.
    // Below the second level bash takes a pipe for a remote login and reads ~/.bashrc, with all that it starts.
    env: { CI: '', NO_COLOR: '', FORCE_COLOR: '', SHLVL: '2' },
    // For a busy machine: a wait that succeeds costs nothing, and these limits only end a test that hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 500_000 } },
    // Most of the time of a flow is waiting: one file at a time leaves a machine of two cores idle.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'pure', include: ['test/**/*.test.{ts,tsx}'], exclude: outerRings } },
      {
        extends: true,
        test: {
          name: 'rehearsal',
          include: ['test/flows/**/*.test.ts'],
          globalSetup: [freshBuild, 'test/flows/built.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'terminal', include: ['test/terminal/**/*.test.ts'], globalSetup: freshBuild },
      },
      {
        extends: true,
        test: {
          name: 'soak',
          include: ['test/soak/**/*.test.ts', 'test/fuzz/**/*.test.{ts,tsx}'],
          fileParallelism: false,
          globalSetup: [freshBuild, 'test/flows/built.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'lab', include: ['test/lab/**/*.test.ts'], exclude: longLab, ...oneLab },
      },
      { extends: true, test: { name: 'long', include: longLab, ...oneLab } },
    ],
  },
});
