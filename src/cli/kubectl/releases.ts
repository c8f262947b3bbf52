/** What the kubectl of an older world lacks, or still has (kubernetes CHANGELOG-1.*.md). */

import type { Process } from '../../linux/process.ts';
import { releaseOf } from '../../linux/program.ts';
import type { CommandEntry } from './command.ts';
import { type Flag, parseFlagTable } from './flags.ts';
import { type Obj, text } from './json.ts';

/** What the newest kubectl says of itself. */
const newest: Obj = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.2',
  gitCommit: 'fdc9d74cbf2da6754ebf81d56f80ae2948cd6425',
  gitTreeState: 'clean',
  buildDate: '2026-02-26T20:05:34Z',
  goVersion: 'go1.25.7',
  compiler: 'gc',
  platform: 'linux/amd64',
};

const oldBuilds: Readonly<Record<string, Obj>> = {
  23: { gitCommit: '953be8927218ec8067e1af2641e540238ffd7576', buildDate: '2023-02-22T13:34:27Z', goVersion: 'go1.19.6' },
  24: { gitCommit: '22a9682c8fe855c321be75c5faacde343f909b04', buildDate: '2023-08-23T23:44:35Z', goVersion: 'go1.20.7' },
};

/** The minor release that brought a command. */
const since: Readonly<Record<string, number>> = { 'create token': 24, events: 26, 'auth whoami': 27, 'alpha kuberc': 34 };

/** Flags that are gone: the first minor release without them. */
const until: readonly { readonly path: string; readonly minor: number; readonly flags: readonly Flag[] }[] = [
  { path: 'version', minor: 28, flags: parseFlagTable('short:bool') },
];

/** version.Info of the kubectl that runs. */
export function clientVersion(process: Process): Obj {
  const release = releaseOf(process);
  if (release === undefined) return newest;
  const minor = /^v1\.(\d+)/.exec(release)?.[1] ?? '';
  return { ...newest, minor, gitVersion: release, ...oldBuilds[minor] };
}

/** The second number of its version. */
export const clientMinor = (process: Process): number => Number(text(clientVersion(process)['minor']));

/** The commands that it has. */
export function commandsOf(commands: readonly CommandEntry[], process: Process): readonly CommandEntry[] {
  if (releaseOf(process) === undefined) return commands;
  const minor = clientMinor(process);
  return commands.filter(({ path }) => Object.entries(since).every(([name, first]) => minor >= first || (path !== name && !path.startsWith(`${name} `))));
}

/** Flags of a command that newer ones have lost. */
export const oldFlags = (path: string, process: Process): readonly Flag[] =>
  releaseOf(process) === undefined ? [] : until.flatMap((each) => (each.path === path && clientMinor(process) < each.minor ? each.flags : []));
