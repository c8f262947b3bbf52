/** inspect, inspectp, inspecti, imagefsinfo. */
import type { ContainerStatus, CriImage, PodSandboxStatus } from '../../../interfaces/cri.ts';
import type { Routine } from '../../../sim/routine.ts';
import { calls } from '../calls.ts';
import { bool, type CrictlCommand, text } from '../command.ts';
import { type Context, Fatal, ShowHelp } from '../context.ts';
import { formatted, humanAge, humanSize, nanos } from '../output.ts';
import { containerInfo, containerStatus, imageItem, podInfo, podStatus } from '../proto.ts';
import { chooseContainers, choosePods, containerFilters, podFilters } from '../selection.ts';
import { imageFilter, listImages } from './images.ts';
import { goTime, pairs } from './list.ts';

const format = text('output', 'o', 'Output format, One of: json|yaml|go-template|table');
const template = text('template', '', 'The template string is only used when output is go-template; The Template format is golang template');
const output = [format, bool('quiet', 'q', 'Do not show verbose information'), template];

/** The ids that were typed, or those that the filters leave; none is answered with help. */
function* idsOf(context: Context, choose: () => Routine<readonly { readonly id: string }[]>): Routine<readonly string[]> {
  if (context.args.length > 0) return context.args;
  const ids = (yield* choose()).map(({ id }) => id);
  if (ids.length > 0) return ids;
  yield* context.log('error', 'No IDs provided or nothing found per filter');
  throw new ShowHelp();
}

export const inspect: CrictlCommand = {
  name: 'inspect',
  short: 'Display the status of one or more containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  // --name and --namespace are taken and never looked at: crictl 1.36 asks for them under other names.
  flags: [...containerFilters, ...output],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const image = yield* context.image();
    const ids = yield* idsOf(context, () => chooseContainers(context, runtime, image, 'listing containers: ', ['name', 'namespace']));
    const doing = 'get the status of containers: ';
    const found: ContainerStatus[] = [];
    for (const id of ids) {
      const prefix = context.legacy ? `getting the status of the container ${JSON.stringify(id)}: ` : `${doing}get container status: `;
      found.push(yield* context.call(calls.containerStatus(id), prefix, () => runtime.containerStatus(id)));
    }
    const quiet = context.flags.bool('quiet');
    const values = found.map((status) => ({ status: containerStatus(status), ...(quiet ? {} : { info: containerInfo(status) }) }));
    yield* show(context, values, doing, () => found.map((status) => containerTable(context, status)).join(''));
  },
};

export const inspectp: CrictlCommand = {
  name: 'inspectp',
  short: 'Display the status of one or more pods',
  usage: 'POD-ID [POD-ID...]',
  combineShort: true,
  flags: [...podFilters, ...output],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const ids = yield* idsOf(context, () => choosePods(context, runtime, 'listing pod sandboxes: '));
    const doing = 'get the status of pod sandboxes: ';
    const found: PodSandboxStatus[] = [];
    for (const id of ids) found.push(yield* context.call(calls.plain, `${doing}get pod sandbox status: `, () => runtime.podSandboxStatus(id)));
    const quiet = context.flags.bool('quiet');
    const values = found.map((status) => ({ status: podStatus(status), ...(quiet ? {} : { info: podInfo(status) }) }));
    yield* show(context, values, doing, () => found.map((status) => podTable(status, quiet)).join(''));
  },
};

export const inspecti: CrictlCommand = {
  name: 'inspecti',
  short: 'Return the status of one or more images',
  usage: 'IMAGE-ID [IMAGE-ID...]',
  combineShort: true,
  flags: [text('name', '', 'Filter by image name'), imageFilter, ...output],
  run: function* (context) {
    const { flags } = context;
    const image = yield* context.image();
    const ids = yield* idsOf(context, () => listImages(context, image, flags.text('name'), flags.list('filter')));
    const quiet = flags.bool('quiet');
    const found: { readonly image: CriImage; readonly info: object }[] = [];
    for (const id of ids) {
      const status = yield* context.call(calls.plain, `image status for ${JSON.stringify(id)} request: `, () => image.imageStatus({ image: id }, !quiet));
      if (!status.image) throw new Fatal(`no such image ${JSON.stringify(id)} present`);
      found.push({ image: status.image, info: status.info });
    }
    const values = found.map((each) => ({ status: imageItem(each.image), ...(quiet ? {} : { info: each.info }) }));
    yield* show(context, values, '', () => found.map((each) => imageTable(each.image, quiet ? undefined : each.info)).join(''));
  },
};

export const imagefsinfo: CrictlCommand = {
  name: 'imagefsinfo',
  short: 'Return image filesystem info',
  combineShort: true,
  flags: [format, template],
  run: function* (context) {
    const image = yield* context.image();
    const info = yield* context.call(calls.plain, 'image filesystem info request: ', () => image.imageFsInfo());
    const shown = (each: (typeof info.imageFilesystems)[number]) => ({
      fsId: each.fsId,
      inodesUsed: { value: String(each.inodesUsed) },
      timestamp: nanos(each.timestamp),
      usedBytes: { value: String(each.usedBytes) },
    });
    const rows = (label: string, systems: typeof info.imageFilesystems): string =>
      `${label} Filesystem \n${systems
        .map(
          (each, i) =>
            `TimeStamp[${i}]: ${nanos(each.timestamp)}\nDisk[${i}]: ${humanSize(each.usedBytes, 4)}\nInodes[${i}]: ${each.inodesUsed}\nMountpoint[${i}]: ${each.fsId.mountpoint}\n`,
        )
        .join('')}`;
    yield* show(
      context,
      [{ status: { containerFilesystems: info.containerFilesystems.map(shown), imageFilesystems: info.imageFilesystems.map(shown) } }],
      '',
      () => rows('Container', info.containerFilesystems) + rows('Image', info.imageFilesystems),
    );
  },
};

/** One object bare, several as a list. */
function* show(context: Context, values: readonly object[], prefix: string, asTable: () => string): Routine {
  const { flags } = context;
  const value = values.length === 1 ? values[0] : values;
  const shown = formatted(context, value, flags.text('output'), flags.text('template'), prefix);
  yield* context.print(shown ?? asTable());
}

/** A map of Go: what was JSON in it stands there as it came. */
const goMap = (info: object): string =>
  `Info: map[${Object.entries(info)
    .map(([key, value]) => `${key}:${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')}]\n`;

function containerTable(context: Context, status: ContainerStatus): string {
  const ago = (at: number): string => `${humanAge(context.process.now - at)} ago`;
  const lines = [
    `ID: ${status.id}`,
    `Name: ${status.metadata.name}`,
    ...(status.metadata.attempt ? [`Attempt: ${status.metadata.attempt}`] : []),
    `State: ${status.state}`,
    `Created: ${ago(status.createdAt)}`,
    ...(status.state === 'CONTAINER_CREATED' ? [] : [`Started: ${ago(status.startedAt)}`]),
    ...(status.state === 'CONTAINER_EXITED'
      ? [...(status.finishedAt > 0 ? [`Finished: ${ago(status.finishedAt)}`] : []), `Exit Code: ${status.exitCode}`]
      : []),
  ];
  const info = context.flags.bool('quiet') ? '' : goMap({ info: containerInfo(status) });
  return `${lines.join('\n')}\n${pairs('Labels', status.labels)}${pairs('Annotations', status.annotations)}${info}`;
}

function podTable(status: PodSandboxStatus, quiet: boolean): string {
  const lines = [
    `ID: ${status.id}`,
    `Name: ${status.metadata.name}`,
    `UID: ${status.metadata.uid}`,
    `Namespace: ${status.metadata.namespace}`,
    `Attempt: ${status.metadata.attempt ?? 0}`,
    `Status: ${status.state}`,
    `Created: ${goTime(status.createdAt)}`,
    `IP Addresses: ${status.network.ip}`,
    ...status.network.additionalIps.map(({ ip }) => `Additional IP: ${ip}`),
  ];
  return `${lines.join('\n')}\n${pairs('Labels', status.labels)}${pairs('Annotations', status.annotations)}${quiet ? '' : goMap({ info: podInfo(status) })}`;
}

const imageTable = (image: CriImage, info: object | undefined): string =>
  `ID: ${image.id}\n${image.repoTags.map((tag) => `Tag: ${tag}\n`).join('')}${image.repoDigests.map((digest) => `Digest: ${digest}\n`).join('')}Size: ${humanSize(image.size)}\n${info ? goMap(info) : ''}`;
