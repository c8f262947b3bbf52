/** The state of one shell: what a subshell gets a copy of. */
import type { AndOr, CommandNode, CompoundList, ParsedScript, PipelineNode, Redirected, Script } from 'unbash';
import type { Process } from '../linux/process.ts';
import type { ExitCode, Program } from '../linux/program.ts';
import type { SignalName } from '../linux/signals.ts';
import { Condition, type Routine } from '../sim/routine.ts';
import { ArithmeticError, type ArithmeticScope, evaluate } from './arithmetic.ts';
import { hasBuiltin } from './builtin-names.ts';
import { dynamicVariables } from './dynamic-variables.ts';
import { Discard, ShellError } from './flow.ts';
import { JobTable } from './job-table.ts';
import { inWordsOf } from './posix-messages.ts';
import { SourceText } from './source.ts';
import { AssociativeArray, IndexedArray } from './variable-values.ts';
import { Variables } from './variables.ts';

/** An argument of `declare` and its like whose value is an array. */
export type ArrayArgument = { readonly name: string; readonly append: boolean; readonly elements: readonly ArrayElement[] };
/** One word of `a=(…)`; `key` is undefined for the next index, `append` is `+=`. */
export type ArrayElement = { readonly key: string | undefined; readonly value: string; readonly append: boolean };

/** A command of the shell itself. `arrays` holds, by position, the arguments that are array assignments. */
export type Builtin = (shell: Shell, args: readonly string[], arrays: ReadonlyMap<number, ArrayArgument>) => Routine<ExitCode> | ExitCode;

/** Its body with the text that it was read from, for `declare -f` and for line numbers. */
export type ShellFunction = { readonly body: CommandNode | CompoundList | Redirected; readonly source: SourceText; readonly text: string };

/** Offers candidates for the word at `index`; undefined: not its command. */
export type Completer = (words: readonly string[], index: number, process: Process) => readonly string[] | undefined;

/** What the parts of the interpreter need of each other without importing one another. */
export type Interpreter = {
  readonly builtins: ReadonlyMap<string, Builtin>;
  readonly completers: ReadonlyMap<string, Completer>;
  /** Runs statements one after the other. */
  run(shell: Shell, script: Script | CompoundList): Routine<ExitCode>;
  /** Runs one node and sets `$?`. */
  node(shell: Shell, node: PipelineNode | AndOr | CompoundList): Routine<ExitCode>;
  /** Parses and runs: `eval`, `.`, traps. */
  evaluate(shell: Shell, source: SourceText): Routine<ExitCode>;
  /** The standard output of a script, without its last newlines. */
  substitute(shell: Shell, script: ParsedScript): Routine<string>;
  /** `<( )`, `>( )`: the name of the file. */
  processSubstitution(shell: Shell, operator: '<' | '>', script: ParsedScript): Routine<string>;
  /** A command as if typed, without looking for functions: `command`, `builtin`, `exec`, `xargs`-like callers. */
  simple(shell: Shell, argv: readonly string[], options: { readonly functions: boolean }): Routine<ExitCode>;
  /** The shell as a Program, for scripts without `#!`. */
  readonly program: Program;
};

/** bash, or one of the shells that call themselves sh. */
export type Flavor = 'bash' | 'dash' | 'ash';

type Frame = { readonly name: string; readonly source: SourceText; readonly line: number; readonly sourced: boolean };

/** A statement takes this much virtual time, so that a busy loop moves the clock: about what bash needs for a builtin on a small machine. */
const statementCost = 1 / 64;
/** So much text that a variable grows by costs the lab as much as one step of its engine. */
const unitsPerStep = 5_000;
const namedSteps = 0.1;

/** Beyond it a function call fails instead of the lab. */
export const recursionLimit = 500;

const defaultOptions = ['braceexpand', 'hashall', 'interactive-comments'];
const defaultShopt = [
  'cmdhist',
  'complete_fullquote',
  'extquote',
  'force_fignore',
  'globasciiranges',
  'globskipdots',
  'hostcomplete',
  'interactive_comments',
  'patsub_replacement',
  'progcomp',
  'promptvars',
  'sourcepath',
];

/** A subshell is a copy: nothing that it changes comes back. */
export class Shell implements ArithmeticScope {
  readonly process: Process;
  readonly interpreter: Interpreter;
  readonly flavor: Flavor;
  readonly variables: Variables;
  readonly functions: Map<string, ShellFunction>;
  readonly aliases: Map<string, string>;
  readonly options: Set<string>;
  readonly shopt: Set<string>;
  readonly traps: Map<string, string>;
  readonly jobs: JobTable;
  /** Paths found before, and how often they were used. */
  readonly hashed = new Map<string, { readonly path: string; hits: number }>();
  /** `complete`: by command name. */
  readonly completions = new Map<string, { readonly text: string; readonly words: readonly string[] | undefined; readonly command: string | undefined }>();
  history: string[] = [];
  historyOffset = 0;
  directories: string[] = [];
  /** `$0`. */
  name: string;
  positional: readonly string[] = [];
  interactive = false;
  login = false;
  status: ExitCode = 0;
  pipeStatus: readonly ExitCode[] = [0];
  /** Pid of the shell that the learner knows: a subshell keeps its parent's. */
  readonly pid: number;
  readonly level: number;
  source: SourceText;
  position = 0;
  frames: readonly Frame[] = [];
  loops = 0;
  /** Above zero where a failure is an answer (`if`, `&&`): `set -e` does not look. */
  suppressed = 0;
  lastBackground: number | undefined;
  lastArgument = '';
  commandText = '';
  depth = 0;
  /** The next simple command is the last thing this process does: it may take its place. */
  tail = false;
  /** Set once the process runs another program: nothing of the shell may be undone any more. */
  replaced = false;
  secondsFrom: number;
  /** Signals with a trap that have arrived. */
  readonly pending: SignalName[] = [];
  readonly signalled = new Condition();
  interrupted = false;
  inTrap = false;
  /** Above zero inside `eval`. */
  evaluating = 0;
  /** How far virtual time is behind what was run. */
  owed = 0;
  /** Where `getopts` is inside an argument with several letters; forgotten when OPTIND is set. */
  optionPlace = 0;
  /** Descriptors of process substitutions of the command being run. */
  substitutionFds: number[] = [];
  /** Status of the last command substitution: that of a command which is only assignments. */
  substituted: ExitCode = 0;
  exiting = false;
  warnedOfJobs = false;

  constructor(process: Process, options: { readonly interpreter: Interpreter; readonly flavor: Flavor; readonly source: SourceText; readonly from?: Shell }) {
    const { from } = options;
    this.process = process;
    this.interpreter = options.interpreter;
    this.flavor = options.flavor;
    this.source = options.source;
    this.name = from?.name ?? options.source.name;
    this.pid = from?.pid ?? process.pids.get(process.namespaces.pid) ?? process.pid;
    this.level = from ? from.level + 1 : 0;
    this.secondsFrom = from?.secondsFrom ?? process.now;
    this.functions = new Map(from?.functions);
    this.aliases = new Map(from?.aliases);
    this.options = new Set(from?.options ?? defaultOptions);
    this.shopt = new Set(from?.shopt ?? defaultShopt);
    this.traps = new Map();
    this.jobs = new JobTable();
    this.variables = new Variables({
      dynamic: dynamicVariables(this),
      changed: (name, exported) => this.#variableChanged(name, exported),
      evaluate: (text) => String(this.evaluate(text)),
      grown: (bytes) => {
        process.allocate(bytes);
        process.toil(Math.abs(bytes) / unitsPerStep);
      },
      ...(from ? { from: from.variables } : {}),
    });
    if (from) this.#inherit(from);
  }

  /** A copy for a child process: variables, functions, options; not jobs, and only those traps that ignore. */
  copy(process: Process): Shell {
    return new Shell(process, { interpreter: this.interpreter, flavor: this.flavor, source: this.source, from: this });
  }

  #inherit(from: Shell): void {
    this.positional = from.positional;
    this.status = from.status;
    this.pipeStatus = from.pipeStatus;
    this.position = from.position;
    this.frames = from.frames;
    this.loops = from.loops;
    this.suppressed = from.suppressed;
    this.lastBackground = from.lastBackground;
    this.lastArgument = from.lastArgument;
    this.depth = from.depth;
    this.directories = [...from.directories];
    this.history = from.history;
    this.historyOffset = from.historyOffset;
    for (const [name, action] of from.traps) if (action === '') this.traps.set(name, action);
    this.options.delete('monitor');
  }

  #variableChanged(name: string, exported: string | undefined): void {
    if (exported !== undefined) this.process.env[name] = exported;
    else delete this.process.env[name];
    if (name === 'PATH') this.hashed.clear();
    if (name === 'OPTIND') this.optionPlace = 0;
  }

  /** Takes up the source of an escaped backtick script, whose positions count in a text of its own. */
  takeSource(text: string | undefined): void {
    if (text !== undefined) this.source = new SourceText(text, this.source.name, this.line);
  }

  /** Whether the name is one of the builtins that this kind of shell has. */
  hasBuiltin(name: string): boolean {
    return this.interpreter.builtins.has(name) && hasBuiltin(this.flavor, name);
  }

  // ── messages ──

  get line(): number {
    return this.source.lineAt(this.position);
  }

  /** What stands before an error message. */
  get prefix(): string {
    if (this.interactive && this.frames.length === 0) return `${this.flavor === 'bash' ? 'bash' : this.shortName}: `;
    // bash takes functions of a -c string for imported ones.
    const inFunction = this.frames.at(-1)?.sourced === false && this.source.name === this.name && this.options.has('command');
    const name = inFunction && this.flavor === 'bash' ? 'environment' : this.source.name;
    if (this.flavor === 'dash') return `${name}: ${this.line}: `;
    if (this.flavor === 'ash' && this.source.name === this.shortName) return `${name}: `;
    return `${name}: line ${this.line}: `;
  }

  get shortName(): string {
    return this.name.slice(this.name.lastIndexOf('/') + 1).replace(/^-/, '');
  }

  *complain(message: string): Routine {
    yield* this.process.printError(`${this.prefix}${inWordsOf(this.flavor, message)}\n`);
  }

  // ── arithmetic ──

  evaluate(text: string): bigint {
    try {
      return evaluate(text, this);
    } catch (error) {
      this.depth = 0;
      if (error instanceof ArithmeticError) throw new ShellError(error.message, { fatal: true });
      // Thousands of nested parentheses use up the JavaScript stack; that is the learner's mistake, not the lab's.
      if (error instanceof RangeError) throw new ShellError('expression recursion level exceeded', { fatal: true });
      throw error;
    }
  }

  get(name: string, subscript: string | undefined): string | undefined {
    this.process.toil(namedSteps);
    if (subscript === undefined) {
      const value = this.variables.get(name);
      if (value === undefined && this.options.has('nounset')) throw new ShellError(`${name}: unbound variable`, { fatal: true, status: 127 });
      return value;
    }
    const value = this.variables.value(name);
    if (value instanceof AssociativeArray) return value.get(unquoteSubscript(subscript));
    const index = Number(evaluate(subscript, this));
    return value instanceof IndexedArray ? value.get(index) : index === 0 ? value : undefined;
  }

  set(name: string, subscript: string | undefined, value: string): void {
    if (subscript === undefined) this.variables.set(name, value);
    else if (this.variables.value(name) instanceof AssociativeArray) this.variables.setElement(name, unquoteSubscript(subscript), value);
    else this.variables.setElement(name, Number(evaluate(subscript, this)), value);
  }

  // ── time and signals ──

  /** True when the next statement has to pause first. */
  get mustPause(): boolean {
    this.owed += statementCost;
    return this.owed >= 1 || this.pending.length > 0 || this.interrupted;
  }

  /** Lets virtual time catch up, and sees to signals. */
  *pause(): Routine {
    if (this.owed >= 1) {
      const { owed } = this;
      this.owed = 0;
      this.process.kernel.sim.toil(15);
      yield* this.process.work(owed);
    }
    if (this.interrupted) {
      this.interrupted = false;
      throw new Discard(130, true);
    }
  }

  /** A signal that a trap waits for, or that an interactive shell sees to itself. */
  notice(signal: SignalName): void {
    if (this.traps.has(signal)) this.pending.push(signal);
    else if (signal === 'SIGINT') this.interrupted = true;
    this.signalled.notify();
  }
}

const unquoteSubscript = (text: string): string => text.replace(/^(['"])(.*)\1$/s, '$2');
