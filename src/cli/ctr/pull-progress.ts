/** What `ctr images pull` leaves on the screen. */
import type { ContainerdImage, PullProgress, PushProgress } from '../../interfaces/containerd.ts';
import { bytes } from './output.ts';

const total = (seen: readonly PullProgress[]): number => seen.filter(({ status }) => status === 'done').reduce((sum, { size = 0 }) => sum + size, 0);
const short = (digest = ''): string => digest.slice(7, 19);

type Part = { readonly mediaType?: string | undefined; readonly digest?: string | undefined };

const bar = '|++++++++++++++++++++++++++++++++++++++|';
const depth: Readonly<Record<string, number>> = { index: 0, manifest: 1, config: 2, layer: 2 };

function row({ mediaType = '', digest }: Part): string {
  const kind = /index|manifest\.list/.test(mediaType) ? 'index' : (/manifest|config/.exec(mediaType)?.[0] ?? 'layer');
  return `${' '.repeat((depth[kind] ?? 0) * 3)}└──${kind} (${short(digest)})`.padEnd(40).concat(`complete        ${bar} `);
}

const ending = (what: string, ref: string, size: number, elapsed: number): string =>
  `Completed ${what} OCI Registry (${ref})\telapsed: ${(elapsed / 1000).toFixed(1)} s\ttotal:  ${bytes(size)}\t(${bytes(size / Math.max(elapsed / 1000, 0.1))}/s)\n`;

/** The tree of the transfer service, as it stands at the end. */
export function transferProgress(ref: string, seen: readonly PullProgress[], elapsed: number): string {
  const done = [...seen.filter(({ status }) => status === 'resolved'), ...seen.filter(({ status }) => status === 'done')];
  return `${[ref.padEnd(50).concat('saved'), ...done.map(row)].join('\n')}\n${ending('pull from', ref, total(seen), elapsed)}`;
}

/** The same of a push. */
export function pushProgress(ref: string, seen: readonly PushProgress[], elapsed: number): string {
  const size = seen.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  return `${seen.map(({ descriptor }) => `${row(descriptor)}\n`).join('')}${ending('push to', ref, size, elapsed)}`;
}

/** The last frame, which stays; `elapsed` in milliseconds. */
export function localProgress(ref: string, image: ContainerdImage, seen: readonly PullProgress[], elapsed: number): string {
  const line = (name: string, status: string): string => `${`${name}:`.padEnd(73)}${status.padEnd(15)}${bar} \n`;
  const kind = (progress: PullProgress): string =>
    /manifest/.test(progress.mediaType ?? '') ? 'manifest' : /config/.test(progress.mediaType ?? '') ? 'config' : 'layer';
  const done = seen.filter(({ status }) => status === 'done');
  return [
    line(ref, 'resolved'),
    line(`index-${image.target.digest}`, 'done'),
    ...done.map((each) => line(`${kind(each)}-${each.digest}`, 'done')),
    `elapsed: ${(elapsed / 1000).toFixed(1)} s${' '.repeat(20)}total:  ${bytes(total(seen))} (${bytes(total(seen) / Math.max(elapsed / 1000, 0.1))}/s)\n`,
    `unpacking linux/amd64 ${image.target.digest}...\n`,
    'done: 4.9ms\t\n',
  ].join('');
}
