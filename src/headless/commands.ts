/** What each word on the command line does. */
import { type Arguments, seedOf, UsageError } from '../arguments.ts';
import { isWorldName, type WorldName, worlds } from '../cluster/worlds/index.ts';
import { keepWorld } from './kept-world.ts';
import { readText } from './read-text.ts';
import { runScript } from './sh.ts';
import { replayTranscript } from './transcript.ts';
import { writeOut } from './write-out.ts';

type Values = Arguments['values'];

const day = 24 * 3600 * 1000;

/** Virtual time that a script may take. */
function limitOf({ limit }: Values): number {
  if (limit === undefined) return day;
  const seconds = Number(limit);
  if (!(seconds > 0 && seconds <= 1e9)) throw new UsageError(`--limit takes seconds of the world's time, not "${limit}"`);
  return seconds * 1000;
}

/** Throws UsageError with the names that there are. */
export function worldOf(values: Values): WorldName {
  const name = values.world ?? 'kubeadm-3';
  if (!isWorldName(name)) throw new UsageError(`there is no world "${name}"; there are ${Object.keys(worlds).join(', ')}`);
  return name;
}

/** `k8s-lab shell`, with a screen or as a transcript. */
export async function shell(values: Values, rest: readonly string[]): Promise<number> {
  const seed = seedOf(values);
  if (values.transcript !== undefined) {
    writeOut(1, replayTranscript(readText(values.transcript), { seed, ...(values.world ? { world: worldOf(values) } : {}) }));
    return 0;
  }
  const world = worldOf(values);
  const limit = limitOf(values);
  const [file, ...args] = rest;
  if (values.command === undefined && file === undefined && process.stdin.isTTY && process.stdout.isTTY)
    return (await import('./screen.ts')).openScreen({ values, world, seed });
  const stdout = (text: string): void => writeOut(1, text);
  const stderr = (text: string): void => writeOut(2, text);
  const argv =
    values.command !== undefined
      ? ['bash', '-c', values.command, ...rest]
      : file === undefined || file === '-'
        ? ['bash', '-s', ...args]
        : ['bash', '-c', readText(file), file, ...args];
  const stdin = argv[1] === '-s' ? readText('-') : '';
  const status = runScript(world, seed, { argv, stdin, stdout, stderr, limit });
  keepWorld(world);
  return status;
}

/** `k8s-lab lesson …`. */
export async function lesson(values: Values, rest: readonly string[]): Promise<number> {
  if (rest[0] === 'edit') return (await import('./lesson-edit.ts')).editLesson(rest.slice(1));
  const { lessonCommand } = await import('./lesson.ts');
  return lessonCommand(values, rest);
}
