/** nerdctl inspect, container inspect and image inspect. */
import type { ContainerdContainer, ContainerdImage } from '../../../interfaces/containerd.ts';
import { containerJson } from '../../containerd-client.ts';
import { bool, type Context, type NerdctlCommand, NerdctlError, needArgs, slice, text } from '../context.ts';
import { containerOf, imageOf } from '../docker-compat.ts';
import { findContainers, findImages, partsOf, taskOf } from '../find.ts';
import { printInspected } from '../inspected.ts';
import { moment } from '../output.ts';

const flags = [
  text('mode', 'Inspect mode, "dockercompat" for Docker-compatible output, "native" for containerd-native output', 'dockercompat'),
  text('format,f', "Format the output using the given Go template, e.g, '{{json .}}'"),
];

function nativeContainer(context: Context, container: ContainerdContainer): object {
  const task = taskOf(context, container.id);
  return {
    ...containerJson(container),
    ...(task
      ? {
          Process: {
            Pid: task.status === 'STOPPED' ? 0 : task.pid,
            Status: {
              Status: task.status.toLowerCase(),
              ExitStatus: task.exitStatus,
              ExitTime: task.exitedAt === 0 ? '0001-01-01T00:00:00Z' : moment(task.exitedAt),
            },
            NetNS: null,
          },
        }
      : {}),
  };
}

function nativeImage(context: Context, image: ContainerdImage): object {
  const { index, manifest, config, manifestDigest } = partsOf(context, image);
  return {
    Image: { Name: image.name, Labels: image.labels, Target: image.target, CreatedAt: moment(image.createdAt), UpdatedAt: moment(image.updatedAt) },
    ...(index ? { IndexDesc: image.target, Index: index } : {}),
    ManifestDesc: { mediaType: manifest?.mediaType, digest: manifestDigest },
    Manifest: manifest,
    ImageConfigDesc: manifest?.config,
    ImageConfig: config,
  };
}

const mode = ({ flags: given }: Context): 'native' | 'dockercompat' => {
  const value = given.text('mode');
  if (value !== 'native' && value !== 'dockercompat') throw new NerdctlError(`${JSON.stringify(value)} is not a valid value for --mode`);
  return value;
};

const describeContainer = (context: Context, container: ContainerdContainer): object =>
  mode(context) === 'native' ? nativeContainer(context, container) : containerOf(context, container);
const describeImage = (context: Context, image: ContainerdImage): object =>
  mode(context) === 'native' ? nativeImage(context, image) : imageOf(context, image);

/** Containers first, then images. */
export const inspect: NerdctlCommand = {
  name: 'inspect',
  short: 'Return low-level information on objects.',
  usage: 'NAME|ID [NAME|ID...]',
  flags: [...flags, text('type', 'Return JSON for specified type'), bool('size,s', 'Display total file sizes (for containers)')],
  run: function* (context) {
    needArgs(context, 1);
    const type = context.flags.text('type');
    if (!['', 'container', 'image'].includes(type)) throw new NerdctlError(`${JSON.stringify(type)} is not a valid value for --type`);
    const errors: string[] = [];
    const found: object[] = [];
    for (const request of context.args) {
      const [container] = type === 'image' ? [] : findContainers(context, request);
      const [image] = container || type === 'container' ? [] : findImages(context, request);
      if (container) found.push(describeContainer(context, container));
      else if (image) found.push(describeImage(context, image));
      else errors.push(`no such object ${request}`);
    }
    yield* printInspected(context, found);
    if (errors.length > 0) throw new NerdctlError(`${errors.length} errors: [${errors.join(' ')}]`);
    return 0;
  },
};

export const containerInspect: NerdctlCommand = {
  ...inspect,
  short: 'Display detailed information on one or more containers.',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: [...flags, bool('size,s', 'Display total file sizes')],
  run: function* (context) {
    needArgs(context, 1);
    const errors: string[] = [];
    const found = context.args.flatMap((request) => {
      const [container] = findContainers(context, request);
      if (!container) errors.push(`no such container: ${request}`);
      return container ? [describeContainer(context, container)] : [];
    });
    yield* printInspected(context, found);
    if (errors.length > 0) throw new NerdctlError(`${errors.length} errors:\n${errors.join('\n')}`);
    return 0;
  },
};

export const imageInspect: NerdctlCommand = {
  ...inspect,
  short: 'Display detailed information on one or more images.',
  usage: '[flags] IMAGE [IMAGE...]',
  flags: [...flags, slice('platform', 'Inspect a specific platform')],
  run: function* (context) {
    needArgs(context, 1);
    const errors: string[] = [];
    const found = context.args.flatMap((request) => {
      const [image] = findImages(context, request);
      if (!image) errors.push(`no such image: ${request}`);
      return image ? [describeImage(context, image)] : [];
    });
    yield* printInspected(context, found);
    if (errors.length > 0) throw new NerdctlError(`${errors.length} errors:\n${errors.join('\n')}`);
    return 0;
  },
};
