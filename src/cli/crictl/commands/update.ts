/** update: limits changed while a container runs. */
import { CriError } from '../../../interfaces/cri.ts';
import { klogError } from '../../logrus.ts';
import { type CrictlCommand, int, text } from '../command.ts';
import { calls, Fatal } from '../context.ts';

export const update: CrictlCommand = {
  name: 'update',
  short: 'Update one or more running containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  flags: [
    int('cpu-count', '', '(Windows only) Number of CPUs available to the container'),
    int('cpu-period', '', 'CPU CFS period to be used for hardcapping (in usecs). 0 to use system default', '0'),
    int('cpu-quota', '', 'CPU CFS hardcap limit (in usecs). Allowed cpu time in a given period', '0'),
    int('cpu-share', '', 'CPU shares (relative weight vs. other containers)', '0'),
    text('cpuset-cpus', '', 'CPU(s) to use'),
    text('cpuset-mems', '', 'Memory node(s) to use'),
    int('memory', '', 'Memory limit (in bytes)', '0'),
    int('oom-score-adj', '', "Tune the host's OOM preferences", '0'),
  ],
  run: function* (context) {
    if (context.args.length === 0) throw new Fatal('ID cannot be empty');
    const runtime = yield* context.runtime();
    const { flags } = context;
    for (const id of context.args) {
      try {
        runtime.updateContainerResources(id, {
          cpuPeriod: flags.number('cpu-period'),
          cpuQuota: flags.number('cpu-quota'),
          cpuShares: flags.number('cpu-share'),
          memoryLimitInBytes: flags.number('memory'),
        });
      } catch (error) {
        if (!(error instanceof CriError)) throw error;
        const call = calls.update(id);
        yield* klogError(context.process, call.place ?? '', call.message ?? '', [['err', JSON.stringify(error.message)], ...(call.fields ?? [])]);
        throw new Fatal(`updating container resources for ${JSON.stringify(id)}: ${error.message}`);
      }
      yield* context.print(`${id}\n`);
    }
  },
};
