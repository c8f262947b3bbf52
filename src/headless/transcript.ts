/** Replays a transcript of real tools in a world: each command at its time on the virtual clock, in one shell. The format is in test/transcripts/README.md. */
import { UsageError } from '../arguments.ts';
import { type Cluster, newCluster } from '../cluster/cluster.ts';
import { writeFile } from '../cluster/machine/machine.ts';
import { isWorldName, type WorldName, worlds } from '../cluster/worlds/index.ts';
import { Sink, StreamReader } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import { newByteStream } from '../sim/stream.ts';

type TranscriptEntry = { readonly at: number; readonly command: string; readonly silent: boolean };
type Transcript = {
  readonly world: string;
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly entries: readonly TranscriptEntry[];
};

/** Virtual time a command may take before it is given up. */
const commandLimit = 15 * 60_000;

function parseTranscript(text: string): Transcript {
  let world = 'kubeadm-3';
  const files: { path: string; content: string }[] = [];
  const entries: TranscriptEntry[] = [];
  let at = 0;
  let file: { path: string; content: string } | undefined;
  let open = false;
  for (const line of text.split('\n')) {
    if (file) {
      if (line === '=== end') file = undefined;
      else file.content += `${line}\n`;
      continue;
    }
    const last = entries.at(-1);
    if (open && last && line.startsWith('> ')) entries[entries.length - 1] = { ...last, command: `${last.command}\n${line.slice(2)}` };
    else if (/^\[exit -?\d+\]/.test(line)) open = false;
    else if (line.startsWith('#! world:')) world = line.slice(9).trim();
    else if (line.startsWith('=== file ')) {
      file = { path: line.slice(9).trim(), content: '' };
      files.push(file);
    } else if (line.startsWith('@ ') && !open) at = momentOf(line);
    else if ((line.startsWith('$ ') || line.startsWith('% ')) && !open) {
      entries.push({ at, command: line.slice(2), silent: line.startsWith('% ') });
      open = true;
    }
  }
  return { world, files, entries };
}

/** `@ 12.5`: seconds since the beginning. */
function momentOf(line: string): number {
  const seconds = Number(line.slice(2));
  if (!(seconds >= 0 && seconds <= 1e9)) throw new UsageError(`the transcript says "${line.slice(0, 60)}", which is no time`);
  return seconds * 1000;
}

type TranscriptOptions = { readonly seed: number; readonly world?: WorldName };

/** The transcript that the lab makes of it. Throws an Error for an unknown world. */
export function replayTranscript(text: string, options: TranscriptOptions): string {
  const transcript = parseTranscript(text);
  const world = options.world ?? transcript.world;
  if (!isWorldName(world)) throw new UsageError(`there is no world "${world}"; there are ${Object.keys(worlds).join(', ')}`);
  const cluster = newCluster({ seed: options.seed, world });
  const shell = new ScriptedShell(cluster);
  for (const { path, content } of transcript.files) writeFile(cluster.machine(cluster.home).fs, path.startsWith('/') ? path : `/root/${path}`, content);
  const began = cluster.sim.now;
  let out = `# k8s-lab, seed ${options.seed}\n#! world: ${world}\n`;
  for (const { at, command, silent } of transcript.entries) {
    cluster.sim.advanceTo(began + at);
    const { output, status } = shell.run(command);
    const shown = command.split('\n').join('\n> ');
    const newline = output === '' || output.endsWith('\n');
    out += `\n@ ${(at / 1000).toFixed(3)}\n${silent ? '%' : '$'} ${shown}\n${output}${newline ? '' : '\n'}[exit ${status}]${newline ? '' : ' (no newline)'}\n`;
  }
  return out;
}

/** A bash that is fed one command after the other and says how each ended. */
export class ScriptedShell {
  readonly #cluster: Cluster;
  readonly #script = newByteStream();
  readonly #process: Process;
  #output = '';
  #statuses: number[] = [];

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    const sink = new Sink((text) => {
      this.#output += text;
    });
    this.#process = cluster.openScript(cluster.home, ['bash'], { stdin: new StreamReader(this.#script), stdout: sink, stderr: sink.retain() });
    this.#process.fds.set(
      9,
      new Sink((text) => {
        for (const line of text.split('\n').filter(Boolean)) this.#statuses.push(Number(line));
      }),
    );
  }

  /** Runs a command to its end; 124 when it takes too long, as `timeout` says. */
  run(command: string): { readonly output: string; readonly status: number } {
    this.#output = '';
    this.#statuses = [];
    this.#script.push(`eval '${command.replaceAll("'", "'\\''")}' </dev/null\nprintf '%d\\n' "$?" >&9\n`);
    const ended = this.#cluster.sim.advanceUntil(() => this.#statuses.length > 0 || this.#process.exitStatus !== undefined, commandLimit);
    return { output: this.#output, status: this.#statuses[0] ?? this.#process.exitStatus ?? (ended ? 0 : 124) };
  }
}
