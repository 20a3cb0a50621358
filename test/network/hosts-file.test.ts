import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostNames, hostsFile, hostsTemplate } from '../../source/network/hosts-file.ts';
import { node, site } from './a-node.ts';

const names = ['ks-1', 'ks-2', 'ks-3'];
const nodes = names.map((name, index) => node({ name, reach: `10.0.4.2${index + 1}` }));
const addresses = new Map(names.map((name, index) => [name, `10.0.4.2${index + 1}`]));
const own = nodes[1] ?? node();

function write(before: string): string {
  return hostsFile(hostNames(site(nodes), addresses), own.name, before);
}

const block = `# BEGIN kloudspot: nodes of the cluster
10.0.4.21 ks-1
10.0.4.22 ks-2
10.0.4.23 ks-3
# END kloudspot
`;
const ubuntu = `127.0.0.1 localhost
127.0.1.1 ks-2

# The following lines are desirable for IPv6 capable hosts
::1     ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
`;

/** Each row: a hosts file, and what must stand before our block. */
const files: readonly (readonly [string, string, string])[] = [
  ['an empty file', '', ''],
  [
    'the installer’s: the node no longer answers for itself on loopback',
    ubuntu,
    ubuntu.replace('127.0.1.1 ks-2\n', ''),
  ],
  ['another name on 127.0.1.1', '127.0.1.1 template\n', '127.0.1.1 template\n'],
  ['old lines of our names', '10.0.9.9 ks-3\n10.0.9.8 nas ks-1 # rack\n', '10.0.9.8 nas # rack\n'],
  ['capital letters', '10.0.9.9 KS-3\n', ''],
  ['our name on localhost', '127.0.0.1 localhost ks-2\n', '127.0.0.1 localhost\n'],
  ['names that only begin alike', '10.0.9.9 ks-33 ks-1.other.eu\n', '10.0.9.9 ks-33 ks-1.other.eu\n'],
  ['a remark with our name', '# ks-1 is the first\n', '# ks-1 is the first\n'],
  ['no newline at the end', '10.0.9.9 nas', '10.0.9.9 nas\n'],
  ['an old block of ours', `a b\n${block.replace('.21', '.99')}c d\n`, 'a b\nc d\n'],
  [
    'a block without its end',
    '# BEGIN kloudspot: nodes of the cluster\n10.0.4.99 ks-1\n10.0.9.9 nas\n',
    '10.0.9.9 nas\n',
  ],
];

describe('the hosts file', () => {
  it.each(files)('%s', (_name, before, kept) => {
    expect(write(before)).toBe(kept === '' ? block : `${kept.trimEnd()}\n\n${block}`);
  });

  it('keeps the full name that a node has for itself, first, as `hostname -f` reads it', () => {
    const after = write('127.0.1.1 ks-2.acme.eu ks-2\n');
    expect(after).toContain('10.0.4.22 ks-2.acme.eu ks-2\n');
    expect(after).not.toContain('127.0.1.1');
  });

  it('leaves out a node whose address is not known', () => {
    expect(hostsFile(hostNames(site(nodes), new Map([['ks-1', '10.0.4.21']])), own.name, '')).not.toContain('ks-3');
  });

  it('reads tabs, capitals and lines that end as on Windows', () => {
    const before = [
      '127.0.0.1\tlocalhost.localdomain\tlocalhost\tKS-2\t# set by imaging',
      '127.0.1.1\tubuntu-old.corp.example.org ubuntu-old',
      '10.0.4.99\tks-1.corp.example.org ks-1 db',
      '::1\tks-2 ip6-localhost',
      '10.0.4.21 ks-2.corp.example.org',
      '0.0.0.0 tracker.example.net',
    ].join('\r\n');
    const after = write(before);
    const lines = after.split('\n').map((text) => text.replace(/\r$/, ''));
    expect(lines.slice(0, 6)).toEqual([
      '127.0.0.1 localhost.localdomain localhost # set by imaging',
      '127.0.1.1\tubuntu-old.corp.example.org ubuntu-old',
      '10.0.4.99 ks-1.corp.example.org db',
      '::1 ip6-localhost',
      '10.0.4.21 ks-2.corp.example.org',
      '0.0.0.0 tracker.example.net',
    ]);
    expect(after).toContain(block);
  });

  it("the template of cloud-init gets the same block, without its own line of the node's name", () => {
    const template = `## template:jinja
{# what cloud-init says of this file #}
127.0.1.1 {{fqdn}} {{hostname}}
127.0.0.1 localhost
::1 ip6-localhost ip6-loopback
`;
    const after = hostsTemplate(hostNames(site(nodes), addresses), own.name, template);
    expect(after).toBe(`${template.replace('127.0.1.1 {{fqdn}} {{hostname}}\n', '')}\n${block}`);
    expect(hostsTemplate(hostNames(site(nodes), addresses), own.name, after)).toBe(after);
  });

  const line = fc.oneof(
    fc.constantFrom(
      '127.0.1.1 ks-2.acme.eu ks-2',
      '127.0.1.1 ks-2',
      '10.1.1.1 ks-1 x',
      '# BEGIN kloudspot',
      '# END kloudspot',
      '',
    ),
    fc.constantFrom('# note', '::1 localhost', '10.0.9.9\tnas  # ks-1', '10.0.4.22 ks-2.acme.eu ks-2'),
    fc.string(),
  );

  it('is the same after a second time, names every node once, and loses no other line', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const once = write(lines.join('\n'));
        expect(write(once)).toBe(once);
        for (const name of names) {
          const own = once
            .split('\n')
            .filter((text) => text.replace(/#.*/, '').toLowerCase().split(/\s+/).slice(1).includes(name));
          expect(own).toHaveLength(1);
        }
        if (lines.includes('::1 localhost') && !lines.some((text) => text.startsWith('#')))
          expect(once).toContain('::1 localhost');
      }),
    );
  });
});
