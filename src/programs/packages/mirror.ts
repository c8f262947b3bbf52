/** What apt and apk have in common: they ask a mirror over the network, and put a package's files where they belong. */
import { readTarEntries } from '../../apimachinery/tar.ts';
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { fetchOnce, parseUrl, type Trouble, type Url } from '../network/http.ts';
import type { Call } from '../tool.ts';

/** Ends the work with the package manager's own words. */
export class Refusal extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** What was printed comes before what is complained of, without the program's name before it, in images of busybox too. */
export function* complain(call: Call, text: string): Routine {
  yield* call.out.flush();
  yield* call.process.printError(`${text}\n`);
}

/** The status of the work, or of its refusal. */
export function* refusing(call: Call, work: Routine<number>): Routine<number> {
  try {
    return yield* work;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    yield* complain(call, error.message);
    return error.status;
  }
}

/** A file system that cannot be written stops the work, in these words. */
export function written<T>(work: () => T, words: (why: string) => string, status: number): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Refusal(words(error.message), status);
  }
}

/** The text under a URL, or why there is none. */
export function* download(
  process: Process,
  url: string,
): Routine<{ readonly text: string } | { readonly trouble: Trouble['kind'] | 'missing'; readonly address: string }> {
  const request = { method: 'GET', headers: {}, body: '', connectMilliseconds: 30_000, totalMilliseconds: 120_000, insecure: false };
  const fetched = yield* fetchOnce(process, { ...request, url: parseUrl(url) as Url });
  if ('kind' in fetched) return { trouble: fetched.kind, address: fetched.address };
  return fetched.response.status === 200 ? { text: fetched.response.body } : { trouble: 'missing', address: fetched.address };
}

/** Paths of the files that a package brought. Throws Errno where a folder cannot be written. */
export function unpack(process: Process, archive: string): string[] {
  return readTarEntries(archive).map(({ path, mode = 0o755, content = '' }) => {
    const file = `/${path}`;
    process.fs.mkdir(file.slice(0, file.lastIndexOf('/')), { parents: true });
    if (process.fs.exists(file)) process.fs.unlink(file);
    process.fs.write(file, content, { mode });
    return file;
  });
}

/** `Key: value` paragraphs, or `P:curl` ones; continuation lines are not kept. */
export const paragraphs = (text: string): Readonly<Record<string, string>>[] =>
  text
    .split('\n\n')
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) =>
      Object.fromEntries(
        paragraph.split('\n').flatMap((line) => (/^[\w-]+:/.test(line) ? [[line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]] : [])),
      ),
    );

/** The packages with all that they need, what is needed first; `ready` ones are left out. */
export function withNeeds(names: readonly string[], needs: (name: string) => readonly string[], ready: (name: string) => boolean): string[] {
  const found: string[] = [];
  const visit = (name: string): void => {
    if (found.includes(name) || ready(name)) return;
    for (const each of needs(name)) visit(each);
    if (!found.includes(name)) found.push(name);
  };
  for (const name of names) visit(name);
  return found;
}

/** The file's text, empty where there is none. */
export const textAt = (process: Process, path: string): string => (process.fs.exists(path) ? process.fs.read(path) : '');

/** A value of /etc/os-release. */
export const osRelease = (process: Process, key: string): string => new RegExp(`^${key}="?([^"\\n]*)`, 'm').exec(textAt(process, '/etc/os-release'))?.[1] ?? '';
