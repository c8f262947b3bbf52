/** version, info, runtime-config, update-runtime-config, checkpoint, and what is not simulated. */
import type { Routine } from '../../../sim/routine.ts';
import { calls } from '../calls.ts';
import { bool, type CrictlCommand, text } from '../command.ts';
import { Fatal, ShowHelp } from '../context.ts';
import { formatted } from '../output.ts';
import { notSimulated } from '../schema.ts';

export const version: CrictlCommand = {
  name: 'version',
  short: 'Display runtime version information',
  flags: [],
  run: function* (context) {
    if (context.args.length > 0 && !context.legacy) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const answer = yield* context.call(calls.plain, 'getting the runtime version: ', () => runtime.version());
    yield* context.print(
      `Version:  ${answer.version}\nRuntimeName:  ${answer.runtimeName}\nRuntimeVersion:  ${answer.runtimeVersion}\nRuntimeApiVersion:  ${answer.runtimeApiVersion}\n`,
    );
  },
};

export const info: CrictlCommand = {
  name: 'info',
  short: 'Display information of the container runtime',
  combineShort: true,
  flags: [
    text('output', 'o', 'Output format, One of: json|yaml|go-template', 'json'),
    bool('quiet', 'q', 'Do not show verbose information'),
    text('template', '', 'The template string is only used when output is go-template'),
  ],
  run: function* (context) {
    const { flags } = context;
    if (context.args.length > 0) throw new ShowHelp();
    const runtime = yield* context.runtime();
    const doing = 'getting status of runtime: ';
    const { conditions, runtimeHandlers, features, info: more } = yield* context.call(calls.plain, doing, () => runtime.status(!flags.bool('quiet')));
    const status = { conditions: conditions.map(({ type, status, reason, message }) => ({ message, reason, status, type })) };
    const value = { status, ...(context.legacy ? {} : { ...(runtimeHandlers ? { runtimeHandlers } : {}), ...(features ? { features } : {}) }), ...more };
    if (flags.text('output') === 'table') throw new Fatal(`${doing}unsupported format: "table"`);
    yield* context.print(formatted(context, value, flags.text('output'), flags.text('template'), doing) ?? '');
  },
};

export const runtimeConfig: CrictlCommand = {
  name: 'runtime-config',
  short: 'Retrieve the container runtime configuration',
  flags: [],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const { cgroupDriver } = yield* context.call(calls.plain, 'get runtime config: call RuntimeConfig RPC: ', () => runtime.runtimeConfig());
    yield* context.print(`cgroup driver:   ${cgroupDriver}\n`);
  },
};

const podCidr = 'The new Classless Inter-Domain Routing (CIDR) value to be used for pod IP addresses. If the CIDR is empty, runtimes should omit it.';

export const updateRuntimeConfig: CrictlCommand = {
  name: 'update-runtime-config',
  short: 'Update the runtime configuration',
  flags: [text('pod-cidr', 'p', podCidr)],
  run: function* (context) {
    if (context.args.length > 0 || !context.flags.has('pod-cidr')) throw new ShowHelp();
    const runtime = yield* context.runtime();
    yield* context.call(calls.plain, 'update runtime config: ', () => runtime.updateRuntimeConfig(context.flags.text('pod-cidr')));
    yield* context.log('info', 'Runtime config successfully updated');
  },
};

export const checkpoint: CrictlCommand = {
  name: 'checkpoint',
  short: 'Checkpoint one or more running containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  combineShort: true,
  flags: [text('export', 'e', 'Specify the name of the tar archive (/path/to/checkpoint.tar) used to export the checkpoint image.')],
  run: function* (context) {
    if (context.args.length === 0) throw new Fatal('ID cannot be empty');
    const location = context.flags.text('export');
    if (location === '') throw new Fatal('cannot checkpoint a container without specifying the checkpoint destination. Use --export=/path/to/checkpoint.tar');
    const runtime = yield* context.runtime();
    for (const id of context.args) {
      if (!runtime.checkpointContainer) return yield* notSimulated(context, 'crictl checkpoint');
      yield* context.call(calls.checkpoint(id), `checkpointing the container ${JSON.stringify(id)} failed: `, () =>
        runtime.checkpointContainer?.(id, location),
      );
      yield* context.print(`${id}\n`);
    }
  },
};

const refused = (name: string, short: string): CrictlCommand => ({
  name,
  short,
  combineShort: true,
  flags: [text('output', 'o', 'Output format, One of: json|yaml'), ...(name === 'metricsp' ? [bool('watch', 'w', 'Watch pod metrics')] : [])],
  run: (context): Routine => notSimulated(context, `crictl ${name}`),
});

/** Said in our own name. */
export const others: readonly CrictlCommand[] = [
  refused('metricsp', "List pod metrics. Metrics are unstructured key/value pairs gathered by CRI meant to replace cAdvisor's /metrics/cadvisor endpoint."),
  refused('metricdescs', 'List metric descriptors. Returns information about the metrics available through the CRI.'),
];
