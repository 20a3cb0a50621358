import {
  fileAt,
  isFolder,
  makeFolder,
  namesIn,
  readPath,
  removePath,
  removeTree,
  writePath,
} from '../node/file-system.ts';
import { type Call, lastValue, optionsOf, type Program, refuse } from './call.ts';

const baseName = (path: string) => path.replace(/\/+$/, '').split('/').at(-1) ?? '';

function rm(call: Call): number {
  const { flags, rest } = optionsOf(call.words);
  const forced = [...flags].some((flag) => flag.includes('f'));
  const deep = [...flags].some((flag) => /r/i.test(flag));
  let code = 0;
  for (const path of rest) {
    const folder = call.look((machine) => isFolder(machine, path) && fileAt(machine, path) === undefined);
    if (folder && !deep) code = refuse(call, `rm: cannot remove '${path}': Is a directory`);
    else if (folder) call.change((machine) => removeTree(machine, path));
    else if (call.look((machine) => fileAt(machine, path) !== undefined))
      call.change((machine) => removePath(machine, path));
    else if (!forced) code = refuse(call, `rm: cannot remove '${path}': No such file or directory`);
  }
  return code;
}

/** Several files into a folder, or one to a name. */
function mv(call: Call): number {
  const { rest } = optionsOf(call.words);
  const target = rest.at(-1);
  if (target === undefined || rest.length === 1) return refuse(call, 'mv: missing file operand');
  let code = 0;
  for (const source of rest.slice(0, -1)) {
    const file = call.look((machine) => fileAt(machine, source));
    if (file === undefined) {
      code = refuse(call, `mv: cannot stat '${source}': No such file or directory`);
      continue;
    }
    call.change((machine) => {
      const place = isFolder(machine, target) ? `${target.replace(/\/$/, '')}/${baseName(source)}` : target;
      const { content, mode, owner } = file;
      removePath(machine, source);
      writePath(machine, place, content, { mode, owner });
    });
  }
  return code;
}

function mkdir(call: Call): number {
  const { rest } = optionsOf(call.words, ['-m', '--mode']);
  call.change((machine) => {
    for (const path of rest) makeFolder(machine, path);
  });
  return 0;
}

function ls(call: Call): number {
  let code = 0;
  for (const path of optionsOf(call.words).rest) {
    const folder = call.look((machine) => isFolder(machine, path));
    if (folder)
      call.out(
        call
          .look((machine) => namesIn(machine, path))
          .map((name) => `${name}\n`)
          .join(''),
      );
    else if (call.look((machine) => fileAt(machine, path) !== undefined)) call.out(`${path}\n`);
    else code = refuse(call, `ls: cannot access '${path}': No such file or directory`, 2);
  }
  return code;
}

/** `install -D -m 0644 SOURCE TARGET` */
function install(call: Call): number {
  const options = optionsOf(call.words, ['-m', '--mode', '-o', '-g']);
  const mode = Number.parseInt(lastValue(options, '-m', '--mode') ?? '755', 8);
  if (options.flags.has('-d')) {
    call.change((machine) => {
      for (const path of options.rest) makeFolder(machine, path);
    });
    return 0;
  }
  const [source, target] = options.rest;
  if (source === undefined || target === undefined) return refuse(call, 'install: missing file operand');
  const content = source === '/dev/null' ? '' : call.look((machine, _state, now) => readPath(machine, source, now));
  if (content === undefined) return refuse(call, `install: cannot stat '${source}': No such file or directory`);
  call.change((machine, _state, now) => {
    writePath(machine, target, content, { mode });
    machine.touched[target] = now;
  });
  return 0;
}

/** `ln -sfn TARGET LINK`: what the link shows is what lies there now. */
function ln(call: Call): number {
  const [target = '', link = ''] = optionsOf(call.words).rest;
  const content = call.look((machine, _state, now) => readPath(machine, target, now)) ?? '';
  call.change((machine) => writePath(machine, link, content));
  return 0;
}

export const files: Readonly<Record<string, Program>> = { rm, mv, mkdir, ls, install, ln };
