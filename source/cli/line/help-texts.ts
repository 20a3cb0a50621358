import { verbs } from '../verb-table.ts';
import { verbHelp } from './help.ts';

/** What `kloudspot VERB --help` prints, by verb. A build works it out, so that the built program loads no verb for it. */
export const helpTexts: Readonly<Record<string, string>> = Object.fromEntries(
  await Promise.all(
    Object.entries(verbs).map(async ([name, { load }]) => [name, verbHelp((await load()).default)] as const),
  ),
);
