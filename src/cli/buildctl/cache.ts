/** buildctl du, prune, debug: what the daemon keeps and what it works with. */

import { humanDuration } from '../../apimachinery/go-units.ts';
import type { BuildkitWorkerInfo, CacheRecord } from '../../interfaces/buildkit.ts';
import type { Routine } from '../../sim/routine.ts';
import { absent } from '../flags.ts';
import { tabwriter } from '../tabwriter.ts';
import { type BuildctlCommand, bool, type Context, list, text } from './context.ts';

const filter = absent([list('filter,f', 'Filter records')]);
const verbose = bool('verbose,v', 'Verbose output');
const format = text('format', "Format the output using the given Go template, e.g, '{{json .}}'");

export const du: BuildctlCommand = {
  name: 'du',
  short: 'disk usage',
  flags: [...filter, verbose, format],
  run: function* (context) {
    const records = context.client('call diskusage').diskUsage();
    if (context.flags.text('format') !== '') return yield* say(context, `${JSON.stringify(records.map(wire))}\n`);
    if (context.flags.bool('verbose')) yield* context.print(records.map((each) => `${details(context, each)}\n`).join(''));
    else yield* context.print(table(context, records));
    const total = sum(records);
    if (records.length > 0 || !context.flags.bool('verbose')) yield* context.print(`Reclaimable:\t${bytes(total)}\nTotal:\t\t${bytes(total)}\n`);
    return 0;
  },
};

export const prune: BuildctlCommand = {
  name: 'prune',
  short: 'clean up build cache',
  flags: [
    ...absent([
      text('keep-duration', 'Keep data newer than this limit', '0s'),
      text('keep-storage', 'Keep data below this limit (in MB)', '0'),
      text('keep-storage-min', 'Always allow data below this limit (in MB)', '0'),
    ]),
    ...filter,
    bool('all', 'Include internal/frontend references'),
    verbose,
    format,
  ],
  run: function* (context) {
    const gone = context.client('prune').prune();
    if (context.flags.text('format') !== '') return yield* say(context, gone.map((each) => `${JSON.stringify(wire(each))}\n`).join(''));
    if (gone.length > 0) yield* context.print(table(context, gone));
    yield* context.print(`Total:\t${bytes(sum(gone))}\n`);
    return 0;
  },
};

export const pruneHistories: BuildctlCommand = {
  name: 'prune-histories',
  short: 'clean up build histories',
  flags: [],
  run: function* (context) {
    context.client('prune histories');
    return 0;
  },
};

const workers: BuildctlCommand = {
  name: 'workers',
  short: 'list workers',
  flags: [...filter, verbose, format],
  run: function* (context) {
    const client = context.client('list workers');
    const all = client.workers();
    if (context.flags.text('format') !== '') {
      const { package: Package, version: Version, revision: Revision } = client.version();
      const shown = all.map(({ id, labels, platforms }) => ({ ID: id, Labels: labels, Platforms: platforms, BuildkitVersion: { Package, Version, Revision } }));
      return yield* say(context, `${JSON.stringify(shown)}\n`);
    }
    if (!context.flags.bool('verbose'))
      return yield* say(
        context,
        tabwriter([['ID', 'PLATFORMS'], ...all.map(({ id, platforms }) => [id, platforms.join(',')])], { padding: 4, padLast: false }),
      );
    const { package: name, version, revision } = client.version();
    yield* context.print(all.map((each) => workerDetails(each, `${name} ${version} ${revision}`)).join(''));
    return 0;
  },
};

const info: BuildctlCommand = {
  name: 'info',
  short: 'display internal information',
  flags: [format],
  run: function* (context) {
    const { package: name, version, revision } = context.client('call info').version();
    yield* context.print(`BuildKit:\t${name} ${version} ${revision}\n`);
    return 0;
  },
};

const missing = (name: string, short: string): BuildctlCommand => ({
  name,
  short,
  flags: [],
  run: function* (context): Routine<number> {
    yield* context.process.printError(`k8s-lab: buildctl debug ${name} is not simulated\n`);
    return 70;
  },
});

export const debug: BuildctlCommand = {
  name: 'debug',
  short: 'debug utilities',
  commands: [
    missing('dump-llb', 'dump LLB in human-readable format. LLB can be also passed via stdin. This command does not require the daemon to be running.'),
    missing('dump-metadata', 'dump the meta in human-readable format. This command does not require the daemon to be running.'),
    workers,
    info,
    missing('monitor', 'display build events'),
    missing('logs', 'display build logs'),
    missing('ctl', 'control build records'),
    missing('get', 'retrieve blob from cache'),
    missing('histories', 'list build records'),
  ],
};

function* say(context: Context, text: string): Routine<number> {
  yield* context.print(text);
  return 0;
}

const workerDetails = ({ id, labels, platforms }: BuildkitWorkerInfo, version: string): string =>
  `ID:\t\t${id}\nPlatforms:\t${platforms.join(',')}\nBuildKit:\t${version}\nLabels:\n${Object.entries(labels)
    .map(([key, value]) => `\t${key}:\t${value}\n`)
    .join(
      '',
    )}GC Policy rule#0:\n\tAll:\t\tfalse\n\tFilters:\ttype==source.local,type==exec.cachemount,type==source.git.checkout\n\tKeep Duration:\t48h0m0s\n\n`;

const ago = ({ process }: Context, at: number): string => `${humanDuration(process.now - at)} ago`;
const sum = (records: readonly CacheRecord[]): number => records.reduce((total, { size }) => total + size, 0);

/** tonistiigi/units at %.2f. */
function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = size;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return unit === 0 ? `${size}B` : `${value.toFixed(2)}${units[unit]}`;
}

const table = (context: Context, records: readonly CacheRecord[]): string =>
  ['ID\t\t\t\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED\n']
    .concat(records.map((each) => `${each.id.slice(0, 25).padEnd(71)}\t${'true'.padEnd(11)}\t${bytes(each.size)}\t\t${ago(context, each.lastUsedAt)}\n`))
    .join('');

const details = (context: Context, each: CacheRecord): string =>
  [
    `ID:\t\t${each.id.slice(0, 25)}`,
    `Created at:\t${new Date(each.createdAt).toISOString().replace('T', ' ').slice(0, 19)} +0000 UTC`,
    'Mutable:\tfalse',
    'Reclaimable:\ttrue',
    'Shared:\t\tfalse',
    `Size:\t\t${bytes(each.size)}`,
    `Description:\t${each.description}`,
    `Usage count:\t${each.usageCount}`,
    `Last used:\t${ago(context, each.lastUsedAt)}`,
    'Type:\t\tregular',
    '',
  ].join('\n');

const wire = (each: CacheRecord): object => ({
  ID: each.id.slice(0, 25),
  Mutable: false,
  InUse: false,
  Size: each.size,
  CreatedAt: new Date(each.createdAt).toISOString(),
  LastUsedAt: new Date(each.lastUsedAt).toISOString(),
  UsageCount: each.usageCount,
  Description: each.description,
  RecordType: 'regular',
  Shared: false,
});
