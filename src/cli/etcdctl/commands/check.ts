/** `etcdctl check perf`: writes at a steady pace for a minute, and judges what came of it (etcdctl/ctlv3/command/check.go). */
import { prefixEnd } from '../../../interfaces/etcd.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import type { EtcdctlCommand } from '../command.ts';
import { type Context, exits, Fatal } from '../context.ts';

const seconds = 60;
const usual = '/etcdctl-check-perf/';
const sizes = { key: 256, value: 1024 };
/** Writes a second. */
const loads: Readonly<Record<string, number | undefined>> = { s: 150, small: 150, m: 1000, medium: 1000, l: 8000, large: 8000, xl: 15_000, xLarge: 15_000 };
/** More than the lab can hold. */
const most = 1000;

function* perf(context: Context): Routine {
  const { flags, process } = context;
  const load = flags.text('load');
  const rate = Object.hasOwn(loads, load) ? loads[load] : undefined;
  if (rate === undefined) throw new Fatal(`unknown load option ${load}`, exits.badFeature);
  if (rate > most) throw new Fatal(`k8s-lab: etcdctl check perf --load=${load} is not simulated`, 70);
  const prefix = flags.text('prefix').endsWith('/') ? flags.text('prefix') : `${flags.text('prefix')}/`;
  const range = { key: prefix, rangeEnd: prefixEnd(prefix) };
  if ((yield* context.call('KV/Range', ({ keys }) => keys.range({ ...range, limit: 1 }).kvs)).length > 0)
    throw new Fatal(`prefix ${JSON.stringify(prefix)} has got keys. Delete with 'etcdctl del --prefix ${prefix}' first`, exits.invalidInput);
  const began = process.now;
  const took: number[] = [];
  const errors = new Map<string, number>();
  const value = '\0'.repeat(sizes.value);
  for (let second = 0; second < seconds; second++) {
    const start = process.now;
    try {
      yield* context.call('KV/Put', ({ keys }) => {
        for (let i = 0; i < rate; i++) keys.put(prefix + process.sim.random.hex(18).padEnd(sizes.key, '\0'), value);
      });
      took.push((process.now - start) / 1000);
    } catch (error) {
      if (!(error instanceof Fatal)) throw error;
      errors.set(error.message, (errors.get(error.message) ?? 0) + rate);
    }
    for (let part = 1; part <= 5; part++) {
      yield* context.print(bar(context, second));
      yield* sleep(Math.max(0, began + second * 1000 + part * 200 - process.now));
    }
  }
  const passed = yield* judge(context, rate, errors, took, process.now - began);
  yield* context.call('KV/DeleteRange', ({ keys }) => keys.deleteRange(range.key, range.rangeEnd));
  if (!passed) throw new Fatal('', exits.error);
  const revision = yield* context.call('KV/Range', ({ cluster }) => cluster.header().revision);
  if (flags.bool('auto-compact')) {
    yield* context.call('KV/Compact', ({ keys }) => keys.compact(Number(revision)));
    yield* context.print(`Compacting with revision ${revision}\nCompacted with revision ${revision}\n`);
  }
  if (!flags.bool('auto-defrag')) return;
  for (const endpoint of context.endpoints) {
    yield* context.print(`Defragmenting ${JSON.stringify(endpoint)}\n`);
    yield* context.call('Maintenance/Defragment', ({ cluster }) => cluster.defragment(), [endpoint]);
    yield* context.print(`Defragmented ${JSON.stringify(endpoint)}\n`);
  }
}

/** Of a terminal as wide as it is; elsewhere without the bar itself (cheggaaa/pb 1.0). */
function bar({ process: { tty } }: Context, second: number): string {
  const [counter, percent] = [` ${second} / ${seconds} `, ` ${((second / seconds) * 100).toFixed(2)}%`];
  const left = second > 0 && second < seconds - 1 ? ` 00m${String(seconds - second - 1).padStart(2, '0')}s` : '';
  const room = tty ? tty.size.columns - counter.length - percent.length - left.length - 3 : 0;
  const filled = Math.floor((room * second) / seconds);
  const drawn = room > 4 ? `B${'o'.repeat(filled)}m${' '.repeat(Math.max(0, room - filled - 1))}!` : ' ';
  return `\r${counter}${drawn}${percent}${left}`;
}

/** Whether it was good enough. */
function* judge(context: Context, rate: number, errors: ReadonlyMap<string, number>, took: readonly number[], milliseconds: number): Routine<boolean> {
  const perSecond = (took.length * rate * 1000) / milliseconds;
  const slowest = Math.max(0, ...took);
  const mean = took.reduce((sum, each) => sum + each, 0) / Math.max(1, took.length);
  const deviation = Math.sqrt(took.reduce((sum, each) => sum + (each - mean) ** 2, 0) / Math.max(1, took.length));
  const slow = perSecond / rate <= 0.9;
  const ok = errors.size === 0 && !slow && slowest <= 0.5 && deviation <= 0.1;
  yield* context.print(
    [
      ...(errors.size > 0 ? ['FAIL: too many errors', ...[...errors].map(([text, count]) => `FAIL: ERROR(${text}) -> ${count}`)] : []),
      slow ? `FAIL: Throughput too low: ${Math.floor(perSecond) + 1} writes/s` : `PASS: Throughput is ${Math.floor(perSecond)} writes/s`,
      slowest > 0.5 ? `Slowest request took too long: ${slowest.toFixed(6)}s` : `PASS: Slowest request took ${slowest.toFixed(6)}s`,
      deviation > 0.1 ? `Stddev too high: ${deviation.toFixed(6)}s` : `PASS: Stddev is ${deviation.toFixed(6)}s`,
      ok ? 'PASS' : 'FAIL',
    ]
      .map((line) => `${line}\n`)
      .join(''),
  );
  return ok;
}

const notSimulated = function* (): Routine {
  throw new Fatal('k8s-lab: etcdctl check datascale is not simulated', 70);
};

export const checkCommand: EtcdctlCommand = {
  name: 'check',
  usage: '<subcommand>',
  short: 'commands for checking properties of the etcd cluster',
  commands: [
    {
      name: 'datascale',
      usage: '[options]',
      short: 'Check the memory usage of holding data for different workloads on a given server endpoint.',
      run: notSimulated,
    },
    {
      name: 'perf',
      usage: '[options]',
      short: 'Check the performance of the etcd cluster',
      flags: [
        { name: 'auto-compact', type: 'bool', usage: 'Compact storage with last revision after test is finished.' },
        { name: 'auto-defrag', type: 'bool', usage: 'Defragment storage after test is finished.' },
        { name: 'load', default: 's', usage: "The performance check's workload model. Accepted workloads: s(small), m(medium), l(large), xl(xLarge)" },
        { name: 'prefix', default: usual, usage: "The prefix for writing the performance check's keys." },
      ],
      run: perf,
    },
  ],
};
