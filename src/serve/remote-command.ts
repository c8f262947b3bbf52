/** exec and attach: the streams of a session in the world joined with those of a client, whatever they are carried by. */
import type { StreamOutcome, StreamSession } from '../interfaces/streams.ts';
import type { Routine } from '../sim/routine.ts';
import { decodeUtf8 } from '../sim/stream.ts';
import { type Outlet, pumpBytes } from './pump.ts';
import { endSession, type Outside } from './requests.ts';

/** The client's side: where output goes, and how the end is told. */
type FarEnd = { readonly stdout: Outlet; readonly stderr: Outlet; ended(status: string): void };

/** What a client may do with a session. */
export type NearEnd = { stdin(bytes: Buffer): void; stdinEnded(): void; resize(text: string): void; close(): void };

/** Joins them; the session ends when the command does, or when the client closes. */
export function join({ sim, clock }: Outside, session: StreamSession, far: FarEnd): NearEnd {
  const fiber = sim.go(run(session, far), 'serve exec');
  clock.kick();
  const after = (change: () => void): void => {
    change();
    clock.kick();
  };
  return {
    stdin: (bytes) => after(() => void session.stdin?.push(decodeUtf8(bytes))),
    stdinEnded: () => after(() => session.stdin?.close()),
    resize: (text) => after(() => session.resize?.(sizeOf(text))),
    close: () =>
      after(() => {
        fiber.cancel();
        // Also when it had not begun.
        endSession(session);
      }),
  };

  function* run(session: StreamSession, { stdout, stderr, ended }: FarEnd): Routine {
    const pumps = [sim.go(pumpBytes(session.stdout, stdout), 'stdout'), ...(session.stderr ? [sim.go(pumpBytes(session.stderr, stderr), 'stderr')] : [])];
    try {
      while (session.outcome() === undefined) yield { on: [session.ended] };
      for (const pump of pumps) yield* pump.join();
      ended(statusText(session.outcome() ?? { exitCode: 0 }));
    } finally {
      for (const pump of pumps) pump.cancel();
      endSession(session);
    }
  }
}

function sizeOf(text: string): { readonly columns: number; readonly rows: number } {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: number; Height?: number };
    return { columns: Width || 80, rows: Height || 24 };
  } catch (error) {
    if (error instanceof SyntaxError) return { columns: 80, rows: 24 };
    throw error;
  }
}

/** The last word of a session on its error stream (kubelet/pkg/cri/streaming/remotecommand/exec.go). */
function statusText({ exitCode, error }: StreamOutcome): string {
  if (error !== undefined)
    return JSON.stringify({ metadata: {}, status: 'Failure', message: error, reason: 'InternalError', details: { causes: [{ message: error }] }, code: 500 });
  if (exitCode === 0) return JSON.stringify({ metadata: {}, status: 'Success' });
  return JSON.stringify({
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  });
}
