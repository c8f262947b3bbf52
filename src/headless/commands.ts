/** What each word on the command line does. */
import { readFileSync } from 'node:fs';
import { type Arguments, seedOf, UsageError } from '../arguments.ts';
import { isWorldName, type WorldName, worlds } from '../cluster/worlds/index.ts';
import { encodeUtf8 } from '../sim/stream.ts';
import { keepWorld } from './kept-world.ts';
import { runScript } from './sh.ts';
import { replayTranscript } from './transcript.ts';

type Values = Arguments['values'];

const day = 24 * 3600 * 1000;

export function worldOf(values: Values): WorldName {
  const name = values.world ?? 'kubeadm-3';
  if (!isWorldName(name)) throw new UsageError(`there is no world "${name}"; there are ${Object.keys(worlds).join(', ')}`);
  return name;
}

export async function shell(values: Values, rest: readonly string[]): Promise<number> {
  const seed = seedOf(values);
  if (values.transcript !== undefined) {
    process.stdout.write(replayTranscript(readText(values.transcript), { seed, ...(values.world ? { world: worldOf(values) } : {}) }));
    return 0;
  }
  const world = worldOf(values);
  const [file, ...args] = rest;
  if (values.command === undefined && file === undefined && process.stdin.isTTY && process.stdout.isTTY)
    return (await import('./screen.ts')).openScreen({ values, world, seed });
  const stdout = (text: string): void => void process.stdout.write(toBytes(text));
  const stderr = (text: string): void => void process.stderr.write(toBytes(text));
  const argv =
    values.command !== undefined
      ? ['bash', '-c', values.command, ...rest]
      : file === undefined || file === '-'
        ? ['bash', '-s', ...args]
        : ['bash', '-c', readText(file), file, ...args];
  const stdin = argv[1] === '-s' ? readText('-') : '';
  const status = runScript(world, seed, { argv, stdin, stdout, stderr, limit: values.limit === undefined ? day : Number(values.limit) * 1000 });
  keepWorld(world);
  return status;
}

export async function lesson(values: Values, rest: readonly string[]): Promise<number> {
  if (rest[0] === 'edit') return (await import('./lesson-edit.ts')).editLesson(rest.slice(1));
  const { lessonCommand } = await import('./lesson.ts');
  return lessonCommand(values, rest);
}

/** A file that the user names; `-` is standard input. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message.replace(/^E[A-Z]+: /, '') : String(error)}`);
  }
}

/** Text of the simulated world as the bytes that it stands for. */
const toBytes = (text: string): string | Uint8Array => (/[\udc80-\udcff]/.test(text) ? encodeUtf8(text) : text);
