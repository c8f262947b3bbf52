/** One call of helm: its arguments, its files and whom it talks to. */
import { goJson } from '../../apimachinery/go-text.ts';
import { dumpYaml } from '../../apimachinery/yaml.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Command, Flags } from '../flags.ts';
import { globalFlags } from '../kubectl/flag-table.ts';
import { parseArguments } from '../kubectl/flags.ts';
import { Kubectl } from '../kubectl/kubectl.ts';
import { helmVersion } from './capabilities.ts';
import { HelmError } from './error.ts';
import { plainData } from './functions/types.ts';

export type Run = (call: Call) => Routine<number | void>;
/** `takes`: the least and the most arguments. */
export type HelmCommand = Command<Run> & { readonly takes?: readonly [number, number]; readonly commands?: readonly HelmCommand[] };

/** Flags of helm, and what kubectl calls them. */
const asKubectl: Readonly<Record<string, string>> = {
  ...{ kubeconfig: 'kubeconfig', 'kube-context': 'context', namespace: 'namespace', 'kube-apiserver': 'server', 'kube-token': 'token' },
  ...{ 'kube-as-user': 'as', 'kube-ca-file': 'certificate-authority', 'kube-tls-server-name': 'tls-server-name' },
};

export class Call {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  #kubectl: Kubectl | undefined;

  constructor(process: Process, flags: Flags, args: readonly string[]) {
    this.process = process;
    this.flags = flags;
    this.args = args;
  }

  /** The client, as kubectl has it. */
  get k(): Kubectl {
    const words = Object.entries(asKubectl).flatMap(([own, theirs]) => {
      const value = this.flags.text(own) || this.process.env[`HELM_${own.toUpperCase().replaceAll('-', '')}`];
      return value ? [`--${theirs}=${value}`] : [];
    });
    words.push(...this.flags.list('kube-as-group').map((group) => `--as-group=${group}`));
    if (this.flags.bool('kube-insecure-skip-tls-verify')) words.push('--insecure-skip-tls-verify');
    this.#kubectl ??= new Kubectl(this.process, '', parseArguments(words, globalFlags()), `Helm/${helmVersion.slice(1)}`);
    return this.#kubectl;
  }

  get namespace(): string {
    return this.k.namespace;
  }

  get now(): number {
    return this.process.now;
  }

  *print(text: string): Routine {
    this.process.toil(text.length / 250);
    yield* this.process.print(text);
  }

  /** A line as slog writes it. */
  *log(level: 'WARN' | 'ERROR' | 'INFO', message: string, more: Readonly<Record<string, string>> = {}): Routine {
    const pairs = Object.entries({ msg: message, ...more }).map(
      ([key, value]) => `${key}=${/[\s"=]/.test(value) || value === '' ? JSON.stringify(value) : value}`,
    );
    yield* this.process.printError(`level=${level} ${pairs.join(' ')}\n`);
  }

  /** --output. Throws HelmError for other words. */
  get format(): 'table' | 'json' | 'yaml' {
    const format = this.flags.text('output') || 'table';
    if (format === 'table' || format === 'json' || format === 'yaml') return format;
    throw new HelmError(`invalid argument ${JSON.stringify(format)} for "-o, --output" flag: invalid format type`);
  }

  /** Data in the format that was asked for, `table` otherwise. */
  *show(data: unknown, table: () => string): Routine {
    const { format } = this;
    yield* this.print(format === 'table' ? table() : format === 'json' ? `${goJson(plainData(data))}\n` : dumpYaml(plainData(data)));
  }

  /** Whether something is asked of the server: `none`, `client` or `server`. Throws HelmError. */
  get dryRun(): string {
    const given = this.flags.text('dry-run');
    if (given === 'unset') return 'client';
    if (['none', 'client', 'server', 'true', 'false'].includes(given)) return ({ true: 'client', false: 'none' } as Record<string, string>)[given] ?? given;
    throw new HelmError(`invalid dry-run value (${JSON.stringify(given)}). Must be "none", "server", or "client"`);
  }

  /** A file below one of helm's three homes. */
  home(kind: 'cache' | 'config' | 'data'): string {
    const { env } = this.process;
    const own = env[`HELM_${kind.toUpperCase()}_HOME`];
    const xdg = env[`XDG_${kind.toUpperCase()}_HOME`];
    return own || (xdg ? `${xdg}/helm` : `${env['HOME'] ?? '/root'}/${{ cache: '.cache', config: '.config', data: '.local/share' }[kind]}/helm`);
  }
}

/** A table as gosuri/uitable draws it: cells padded, tabs between; of a text of several lines the first one. */
export function uitable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (cell.includes('\n') ? `${cell.slice(0, cell.indexOf('\n') - 3)}...` : cell)));
  const widths = (cells[0] ?? []).map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  return cells.map((row) => `${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('\t')}\n`).join('');
}
