/** systemd-cgtop (systemd 257 src/cgtop) in lines: control groups by what they use. */
import type { Cgroup } from '../../linux/cgroup.ts';
import { sleep } from '../../sim/routine.ts';
import { humanSize } from '../numbers.ts';
import { aligned } from '../table.ts';
import { type Call, Failure, tool } from '../tool.ts';

type Group = { readonly path: string; readonly tasks: number; readonly memory: number; readonly micros: number; readonly share?: number };

export const cgtop = tool({
  usage: '[OPTION...] [CGROUP]',
  summary: 'Show top control groups by their resource usage.',
  options: [
    ['p', 'order by path'],
    ['t', 'order by number of tasks/processes'],
    ['c', 'order by CPU load (default)'],
    ['m', 'order by memory load'],
    ['i', 'order by IO load'],
    ['order=KEY', ''],
    ['r,raw', 'provide raw (not human-readable) numbers'],
    ['k', 'count userspace processes instead of tasks (excl. kernel)'],
    ['P', ''],
    ['recursive=BOOL', ''],
    ['d,delay=DELAY', 'delay between updates'],
    ['n,iterations=N', 'run for N iterations before exiting'],
    ['1', 'shortcut for --iterations=1'],
    ['b,batch', 'run in batch mode, accepting no input'],
    ['depth=DEPTH', 'maximum traversal depth'],
  ],
  *run(call) {
    const { process } = call;
    if (process.stdout.tty && !call.has('b')) throw new Failure('k8s-lab: systemd-cgtop without --batch is not simulated', 70, true);
    const delay = Number((call.value('d') ?? '1').replace(/s$/, '')) * 1000;
    const count = call.has('1') ? 1 : Number(call.value('n') ?? (process.stdout.tty ? Number.POSITIVE_INFINITY : 1));
    const depth = Number(call.value('depth') ?? 3);
    const root = call.operands[0] ?? '/';
    let before = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      if (i > 0) yield* sleep(delay);
      const found = [...groups(process.kernel.rootCgroup, depth)].filter(
        ({ path }) => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`),
      );
      const rows = found.map((each): Group => {
        const last = before.get(each.path);
        return last === undefined ? each : { ...each, share: (each.micros - last) / delay / 10 };
      });
      before = new Map(found.map(({ path, micros }) => [path, micros]));
      yield* call.print(`${table(call, rows)}${i + 1 < count ? '\n' : ''}`);
      yield* call.out.flush();
    }
    return 0;
  },
});

function* groups(group: Cgroup, depth: number): Iterable<Group> {
  const tasks = [...group.everyone()].length;
  if (tasks > 0) yield { path: group.path === '' ? '/' : group.path, tasks, memory: group.memoryBytes, micros: group.cpuUsageMicros };
  if (depth > 0) for (const child of group.children.values()) yield* groups(child, depth - 1);
}

function table(call: Call, rows: readonly Group[]): string {
  const order = call.value('order') ?? ['p', 't', 'm', 'i'].find((key) => call.has(key)) ?? 'c';
  const by: Readonly<Record<string, (each: Group) => number>> = {
    t: (each) => each.tasks,
    tasks: (each) => each.tasks,
    m: (each) => each.memory,
    memory: (each) => each.memory,
  };
  const value = by[order] ?? (/^[pi]/.test(order) ? () => 0 : ({ share = 0 }: Group) => share);
  const sorted = [...rows].sort((a, b) => value(b) - value(a) || (a.path < b.path ? -1 : 1));
  const size = (bytes: number): string => (call.has('r') ? String(bytes) : bytes === 0 ? '0B' : humanSize(bytes));
  const cells = sorted.map(({ path, tasks, share, memory }) => [path, String(tasks), share === undefined ? '-' : share.toFixed(1), size(memory), '-', '-']);
  return aligned(cells, (i) => i > 0, [0, 6, 6, 8, 8, 8]);
}
