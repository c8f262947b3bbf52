/** docker stats. */
import type { ContainerStats } from '../../../interfaces/docker.ts';
import { sleep } from '../../../sim/routine.ts';
import { any, bool, command, text } from '../context.ts';
import { binarySize, type Column, formatted, size } from '../output.ts';

export const stats = command(
  'stats',
  'Display a live stream of container(s) resource usage statistics',
  '[OPTIONS] [CONTAINER...]',
  [0, any],
  [
    bool('all,a', 'Show all containers (default shows just running)'),
    text('format', 'Format output using a custom template'),
    bool('no-stream', 'Disable streaming stats and only pull the first result'),
    bool('no-trunc', 'Do not truncate output'),
  ],
  function* (context) {
    const { containers } = context.client();
    for (const id of context.args) containers.inspect(id);
    do {
      const ids = context.args.length > 0 ? context.args : containers.list({ all: context.flags.bool('all') }).map(({ Id }) => Id);
      const before = ids.map((id) => containers.stats(id));
      yield* sleep(1000);
      const known = new Set(containers.list({ all: true }).map(({ Id }) => Id));
      const rows = before
        .filter(({ id }) => known.has(id))
        .map((each) => ({ ...containers.stats(each.id), percent: (containers.stats(each.id).cpuMicros - each.cpuMicros) / 10_000 }));
      if (!context.flags.bool('no-stream')) yield* context.print('\x1b[2J\x1b[H');
      yield* context.print(
        formatted(
          context,
          context.flags.text('format'),
          statsColumns(context.args, context.flags.bool('no-trunc')),
          ['ID', 'Name', 'CPUPerc', 'MemUsage', 'MemPerc', 'NetIO', 'BlockIO', 'PIDs'],
          rows,
          { type: '*container.statsContext' },
        ),
      );
    } while (!context.flags.bool('no-stream'));
    return 0;
  },
);

type StatsRow = ContainerStats & { readonly percent: number };
/** `Container` is as it was typed. */
const statsColumns = (typed: readonly string[], full: boolean): Column<StatsRow>[] => [
  ['Container', 'CONTAINER', ({ id, name }) => typed.find((each) => each === name || id.startsWith(each)) ?? id.slice(0, 12)],
  ['ID', 'CONTAINER ID', ({ id }) => (full ? id : id.slice(0, 12))],
  ['Name', 'NAME', ({ name }) => name],
  ['CPUPerc', 'CPU %', ({ percent }) => `${percent.toFixed(2)}%`],
  ['MemUsage', 'MEM USAGE / LIMIT', ({ memory, limit }) => `${binarySize(memory)} / ${binarySize(limit)}`],
  ['MemPerc', 'MEM %', ({ memory, limit }) => `${(limit > 0 ? (memory / limit) * 100 : 0).toFixed(2)}%`],
  ['NetIO', 'NET I/O', ({ received, sent }) => `${size(received, 3)} / ${size(sent, 3)}`],
  ['BlockIO', 'BLOCK I/O', () => '0B / 0B'],
  ['PIDs', 'PIDS', ({ pids }) => String(pids)],
];
