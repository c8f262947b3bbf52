/** Getting images: `nerdctl pull`, and what `run` pulls when it must. */

import type { ContainerdImage, PullProgress } from '../../interfaces/containerd.ts';
import { isMissing } from '../../interfaces/containerd.ts';
import type { RegistryAccess } from '../../interfaces/distribution.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { readCredentials } from '../docker-config.ts';
import { type Context, NerdctlError } from './context.ts';
import { partsOf } from './find.ts';
import { bytesSize } from './output.ts';

/** The image by its whole name; pulled when it is missing (or `always`). */
export function* ensureImage(
  context: Context,
  name: string,
  options: { readonly pull: string; readonly quiet: boolean; readonly out: OpenFile },
): Routine<ContainerdImage> {
  if (options.pull !== 'always') {
    const found = context
      .client()
      .images.list(context.namespace)
      .find((image) => image.name === name);
    if (found) return found;
  }
  if (options.pull === 'never') throw new NerdctlError(`image not available: ${JSON.stringify(name)}`);
  return yield* pullImage(context, name, options);
}

/** Throws containerd's error; progress goes to `out` unless quiet. */
export function* pullImage(context: Context, name: string, { quiet, out }: { readonly quiet: boolean; readonly out: OpenFile }): Routine<ContainerdImage> {
  const client = context.client();
  const start = context.process.now;
  const seen: PullProgress[] = [];
  const access = registryAccess(context, name);
  if (!client.plugins().some(({ type, id }) => type === 'io.containerd.snapshotter.v1' && id === context.snapshotter))
    throw new NerdctlError('unable to initialize unpacker: no unpack platforms defined: invalid argument');
  const image = yield* client.images.pull(context.namespace, name, {
    snapshotter: context.snapshotter,
    ...access,
    labels: context.namespace === 'k8s.io' ? { 'io.cri-containerd.image': 'managed' } : {},
    progress: (each) => void seen.push(each),
  });
  if (context.namespace === 'k8s.io') shareWithCri(context, image);
  if (!quiet) yield* out.write(report(name, image, seen, context.process.now - start, out.tty?.size.columns));
  return image;
}

/** Folders of hosts.toml, with colons between. */
export const hostsDirectories = ({ global }: Context): string => global.list('hosts-dir').join(':') || '/etc/containerd/certs.d:/etc/docker/certs.d';

/** How a registry is reached: --hosts-dir, --insecure-registry, and who one is there. */
export function registryAccess(context: Context, name: string): RegistryAccess {
  const known = readCredentials(context.process, name.split('/')[0] ?? '');
  return {
    hostsDir: hostsDirectories(context),
    insecure: context.global.bool('insecure-registry'),
    ...(known === undefined ? {} : { user: `${known.username}:${known.password}` }),
  };
}

/** The CRI plugin names what it hears of by its id as well. */
export function shareWithCri(context: Context, { target }: ContainerdImage): void {
  const { images } = context.client();
  const digest = partsOf(context, { target }).manifest?.config.digest;
  if (digest === undefined) return;
  const managed = { 'io.cri-containerd.image': 'managed' };
  try {
    images.update(context.namespace, digest, { target, labels: managed });
  } catch (error) {
    if (!isMissing(error)) throw error;
    images.create(context.namespace, { name: digest, target, labels: managed });
  }
}

const labelWidth = 82;
const barWidth = 38;

/** What stands on the screen at the end: pkg/imgutil/jobs. In a terminal that is narrower than that, names and bars are cut: no row is wrapped. */
function report(name: string, { target }: ContainerdImage, seen: readonly PullProgress[], elapsed: number, columns = 200): string {
  const narrow = columns < labelWidth + 15 + barWidth + 3;
  const bar = `|${'+'.repeat(narrow ? 10 : barWidth)}|`;
  const room = narrow ? Math.max(20, columns - 15 - bar.length - 1) : labelWidth;
  const fitted = (label: string): string => (label.length + 2 > room ? `${label.slice(0, room - 3)}…` : label);
  const kind = ({ mediaType = '' }: PullProgress): string => (/manifest/.test(mediaType) ? 'manifest' : /config/.test(mediaType) ? 'config' : 'layer');
  const done = seen.filter(({ status }) => status === 'done');
  const total = done.reduce((sum, { size = 0 }) => sum + size, 0);
  const line = (label: string, status: string): string => `${`${fitted(label)}:`.padEnd(room)}${status.padEnd(15)}${bar}${narrow ? '' : ' '}\n`;
  return [
    line(name, 'resolved'),
    line(`index-${target.digest}`, 'done'),
    ...done.map((each) => line(`${kind(each)}-${each.digest}`, 'done')),
    `${`elapsed: ${(elapsed / 1000).toFixed(1)} s`.padEnd(room)}total:  ${bytesSize(total)} (${bytesSize(total / Math.max(elapsed / 1000, 0.1))}/s)\n`,
  ].join('');
}
