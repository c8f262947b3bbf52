/** runc events: what a container uses, and when it runs out of memory. */
import { sleep } from '../../../sim/routine.ts';
import { bool, type Context, duration, type RuncCommand, RuncError } from '../context.ts';

export const events: RuncCommand = {
  name: 'events',
  short: 'display container events such as OOM notifications, cpu, memory, and IO usage statistics',
  usage: '<container-id>',
  flags: [duration('interval', 'set the stats collection interval', '5s'), bool('stats', "display the container's stats then exit")],
  run: function* (context) {
    const { runtime, root, id, flags } = context;
    const { status } = context.load();
    const interval = flags.duration('interval');
    if (interval <= 0) throw new RuncError('duration interval must be greater than 0');
    if (status === 'stopped') throw new RuncError(`container with id ${id} is not running`);
    if (flags.bool('stats')) {
      yield* context.print(statsLine(context));
      return 0;
    }
    let kills = runtime.stats(root, id).memory.oomKills;
    for (;;) {
      yield* sleep(interval);
      const current = runtime.list(root).find((each) => each.id === id);
      if (!current || current.status === 'stopped') return 0;
      const { oomKills } = runtime.stats(root, id).memory;
      for (; kills < oomKills; kills++) yield* context.print(`${JSON.stringify({ type: 'oom', id })}\n`);
      yield* context.print(statsLine(context));
    }
  },
};

function statsLine({ runtime, root, id }: Context): string {
  const { pids, memory, cpuMicros } = runtime.stats(root, id);
  const none = { limit: 0 };
  const usage = { total: cpuMicros * 1000, kernel: Math.round(cpuMicros * 300), user: Math.round(cpuMicros * 700) };
  return `${JSON.stringify({
    type: 'stats',
    id,
    data: {
      cpu: { usage, throttling: {} },
      cpuset: {},
      memory: {
        usage: { limit: memory.limit ?? 18446744073709552000, usage: memory.usage },
        swap: none,
        kernel: none,
        kernelTCP: none,
        raw: { anon: memory.usage, file: 0 },
      },
      pids: { current: pids.current, ...(pids.limit === undefined ? {} : { limit: pids.limit }) },
      blkio: {},
      hugetlb: {},
      intel_rdt: {},
      network_interfaces: null,
    },
  }).replace('18446744073709552000', '18446744073709551615')}\n`;
}
