/** Joins a session at a distance with this process's own terminal or pipes. */
import type { StreamOutcome, StreamSession } from '../../interfaces/streams.ts';
import { isErrno } from '../../linux/errno.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Tty } from '../../linux/tty.ts';
import { BrokenChannel } from '../../sim/channel.ts';
import type { Routine } from '../../sim/routine.ts';
import type { ByteStream } from '../../sim/stream.ts';

type StreamOptions = { readonly stdin: boolean; readonly tty: boolean; readonly prefix?: string };

/** Runs until the other side ends; gives how it ended. */
export function* runSession(process: Process, session: StreamSession, options: StreamOptions): Routine<StreamOutcome> {
  const tty = options.tty ? process.stdin.tty : undefined;
  const pumps = [process.sim.go(pumpOut(session.stdout, process.stdout), 'stdout')];
  if (session.stderr) pumps.push(process.sim.go(pumpOut(session.stderr, process.stderr), 'stderr'));
  const input = options.stdin && session.stdin ? process.sim.go(pumpIn(process.stdin, session.stdin), 'stdin') : undefined;
  const resize = tty && session.resize ? process.sim.go(followSize(tty, session), 'resize') : undefined;
  if (tty) tty.set({ remote: { mode: () => session.terminal?.mode() ?? 'cooked', reader: () => session.terminal?.reader() } });
  try {
    while (session.outcome() === undefined) yield { on: [session.ended] };
    for (const pump of pumps) yield* pump.join();
    return session.outcome() ?? { exitCode: 0 };
  } finally {
    if (tty) tty.set({ remote: null });
    input?.cancel();
    resize?.cancel();
    if (session.outcome() === undefined) session.close();
  }
}

function* pumpOut(from: ByteStream, to: OpenFile): Routine {
  try {
    for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) yield* to.write(text);
  } catch (error) {
    if (!isErrno(error, 'EPIPE')) throw error;
    from.break(); // Nobody reads what we print: the other side is told.
  }
}

function* pumpIn(from: OpenFile, to: ByteStream): Routine {
  try {
    for (let text = yield* from.read(); text !== undefined; text = yield* from.read()) yield* to.send(text);
    to.close();
  } catch (error) {
    if (!(error instanceof BrokenChannel)) throw error; // The command has stopped reading.
  }
}

function* followSize(tty: Tty, session: StreamSession): Routine {
  for (;;) {
    session.resize?.(tty.size);
    yield { on: [tty.resized] };
  }
}
