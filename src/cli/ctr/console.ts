/** ctr's own streams joined to those of a task. */
import type { OciStdio } from '../../interfaces/oci.ts';
import { FileSystem } from '../../linux/file-system.ts';
import { daemonUser } from '../../linux/file-user.ts';
import type { Routine } from '../../sim/routine.ts';
import { type ByteStream, newByteStream } from '../../sim/stream.ts';
import { Foreground } from '../streams.ts';
import { type Context, CtrError } from './context.ts';

/** Without a terminal ctr hands its stdin on too; the script that a shell is reading from there is not meant for the container. */
export const foreground = ({ process }: Context, tty: boolean): Foreground =>
  new Foreground(process, { tty, stdin: process.stdin.tty !== undefined || process.stdin !== process.parent?.fds.get(0) });

/** A background task's output has no reader: it is dropped, as an unconnected fifo's. */
export function nowhere(): OciStdio {
  return {};
}

/** --log-uri file:///path: the shim appends both streams to the file (pkg/cio LogURI). */
export function logTo({ process: { kernel } }: Context, uri: string): OciStdio {
  const path = /^file:\/\/(\/.*)$/.exec(uri)?.[1];
  if (path === undefined) throw new CtrError(`k8s-lab: ctr run --log-uri ${uri} is not simulated`, 70);
  const files = new FileSystem(kernel.host.mount, daemonUser(kernel.sim));
  files.mkdir(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true });
  const stream = (): ByteStream => {
    const made = newByteStream();
    kernel.sim.go(append(files, path, made), 'log-uri');
    return made;
  };
  return { stdout: stream(), stderr: stream() };
}

function* append(files: FileSystem, path: string, from: ByteStream): Routine {
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) files.write(path, text, { append: true });
}

/** Throws CtrError: ctr panics there. */
export function needTerminal(context: Context): void {
  if (!context.process.stdin.tty) throw new CtrError('panic: provided file is not a console\n\ngoroutine 1 [running]:\nmain.main()', 2);
}
