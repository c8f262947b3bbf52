/** What busybox's applets say where the programs of the GNU project and others say it at greater length: libbb, coreutils, networking. */
import type { Process } from '../linux/process.ts';

/** The tools of an image are busybox's where there is a busybox and no bash: as the shell tells ash from dash. */
export const isBusybox = ({ fs }: Process): boolean => fs.exists('/bin/busybox') && !fs.exists('/bin/bash');

/** Before 1.29 some applets spoke otherwise; the image says its release. */
export function isOldBusybox({ fs }: Process): boolean {
  const release = fs.exists('/etc/busybox-release') ? fs.read('/etc/busybox-release') : '';
  const minor = /^1\.(\d+)/.exec(release)?.[1];
  return minor !== undefined && Number(minor) < 29;
}

/** Applets that open their files with open_or_warn; the others use fopen_or_warn, which names the file alone. */
const openers = new Set('cat tail md5sum sha1sum sha256sum sha512sum sort'.split(' '));

const wordings: readonly (readonly [RegExp, string])[] = [
  [/^(?:cannot (?:access|open|touch)|setting times of) '(.*)'(?: for reading)?: /, '$1: '],
  [/^cannot open directory '(.*)': /, "can't open '$1': "],
  [/^cannot (stat|remove|create directory|open|unlink|copy|rename) '/, "can't $1 '"],
  [/^failed to remove '/, "'"],
  [/^changing (?:ownership|group|permissions) of '(.*)': /, '$1: '],
];

/** A complaint, and its exit status, as the applet has them. */
export function inBusyboxWords(name: string, text: string, status: number): { readonly text: string; readonly status: number } {
  const applet = name.slice(name.lastIndexOf('/') + 1);
  const end = applet === 'ls' ? Math.min(status, 1) : status;
  if (applet === 'mv' && text.startsWith("cannot stat '")) return { text: text.replace('cannot stat', "can't rename"), status: end };
  const found = wordings.find(([pattern]) => pattern.test(text));
  if (found && !openers.has(applet)) return { text: text.replace(...found), status: end };
  const opened = openers.has(applet) ? /^(?:cannot open '?)?([^':]+)'?(?: for reading)?: (No such file or directory|Permission denied)$/.exec(text) : undefined;
  return { text: opened ? `can't open '${opened[1]}': ${opened[2]}` : text, status: end };
}
