import { parse } from 'yaml';
import * as z from 'zod';
import { defined } from '../text/defined.ts';
import { section } from './section.ts';

/** What cloud-init does with the network and with /etc/hosts, as its files say. */
export interface CloudInitFacts {
  readonly present: boolean;
  readonly networkDisabled: boolean;
  readonly hosts?: 'template' | 'own-line';
}

/**
 * The words `present` and `disabled` where they are true, and a line for each file: `system BASE64` in the order in which
 * cloud-init reads them, of its folder only *.cfg; `user BASE64`, the user-data.
 * https://docs.cloud-init.io/en/latest/explanation/about-cloud-config.html
 */
export const cloudInitSection = section(
  'cloud-init',
  {
    bash: `if [ -x /usr/bin/cloud-init ]; then echo present; fi
  if [ -e /etc/cloud/cloud-init.disabled ]; then echo disabled; fi
  for file in /etc/cloud/cloud.cfg /etc/cloud/cloud.cfg.d/*.cfg; do
    if [ -r "$file" ]; then printf 'system %s\\n' "$(base64 -w0 "$file")"; fi
  done
  if [ -r /var/lib/cloud/instance/cloud-config.txt ]; then
    printf 'user %s\\n' "$(base64 -w0 /var/lib/cloud/instance/cloud-config.txt)"
  fi`,
  },
  cloudInitFacts,
  { codes: [0, 1] },
);

const systemSchema = z.looseObject({ network: z.looseObject({ config: z.unknown().optional() }).optional() });
const userSchema = z.looseObject({ manage_etc_hosts: z.union([z.string(), z.boolean()]).optional() });

/** The mappings of files are put into one another: the last one that says `network: config:` counts. */
function cloudInitFacts(text: string): CloudInitFacts {
  const all = text.split('\n');
  const contents = (word: string) =>
    all.flatMap((line) => (line.startsWith(`${word} `) ? [yamlOf(line.slice(word.length + 1))] : []));
  const configs = contents('system').flatMap((content) => {
    const config = systemSchema.safeParse(content).data?.network?.config;
    return config === undefined ? [] : [config];
  });
  const hosts = contents('user').map((content) => userSchema.safeParse(content).data?.manage_etc_hosts);
  return {
    present: all.includes('present'),
    networkDisabled: all.includes('disabled') || configs.at(-1) === 'disabled',
    ...defined({ hosts: hostsOf(hosts.at(-1)) }),
  };
}

/** As cloud-init's own module reads the value: true and `template` mean the whole file. */
function hostsOf(value: string | boolean | undefined): CloudInitFacts['hosts'] {
  if (value === 'localhost') return 'own-line';
  return value === true || (typeof value === 'string' && /^(true|yes|on|template)$/i.test(value))
    ? 'template'
    : undefined;
}

/** cloud-init leaves a file out that is not YAML, and goes on. */
function yamlOf(base64: string): unknown {
  try {
    return parse(Buffer.from(base64, 'base64').toString(), { logLevel: 'error', uniqueKeys: false });
  } catch {
    return undefined;
  }
}
