/** A container's streams: its json-file log, and who is attached (moby daemon/logger/jsonfilelog, daemon/attach.go). */
import { parseBytes } from '../apimachinery/go-units.ts';
import { DockerError, type LogLine } from '../interfaces/docker.ts';
import { ServedSession, type StreamSession } from '../interfaces/streams.ts';
import { isErrno } from '../linux/errno.ts';
import type { FileNode } from '../linux/file-node.ts';
import { Channel } from '../sim/channel.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { ByteStream } from '../sim/stream.ts';
import { type Engine, moby } from './engine.ts';
import { fromJournal, toJournal } from './journald.ts';
import type { Container } from './state.ts';

/** See Sim.toil: a container may write without end. */
const linesPerStep = 40;
/** Read again, parsed and handed on one by one; letters of a log that is looked through for what is new. */
const readPerStep = 5;
const lettersPerStep = 100_000;

/** Copies one stream of a container to its log and to those attached, until it ends. */
export function* pump(engine: Engine, container: Container, stream: 'stdout' | 'stderr', source: ByteStream): Routine {
  let partial = '';
  for (let text = yield* source.receive(); text !== undefined; text = yield* source.receive()) {
    for (const client of container.clients) (stream === 'stderr' ? (client.stderr ?? client.stdout) : client.stdout).push(text);
    const lines = (partial + text).split('\n');
    partial = lines.pop() ?? '';
    engine.sim.toil(lines.length / linesPerStep);
    if (lines.length > 0)
      writeLog(
        engine,
        container,
        stream,
        lines.map((line) => `${line}\n`),
      );
  }
  if (partial !== '') writeLog(engine, container, stream, [partial]);
}

function writeLog(engine: Engine, container: Container, stream: LogLine['stream'], lines: readonly string[]): void {
  const time = timestamp(engine.now);
  if (container.log.Type === 'none') return;
  if (container.log.Type === 'journald' || container.log.Type === 'syslog') toJournal(engine, container, stream, lines);
  if (!hasFile(container)) return;
  const file = rotated(engine, container);
  try {
    if (file) engine.files.put(file, lines.map((log) => `${JSON.stringify({ log, stream, time })}\n`).join(''), true);
  } catch (error) {
    if (!isErrno(error, 'ENOSPC')) throw error; // A full disk loses lines.
  }
}

/** journald is read from the journal; the others keep a file, or for `docker logs` alone a cache beside what they send. */
export const hasFile = ({ log }: Container): boolean =>
  log.Type !== 'none' && log.Type !== 'journald' && (log.Type === 'json-file' || log.Type === 'local' || !cacheOff(log));

const cacheOff = ({ Config }: Container['log']): boolean => Config['cache-disabled'] === 'true';

/** The file to write to: one that is full (`max-size`) goes to `.1`, and with `max-file` the older ones further on. */
function rotated(engine: Engine, container: Container): FileNode | undefined {
  const file = logFile(engine, container);
  const most = parseBytes(container.log.Config['max-size'] ?? '');
  if (!file || most === undefined || file.size < most) return file;
  const { files } = engine;
  const path = container.logPath;
  const kept = Math.max(1, Number(container.log.Config['max-file'] ?? 1)) - 1;
  const place = (index: number): string => (index === 0 ? path : `${path}.${index}`);
  if (kept === 0) files.put(file, '');
  else {
    for (let index = kept; index > 0; index--) if (files.exists(place(index - 1))) files.rename(place(index - 1), place(index));
    files.write(path, '', { mode: 0o640 });
  }
  return logFile(engine, container);
}

/** All that is kept of the log, the oldest file first. */
function wholeLog(engine: Engine, container: Container): string {
  if (container.log.Type === 'journald') return fromJournal(engine, container, timestamp);
  const { files } = engine;
  let text = logFile(engine, container)?.read() ?? '';
  for (let index = 1; files.find(`${container.logPath}.${index}`)?.type === 'file'; index++) text = files.read(`${container.logPath}.${index}`) + text;
  return text;
}

function logFile(engine: Engine, container: Container): FileNode | undefined {
  const inode = engine.files.find(container.logPath);
  return inode?.type === 'file' ? inode : undefined;
}

/** RFC 3339 with nanoseconds; below the microsecond the virtual clock knows nothing. */
export function timestamp(ms: number): string {
  const whole = Math.floor(ms);
  const micros = Math.floor((ms - whole) * 1000);
  return `${new Date(whole).toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}${String((whole * 7 + micros * 13) % 1000).padStart(3, '0')}Z`;
}

/** As DockerApi.containers.logs takes them. */
type LogOptions = { readonly follow: boolean; readonly tail: number; readonly since: number; readonly until: number };

/** Closed after the last line, or with `follow` as the container ends. Throws DockerError 501 for drivers that cannot be read. */
export function readLogs(engine: Engine, container: Container, options: LogOptions): Channel<LogLine> {
  const channel = new Channel<LogLine>();
  if (!hasFile(container) && container.log.Type !== 'journald') throw new DockerError(501, 'configured logging driver does not support reading');
  const lines = parse(engine, wholeLog(engine, container)).filter(({ time }) => inside(time, options));
  for (const line of options.tail < 0 ? lines : lines.slice(Math.max(0, lines.length - options.tail))) channel.push(line);
  const over = options.until !== 0 && options.until <= engine.now;
  if (options.follow && container.log.Type === 'journald')
    throw new DockerError(501, "k8s-lab: following a container's lines in the journal is not simulated: use journalctl -f");
  if (options.follow && !over && container.status !== 'created')
    engine.sim.go(
      follow(engine, container, channel, { ...options, from: logFile(engine, container)?.read().length ?? 0 }),
      `logs:${container.id.slice(0, 12)}`,
    );
  else channel.close();
  return channel;
}

function* follow(engine: Engine, container: Container, channel: Channel<LogLine>, options: LogOptions & { readonly from: number }): Routine {
  let read = options.from;
  // Its last words may still be on their way.
  if (!container.running) yield* sleep(2);
  for (;;) {
    const file = logFile(engine, container);
    const text = file?.read() ?? '';
    if (text.length < read) read = 0;
    engine.sim.toil(text.length / lettersPerStep);
    for (const line of parse(engine, text.slice(read))) if (inside(line.time, options)) channel.push(line);
    read = text.length;
    if (channel.broken || !file || (!container.running && container.status !== 'restarting')) break;
    if (options.until !== 0 && engine.now >= options.until) break;
    yield { on: [file.changed, container.changed, channel.changed], ...(options.until === 0 ? {} : { timeout: options.until - engine.now }) };
    if (!container.running) yield* sleep(2);
  }
  channel.close();
}

function parse(engine: Engine, text: string): LogLine[] {
  const lines = text.split('\n').filter(Boolean);
  engine.sim.toil(lines.length / readPerStep);
  return lines.map((line) => JSON.parse(line) as LogLine);
}
const inside = (time: string, { since, until }: LogOptions): boolean => {
  const at = Date.parse(time);
  return at >= since && (until === 0 || at <= until);
};

/** The terminal of a process at a distance, read from its controlling terminal. */
export const terminalOf = (engine: Engine, pid: () => number): NonNullable<StreamSession['terminal']> => ({
  mode: () => engine.kernel.processes.get(pid())?.tty?.mode ?? 'cooked',
  reader: () => engine.kernel.processes.get(pid())?.tty?.reader ?? undefined,
});

/** Ends with the container's present run; closing it detaches only. */
export function attach(engine: Engine, container: Container, { stdin }: { readonly stdin: boolean }): StreamSession {
  if (container.status === 'paused') throw new DockerError(409, `Container ${container.name} is paused, unpause the container before attach`);
  const session = new ServedSession({ stdin: stdin && container.config.OpenStdin, tty: container.config.Tty });
  const client = { stdout: session.stdout, ...(session.stderr ? { stderr: session.stderr } : {}) };
  container.clients.add(client);
  const { exits } = container;
  session.resize = (size) => engine.containerd.tasks.resize(moby, container.id, size);
  engine.sim.go(
    (function* (): Routine {
      try {
        while (container.exits === exits && !session.stdout.broken && !container.removing) yield { on: [container.changed, session.stdout.changed] };
      } finally {
        container.clients.delete(client);
        session.end({ exitCode: container.exitCode });
      }
    })(),
    `attach:${container.id.slice(0, 12)}`,
  );
  if (session.stdin) engine.sim.go(copyIn(container, session.stdin), 'attach-stdin');
  session.terminal = terminalOf(engine, () => container.pid);
  return session.face();
}

/** `docker run -i`: what was typed before the start waits; the end of input closes the container's. */
function* copyIn(container: Container, from: ByteStream): Routine {
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) {
    while (!container.stdin && !container.removing) yield { on: [container.changed] };
    if (!container.stdin?.push(text)) return;
  }
  while (!container.stdin && !container.removing) yield { on: [container.changed] };
  if (!from.broken) container.stdin?.close();
}
