import type { Routine } from '../../../sim/routine.ts';
import type { Call, HelmCommand } from '../call.ts';
import { HelmError, notSimulated } from '../error.ts';
import { flagLines } from '../flag-lines.ts';
import { scaffold } from '../scaffold-text.ts';

/** helm pkg/chart/v2/util/create.go. */
export const create: HelmCommand = {
  name: 'create',
  usage: 'NAME',
  short: 'create a new chart with the given name',
  flags: flagLines('p,starter name or path of another chart to begin with'),
  takes: [1, 1],
  *run(call): Routine {
    const [path = ''] = call.args;
    if (call.flags.has('starter')) throw notSimulated('helm create --starter');
    yield* call.print(`Creating ${path}\n`);
    const name = path.replace(/\/+$/, '').replace(/^.*\//, '');
    if (!/^[a-zA-Z0-9._-]+$/.test(name)) throw new HelmError('chart name must match the regular expression "^[a-zA-Z0-9._-]+$"');
    yield* writeFiles(call, path.replace(/\/+$/, ''), scaffold(name));
    call.process.fs.mkdir(call.process.path(`${path}/charts`), { parents: true });
  },
};

/** Files below a folder; those that are there are written anew, with a word about it. */
export function* writeFiles({ process }: Call, folder: string, files: Readonly<Record<string, string>>): Routine {
  for (const [path, content] of Object.entries(files)) {
    const full = process.path(`${folder}/${path}`);
    if (process.fs.exists(full)) yield* process.printError(`WARNING: File "${full}" already exists. Overwriting.\n`);
    process.fs.mkdir(full.slice(0, full.lastIndexOf('/')), { parents: true });
    process.fs.write(full, content);
  }
}
