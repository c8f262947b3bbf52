/** What `ctr images pull` leaves on the screen. */
import type { ContainerdImage, PullProgress } from '../../interfaces/containerd.ts';
import { bytes } from './output.ts';

const total = (seen: readonly PullProgress[]): number => seen.filter(({ status }) => status === 'done').reduce((sum, { size = 0 }) => sum + size, 0);
const short = (digest = ''): string => digest.slice(7, 19);

/** The tree of the transfer service, as it stands at the end. */
export function transferProgress(ref: string, seen: readonly PullProgress[], elapsed: number): string {
  const kinds = (progress: PullProgress): string =>
    /index/.test(progress.mediaType ?? '')
      ? 'index'
      : /manifest/.test(progress.mediaType ?? '')
        ? 'manifest'
        : /config/.test(progress.mediaType ?? '')
          ? 'config'
          : 'layer';
  const bar = '|++++++++++++++++++++++++++++++++++++++|';
  const done = [...seen.filter(({ status }) => status === 'resolved'), ...seen.filter(({ status }) => status === 'done')];
  const depth = { index: 0, manifest: 1, config: 2, layer: 2 } as const;
  const lines = done.map((each) => {
    const kind = kinds(each);
    const level = depth[kind as keyof typeof depth] * 3;
    return `${' '.repeat(level)}└──${kind} (${short(each.digest)})`.padEnd(40).concat(`complete        ${bar} `);
  });
  return `${[ref.padEnd(50).concat('saved'), ...lines].join('\n')}\nCompleted pull from OCI Registry (${ref})\telapsed: ${(elapsed / 1000).toFixed(1)} s\ttotal:  ${bytes(total(seen))}\t(${bytes(total(seen) / Math.max(elapsed / 1000, 0.1))}/s)\n`;
}

export function localProgress(ref: string, image: ContainerdImage, seen: readonly PullProgress[], elapsed: number): string {
  const bar = '|++++++++++++++++++++++++++++++++++++++|';
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
