/** Container logs as the runtime writes them: kubernetes pkg/kubelet/kuberuntime/logs. A line is `<time> stdout F <text>`. */
import { rfc3339 } from '../../apimachinery/time.ts';
import type { LogOptions } from '../../interfaces/kubelet.ts';
import type { StreamOutcome, StreamSession } from '../../interfaces/streams.ts';
import { Condition, type Routine } from '../../sim/routine.ts';
import { byteLength, newByteStream } from '../../sim/stream.ts';
import type { Context } from '../context.ts';

type LogSource = {
  readonly path: string;
  /** Whether more may still be written. */
  readonly running: () => boolean;
  /** Notified when `running` may have become false. */
  readonly changed: Condition;
};

/** A session whose stdout carries the log; `follow` keeps it open until the container ends. */
export function logSession(context: Context, source: LogSource, options: LogOptions): StreamSession {
  const stdout = newByteStream();
  const stderr = newByteStream();
  const ended = new Condition();
  let outcome: StreamOutcome | undefined;
  const finish = (): void => {
    if (outcome) return;
    stdout.close();
    stderr.close();
    outcome = { exitCode: 0 };
    ended.notify();
  };
  const fiber = context.sim.go(copy(context, source, options, { stdout, stderr }, finish), 'kubelet logs');
  const close = (): void => {
    fiber.cancel();
    finish();
  };
  return { session: true, stdout, stderr, close, outcome: () => outcome, ended };
}

/** A session that says one thing and ends. */
export function textSession(text: string): StreamSession {
  const stdout = newByteStream(Number.POSITIVE_INFINITY);
  stdout.push(text);
  stdout.close();
  return { session: true, stdout, close: () => {}, outcome: () => ({ exitCode: 0 }), ended: new Condition() };
}

type Streams = { readonly stdout: ReturnType<typeof newByteStream>; readonly stderr: ReturnType<typeof newByteStream> };

function* copy(context: Context, source: LogSource, options: LogOptions, streams: Streams, finish: () => void): Routine {
  try {
    const node = context.fs.find(source.path);
    const file = node?.type === 'file' ? node : undefined;
    let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    const since = sinceOf(context, options);
    let position = startOf(file?.read() ?? '', options.tailLines);
    let current = file;
    for (;;) {
      const content = current?.read() ?? '';
      while (left > 0) {
        const end = content.indexOf('\n', position);
        if (end < 0) break;
        const text = present(content.slice(position, end), since, options.timestamps ?? false);
        position = end + 1;
        if (text === undefined) continue;
        const cut = byteLength(text) > left ? text.slice(0, left) : text;
        left -= byteLength(cut);
        yield* streams.stdout.send(cut);
      }
      if (left <= 0 || !options.follow || !source.running() || streams.stdout.broken) return;
      yield { on: [...(current ? [current.changed] : []), source.changed, streams.stdout.changed], ...(current ? {} : { timeout: 1_000 }) };
      const now = context.fs.find(source.path);
      if (now?.type === 'file' && now !== current) {
        current = now; // Rotated: the new file begins where the old one ended.
        position = 0;
      }
    }
  } finally {
    finish();
  }
}

const sinceOf = (context: Context, { sinceSeconds, sinceTime }: LogOptions): string | undefined => {
  if (sinceTime !== undefined) return rfc3339(sinceTime);
  return sinceSeconds === undefined ? undefined : new Date(context.sim.now - sinceSeconds * 1000).toISOString();
};

/** Where the last so many lines begin. */
function startOf(content: string, tailLines: number | undefined): number {
  if (tailLines === undefined || tailLines < 0) return 0;
  let at = content.length;
  for (let lines = 0; lines <= tailLines; lines++) {
    if (at <= 0) return 0;
    const found = content.lastIndexOf('\n', at - 1);
    if (found < 0) return 0;
    at = found;
    if (lines === tailLines) return found + 1;
  }
  return 0;
}

/** A line without (or with) its time; a partial one without its newline. Undefined: too old. */
function present(line: string, since: string | undefined, timestamps: boolean): string | undefined {
  if (line.startsWith('{')) return presentJson(line, since, timestamps);
  const [time = '', , tag] = line.split(' ', 3);
  const head = time.length + 1 + line.slice(time.length + 1).indexOf(' ') + 1;
  const text = line.slice(head + (tag?.length ?? 0) + 1);
  if (since !== undefined && time < since) return undefined;
  return `${timestamps ? `${time} ` : ''}${text}${tag === 'P' ? '' : '\n'}`;
}

/** Docker's own format, `{"log":"text\\n","stream":"stdout","time":"…"}`: what the kubelet finds under dockershim. */
function presentJson(line: string, since: string | undefined, timestamps: boolean): string | undefined {
  const { log, time } = JSON.parse(line) as { readonly log: string; readonly time: string };
  return since !== undefined && time < since ? undefined : `${timestamps ? `${time} ` : ''}${log}`;
}
