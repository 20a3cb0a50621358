import * as z from 'zod';
import type { Script } from '../../host/host.ts';
import { packagesMarker } from '../../host/node-state.ts';
import { carryOut, look } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { completeDpkg, lockFunctions, updateLists, whenUnlocked } from '../execution/package-locks.ts';
import type { LookContext, PlannedCommand, PlannedStep, StateCheck, StepKind } from '../step.ts';

const parameters = z.object({
  node: z.string(),
  upgrade: z.boolean(),
  install: z.array(z.string()),
  iscsid: z.boolean(),
  /** Folder with the packages, where the node reaches no archive. */
  folder: z.string().exactOptional(),
});
type Parameters = z.output<typeof parameters>;

/** Package lists older than this say nothing about what could be upgraded. */
const freshSeconds = 24 * 3600;

/**
 * Prints `lists-age SECONDS|never`, `upgradable N`, `installed NAME` for each argument that is, and `iscsid ENABLED ACTIVE`
 * (systemd's words, or `absent`).
 */
function packagesState(names: readonly string[]): Script {
  return { name: 'packages-state', text: stateText, arguments: names };
}

const stateText = `export LC_ALL=C
mark=${packagesMarker}
if [ -e "$mark" ]; then echo "lists-age $(( $(date +%s) - $(stat -c %Y "$mark") ))"; else echo 'lists-age never'; fi
echo "upgradable $(apt-get -s -qq upgrade 2>/dev/null | grep -c '^Inst ')"
for name in "$@"; do
  [ "$(dpkg-query -W -f '\${db:Status-Status}' "$name" 2>/dev/null)" = installed ] && echo "installed $name"
done
enabled=$(systemctl is-enabled iscsid 2>/dev/null)
active=$(systemctl is-active iscsid 2>/dev/null)
echo "iscsid \${enabled:-absent} \${active:-inactive}"
`;

/** The operator's own settings are kept where a package brings new ones; nothing may ask. */
const aptOptions = [
  ...['-o', 'DPkg::Lock::Timeout=300'],
  ...['-o', 'Dpkg::Options::=--force-confdef'],
  ...['-o', 'Dpkg::Options::=--force-confold'],
];
const apt = (...words: string[]) => whenUnlocked('apt-get', '-y', ...aptOptions, ...words);

/**
 * Installs packages from a folder, with those of the folder that they need and that are not installed; nothing is fetched, and what
 * is installed stays as it is. Arguments: folder, packages.
 */
const installFromFolder = (folder: string, names: readonly string[]): Script => ({
  name: 'install-from-folder',
  text: folderText,
  arguments: [folder, ...names],
});

/** apt knows no archive then, so that it fetches nothing. `--no-download` would do too, but apt 3.0 then finds no local file either. */
const withoutSources = ['-o', 'Dir::Etc::SourceList=/dev/null', '-o', 'Dir::Etc::SourceParts=-'];

const folderText = `${lockFunctions}folder=$1; shift
files=()
for file in "$folder"/*.deb; do
  name=$(dpkg-deb -f "$file" Package) || exit 1
  [ "$(dpkg-query -W -f '\${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || files+=("$file")
done
[ \${#files[@]} -gt 0 ] || exit 0
when_unlocked apt-get -y ${[...withoutSources, ...aptOptions].join(' ')} install "\${files[@]}"
`;

function commands({ node, upgrade, install, iscsid, folder }: Parameters): PlannedCommand[] {
  return [
    command('complete-dpkg', node, completeDpkg, {
      note: 'completes a package change that was interrupted; does nothing otherwise',
    }),
    ...(folder === undefined ? [command('update-lists', node, updateLists)] : []),
    ...(upgrade
      ? [command('upgrade', node, apt('upgrade'), { note: 'configuration files that were changed stay as they are' })]
      : []),
    ...(install.length > 0
      ? [
          command(
            'install',
            node,
            folder === undefined ? apt('install', ...install) : installFromFolder(folder, install),
          ),
        ]
      : []),
    ...(iscsid
      ? [command('start-iscsid', node, ['systemctl', 'enable', '--now', 'iscsid'], { note: 'shared volumes need it' })]
      : []),
    command('mark', node, ['install', '-D', '-m', '0644', '/dev/null', packagesMarker], { note: 'marks the time' }),
  ];
}

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const result = await look(context, p.node, packagesState(p.install), minutes(2));
  const lines = result.stdout.split('\n').map((line) => line.split(' '));
  const of = (key: string) => lines.filter(([name]) => name === key).map((line) => line.slice(1));
  const missing = p.install.filter((name) => !of('installed').some(([found]) => found === name));
  const upgradable = Number(of('upgradable')[0]?.[0] ?? Number.NaN);
  const age = Number(of('lists-age')[0]?.[0] ?? Number.NaN);
  const [enabled, active] = of('iscsid')[0] ?? [];
  const open = [
    ...(missing.length > 0 ? [`${missing.join(', ')} not installed`] : []),
    ...(p.upgrade && !(age <= freshSeconds) ? ['not brought up to date in the last day'] : []),
    ...(p.upgrade && upgradable !== 0 ? [`${Number.isNaN(upgradable) ? 'some' : upgradable} packages to upgrade`] : []),
    ...(p.iscsid && (enabled !== 'enabled' || active !== 'active') ? ['iscsid does not run'] : []),
  ];
  return { ok: open.length === 0, observed: open.length === 0 ? 'up to date' : open.join(', ') };
}

export const packages: StepKind<typeof parameters> = {
  kind: 'packages',
  parameters,

  state,
  act: (context, _, step) =>
    carryOut(context, step, {
      run: {
        causes: [
          'the package archive cannot be reached',
          'another package manager holds the lock',
          'a package that fails to configure',
        ],
        next: ['sudo apt-get -f install shows what is wrong'],
      },
    }),
};

export function planPackages(p: Parameters): PlannedStep {
  return plannedStep(packages, {
    node: p.node,
    group: 'Packages',
    title: p.upgrade ? 'Bring packages up to date' : 'Install needed packages',
    why: 'A cluster begins on nodes of the same, current state; LVM and iSCSI tools carry its volumes.',
    deadline: minutes(30),
    parameters: p,
    commands: commands(p),
    skippable: true,
  });
}
