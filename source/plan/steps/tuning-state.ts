import { filtersBridges } from '../../facts/kernel.ts';
import type { Script } from '../../host/host.ts';
import { tuningPaths } from './tuning-files.ts';

/** What a node's kernel and files say now. */
export interface TuningState {
  /** Value by name, words separated by one blank. A setting that the kernel does not have is missing. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** Modules that are loaded or built in. */
  readonly loaded: ReadonlySet<string>;
  /** Mode and owner by path: `644 root:root`. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Prints `sysctl NAME VALUE`, `module NAME` for each that is loaded or built in, and `file PATH MODE OWNER` for the files that are
 * there. Arguments: `sysctl:NAME` and `module:NAME`.
 */
export const lookAtTuning = (sysctls: readonly string[], modules: readonly string[]): Script => ({
  name: 'tuning-state',
  text: `for asked; do
  name=\${asked#*:}
  case $asked in
  sysctl:*) ! value=$(sysctl -n "$name" 2>/dev/null) || printf 'sysctl %s %s\\n' "$name" "$(printf %s "$value" | tr -s '[:space:]' ' ')";;
  module:*) if [ -d "/sys/module/$name" ] || { ${filtersBridges}; } || grep -qE "/$(printf %s "$name" | sed 's/_/[_-]/g')\\.ko" "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null; then printf 'module %s\\n' "$name"; fi;;
  esac
done
for path in ${tuningPaths.join(' ')}; do [ ! -e "$path" ] || stat -c 'file %n %a %U:%G' "$path"; done
`,
  arguments: [...sysctls.map((name) => `sysctl:${name}`), ...modules.map((name) => `module:${name}`)],
});

/** Reads what the script printed. */
export function parseTuning(stdout: string): TuningState {
  const rows = (word: string) => stdout.matchAll(new RegExp(`^${word} (\\S+)(?: (.*))?$`, 'gm'));
  const pairs = (word: string) => new Map(rows(word).map(([, name = '', rest = '']) => [name, rest.trim()]));
  return { sysctls: pairs('sysctl'), loaded: new Set(pairs('module').keys()), files: pairs('file') };
}
