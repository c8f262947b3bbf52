/** update: limits changed while a container runs. */
import { absent } from '../../flags.ts';
import { calls } from '../calls.ts';
import { type CrictlCommand, int, text } from '../command.ts';
import { Fatal } from '../context.ts';

export const update: CrictlCommand = {
  name: 'update',
  short: 'Update one or more running containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  flags: [
    int('cpu-count', '', '(Windows only) Number of CPUs available to the container', '0'),
    int('cpu-maximum', '', '(Windows only) Portion of CPU cycles specified as a percentage * 100', '0'),
    int('cpu-period', '', 'CPU CFS period to be used for hardcapping (in usecs). 0 to use system default', '0'),
    int('cpu-quota', '', 'CPU CFS hardcap limit (in usecs). Allowed cpu time in a given period', '0'),
    int('cpu-share', '', 'CPU shares (relative weight vs. other containers)', '0'),
    text('cpuset-cpus', '', 'CPU(s) to use'),
    text('cpuset-mems', '', 'Memory node(s) to use'),
    int('memory', '', 'Memory limit (in bytes)', '0'),
    ...absent([text('oom-score-adj', '', 'OOM Killer score to use')]),
  ],
  run: function* (context) {
    if (context.args.length === 0) throw new Fatal('ID cannot be empty');
    const runtime = yield* context.runtime();
    const { flags } = context;
    const resources = {
      cpuPeriod: flags.number('cpu-period'),
      cpuQuota: flags.number('cpu-quota'),
      cpuShares: flags.number('cpu-share'),
      memoryLimitInBytes: flags.number('memory'),
      cpusetCpus: flags.text('cpuset-cpus'),
      cpusetMems: flags.text('cpuset-mems'),
    };
    for (const id of context.args) {
      yield* context.call(calls.update(id), `updating container resources for ${JSON.stringify(id)}: `, () => runtime.updateContainerResources(id, resources));
      yield* context.print(`${id}\n`);
    }
  },
};
