import { type AccessPrompts, keyLines } from '../../app/connect.ts';
import type { Settings } from '../../app/settings.ts';
import { showHostKey } from '../../host/ssh/show-host-key.ts';
import { questionsFor } from './questions.ts';
import type { Terminal } from './terminal.ts';

/** Asks about host keys and passwords where there is a terminal to prompt on; `--accept-new-host-keys` answers for the keys. */
export function accessPrompts(settings: Settings, terminal: Terminal): AccessPrompts {
  const asks = terminal.interactive && !settings.yes && !settings.json;
  return {
    ...(settings.acceptNewHostKeys ? pinAll(terminal) : asks ? askTrust(settings, terminal) : {}),
    ...(asks ? askPassword(settings, terminal) : {}),
  };
}

const pinAll = ({ errors }: Terminal): AccessPrompts => ({
  trust: async (offers) => {
    errors.write(`New host keys, now pinned:\n${keyLines(offers).join('\n')}\n`);
    return true;
  },
});

const askTrust = (settings: Settings, terminal: Terminal): AccessPrompts => ({
  trust: (offers) => {
    const how = `Compare them with what the nodes' own consoles show: ${showHostKey}`;
    terminal.output.write(`${['These host keys are new:', ...keyLines(offers), how].join('\n')}\n`);
    const keys = offers.length === 1 ? 'this key' : `these ${offers.length} keys`;
    return questionsFor(settings, terminal).confirm({ message: `Pin ${keys} and continue?`, default: false });
  },
});

const askPassword = (settings: Settings, terminal: Terminal): AccessPrompts => ({
  password: ({ node, kind, why }) => {
    terminal.output.write(`${why}\n`);
    const what = kind === 'login' ? 'Login password' : 'sudo password';
    return questionsFor(settings, terminal).password({ message: `${what} for ${node}:` });
  },
});
