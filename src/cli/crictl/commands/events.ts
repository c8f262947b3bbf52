/** events: what happens to containers, as it happens. */
import type { ContainerEvent, RuntimeService } from '../../../interfaces/cri.ts';
import { calls } from '../calls.ts';
import { type CrictlCommand, text } from '../command.ts';
import { Fatal, ShowHelp } from '../context.ts';
import { fromTemplate, json, nanos, yaml } from '../output.ts';
import { podItem } from '../proto.ts';

export const events: CrictlCommand = {
  name: 'events',
  aliases: ['event'],
  short: 'Stream the events of containers',
  combineShort: true,
  flags: [
    text('output', 'o', 'Output format, One of: json|yaml|go-template', 'json'),
    text('template', '', 'The template string is only used when output is go-template; The Template format is golang template'),
  ],
  run: function* (context) {
    if (context.args.length > 0) throw new ShowHelp();
    const { flags } = context;
    const [format, template] = [flags.text('output'), flags.text('template')];
    if ((format === 'json' || format === 'yaml') && template !== '') throw new Fatal(`template can't be used with ${JSON.stringify(format)} format`);
    if (!['json', 'yaml', 'go-template'].includes(format)) throw new Fatal(`don't support ${JSON.stringify(format)} format`);
    const runtime = yield* context.runtime();
    const channel = yield* context.call(calls.plain, 'getting container events: ', () => runtime.getContainerEvents());
    try {
      for (let event = yield* channel.receive(); event; event = yield* channel.receive()) {
        const value = eventItem(runtime, event);
        yield* context.print(format === 'json' ? json(value) : format === 'yaml' ? yaml(value) : `${fromTemplate(context, value, template, '')}\n`);
      }
    } finally {
      channel.break();
    }
  },
};

function eventItem(runtime: RuntimeService, event: ContainerEvent): object {
  const { name, namespace, uid } = event.podSandboxMetadata;
  const pod = runtime.listPodSandbox().find(({ metadata }) => metadata.uid === uid && metadata.name === name && metadata.namespace === namespace);
  const containers = pod ? runtime.listContainers({ podSandboxId: pod.id }) : [];
  return {
    containerId: event.containerId,
    containerEventType: event.type,
    createdAt: nanos(event.createdAt),
    podSandboxStatus: pod
      ? { ...podItem(pod), network: { ip: runtime.podSandboxStatus(pod.id).network.ip, additionalIps: [] } }
      : { metadata: event.podSandboxMetadata },
    containersStatuses: containers.map(({ id, metadata, state, createdAt }) => ({ id, metadata, state, createdAt: nanos(createdAt) })),
  };
}
