/** inspect, inspectp, inspecti, imagefsinfo. */
import type { ContainerStatus, PodSandboxStatus } from '../../../interfaces/cri.ts';
import type { Routine } from '../../../sim/routine.ts';
import { bool, type CrictlCommand, text } from '../command.ts';
import { type Context, calls, Fatal, ShowHelp } from '../context.ts';
import { formatted, humanAge, moment, nanos, sorted } from '../output.ts';
import { containerInfo, containerStatus, imageStatus, podInfo, podStatus } from '../proto.ts';
import { chooseContainers, choosePods, containerFilters, podFilters } from '../selection.ts';
import { containerState } from './list.ts';

const output = [
  text('output', 'o', 'Output format, One of: json|yaml|go-template|table'),
  bool('quiet', 'q', 'Do not show verbose information'),
  text('template', '', 'The template string is only used when output is go-template; The Template format is golang template'),
];

export const inspect: CrictlCommand = {
  name: 'inspect',
  short: 'Display the status of one or more containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  flags: [...containerFilters, ...output],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const image = context.flags.text('image') === '' ? undefined : yield* context.image();
    const ids = context.args.length > 0 ? context.args : (yield* chooseContainers(context, runtime, image)).map(({ id }) => id);
    const found: ContainerStatus[] = [];
    for (const id of ids)
      found.push(
        yield* context.call(
          calls.containerStatus(id),
          context.legacy ? `getting the status of the container ${JSON.stringify(id)}: ` : 'get the status of containers: get container status: ',
          () => runtime.containerStatus(id),
        ),
      );
    yield* show(
      context,
      found.map((status) => ({ status: containerStatus(status), ...(context.flags.bool('quiet') ? {} : { info: containerInfo(status) }) })),
      () => found.map((status) => containerTable(context, status)).join(''),
    );
  },
};

export const inspectp: CrictlCommand = {
  name: 'inspectp',
  short: 'Display the status of one or more pods',
  usage: 'POD-ID [POD-ID...]',
  flags: [...podFilters, ...output],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const ids = context.args.length > 0 ? context.args : (yield* choosePods(context, runtime)).map(({ id }) => id);
    const found: PodSandboxStatus[] = [];
    for (const id of ids)
      found.push(yield* context.call(calls.plain, 'get the status of pod sandboxes: get pod sandbox status: ', () => runtime.podSandboxStatus(id)));
    yield* show(
      context,
      found.map((status) => ({ status: podStatus(status), ...(context.flags.bool('quiet') ? {} : { info: podInfo(status) }) })),
      () => found.map(podTable).join(''),
    );
  },
};

export const inspecti: CrictlCommand = {
  name: 'inspecti',
  short: 'Return the status of one or more images',
  usage: 'IMAGE-ID [IMAGE-ID...]',
  flags: [text('name', '', 'Filter by image name'), text('filter', 'f', 'Filter output'), ...output],
  run: function* (context) {
    const image = yield* context.image();
    const ids = context.args.length > 0 ? context.args : image.listImages().map(({ id }) => id);
    if (ids.length === 0) throw new ShowHelp();
    const found: object[] = [];
    for (const id of ids) {
      const status = yield* context.call(calls.plain, `image status for ${JSON.stringify(id)} request: `, () =>
        image.imageStatus({ image: id }, !context.flags.bool('quiet')),
      );
      if (!status.image) throw new Fatal(`no such image ${JSON.stringify(id)} present`);
      found.push({ status: imageStatus(status.image), ...(context.flags.bool('quiet') ? {} : { info: status.info }) });
    }
    yield* show(context, found, () => found.map((each) => sorted(each)).join(''));
  },
};

export const imagefsinfo: CrictlCommand = {
  name: 'imagefsinfo',
  short: 'Return image filesystem info',
  flags: [text('output', 'o', 'Output format, One of: json|yaml|go-template|table'), text('template', '', 'The template string')],
  run: function* (context) {
    const image = yield* context.image();
    const info = image.imageFsInfo();
    const shown = (each: (typeof info.imageFilesystems)[number]) => ({
      fsId: each.fsId,
      inodesUsed: { value: String(each.inodesUsed) },
      timestamp: nanos(each.timestamp),
      usedBytes: { value: String(each.usedBytes) },
    });
    yield* show(
      context,
      [{ status: { containerFilesystems: info.containerFilesystems.map(shown), imageFilesystems: info.imageFilesystems.map(shown) } }],
      () => '',
    );
  },
};

/** One object bare, several as a list. */
function* show(context: Context, values: readonly object[], asTable: () => string): Routine {
  const { flags } = context;
  const value = values.length === 1 ? values[0] : values;
  const shown = formatted(value, flags.text('output'), flags.text('template'));
  yield* context.print(shown ?? asTable());
}

function containerTable(context: Context, status: ContainerStatus): string {
  const lines = [
    `ID: ${status.id}`,
    `Name: ${status.metadata.name}`,
    ...(status.metadata.attempt ? [`Attempt: ${status.metadata.attempt}`] : []),
    `State: ${containerState(status)}`,
    `Created: ${humanAge(context.process.now - status.createdAt)} ago`,
  ];
  if (status.startedAt > 0) lines.push(`Started: ${humanAge(context.process.now - status.startedAt)} ago`);
  if (status.finishedAt > 0) lines.push(`Finished: ${humanAge(context.process.now - status.finishedAt)} ago`, `Exit Code: ${status.exitCode}`);
  return `${lines.join('\n')}\n${mapLines('Labels', status.labels)}${mapLines('Annotations', status.annotations)}`;
}

function podTable(status: PodSandboxStatus): string {
  const lines = [
    `ID: ${status.id}`,
    `Name: ${status.metadata.name}`,
    `UID: ${status.metadata.uid}`,
    `Namespace: ${status.metadata.namespace}`,
    `Attempt: ${status.metadata.attempt ?? 0}`,
    `Status: ${status.state}`,
    `Created: ${moment(status.createdAt).replace('T', ' ').replace('Z', ' +0000 UTC')}`,
    `IP Addresses: ${status.network.ip}`,
  ];
  return `${lines.join('\n')}\n${mapLines('Labels', status.labels)}${mapLines('Annotations', status.annotations)}Info: ${JSON.stringify(podInfo(status))}\n`;
}

const mapLines = (title: string, map: Readonly<Record<string, string>>): string => {
  const keys = Object.keys(map).sort();
  return keys.length === 0 ? '' : `${title}:\n${keys.map((key) => `\t${key} -> ${map[key]}\n`).join('')}`;
};
