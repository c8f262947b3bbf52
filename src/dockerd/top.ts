/** docker top: the node's ps, of which one container's processes are kept (moby daemon/top_unix.go). */
import { DockerError } from '../interfaces/docker.ts';
import { isErrno } from '../linux/errno.ts';
import { Sink } from '../linux/open-file.ts';
import type { Routine } from '../sim/routine.ts';
import { type Engine, moby } from './engine.ts';
import type { Container } from './state.ts';

type Table = { readonly titles: readonly string[]; readonly processes: readonly (readonly string[])[] };

/** `options` as the learner wrote them for ps; throws DockerError with ps's own complaint. */
export function* processTable(engine: Engine, container: Container, options: string): Routine<Table> {
  if (!/^[\x20-\x7e]*$/.test(options)) throw new DockerError(400, 'ps arguments must be ASCII');
  const words = (options.trim() || '-ef').split(/\s+/);
  // dockerd adds -q with the numbers, so that what is asked for is among what is listed.
  const everyone = words[0]?.startsWith('-') && !words.some((word) => /^-\w*[eA]\w*$/.test(word)) ? ['-e'] : [];
  const output = yield* ps(engine, [...everyone, ...words]);
  const [head = '', ...lines] = output.split('\n');
  const titles = head.split(/\s+/).filter(Boolean);
  const at = titles.indexOf('PID');
  if (at < 0) throw new DockerError(500, "Couldn't find PID field in ps output");
  const own = new Set(engine.containerd.tasks.pids(moby, container.id).map(({ pid }) => String(pid)));
  const last = titles.length - 1;
  const rows = lines.map((line) => line.split(/\s+/).filter(Boolean)).filter((fields) => own.has(fields[at] ?? ''));
  return { titles, processes: rows.map((fields) => [...fields.slice(0, last), fields.slice(last).join(' ')]) };
}

function* ps({ kernel }: Engine, words: readonly string[]): Routine<string> {
  const taken = { out: '', error: '' };
  const take = (name: keyof typeof taken): Sink =>
    new Sink((text) => {
      taken[name] += text;
    });
  try {
    const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
    const child = kernel.start({ argv: ['ps', ...words], env, fds: new Map([1, 2].map((fd) => [fd, take(fd === 1 ? 'out' : 'error')] as const)) });
    while (child.exitStatus === undefined) yield { on: [child.changed] };
    kernel.forget(child);
    if (child.exitStatus !== 0) throw new DockerError(500, `ps: ${(taken.error.split('\n')[0] ?? '').replace(/^ps: /, '')}`);
    return taken.out;
  } catch (error) {
    if (isErrno(error)) throw new DockerError(500, `ps: exec: "ps": executable file not found in $PATH`);
    throw error;
  }
}
