/** How the interpreter leaves what it is in the middle of. Plain objects, not Errors: a stack trace for each `return` would be most of its cost. */
import type { ExitCode, Program } from '../linux/program.ts';

/** `break`, `continue`: through so many loops. */
export class LoopJump {
  readonly kind: 'break' | 'continue';
  levels: number;
  constructor(kind: 'break' | 'continue', levels: number) {
    this.kind = kind;
    this.levels = levels;
  }
}

/** `return` from a function or a sourced file. */
export class Return {
  readonly status: ExitCode;
  constructor(status: ExitCode) {
    this.status = status;
  }
}

/** The shell itself ends. */
export class ExitShell {
  readonly status: ExitCode;
  constructor(status: ExitCode) {
    this.status = status;
  }
}

/** `exec`: the process goes on as another program. */
export class Replace {
  readonly program: Program;
  readonly argv: readonly string[];
  constructor(program: Program, argv: readonly string[]) {
    this.program = program;
    this.argv = argv;
  }
}

/** Back to the prompt (Ctrl-C), or to the end of what is being run (an error in an expansion). */
export class Discard {
  readonly status: ExitCode;
  readonly interrupted: boolean;
  constructor(status: ExitCode, interrupted = false) {
    this.status = status;
    this.interrupted = interrupted;
  }
}

/** A mistake in what is being run, to be printed after the shell's prefix. `fatal` ends a shell that is not interactive. */
export class ShellError {
  readonly message: string;
  readonly status: ExitCode;
  readonly fatal: boolean;
  constructor(message: string, options: { readonly status?: ExitCode; readonly fatal?: boolean } = {}) {
    this.message = message;
    this.status = options.status ?? 1;
    this.fatal = options.fatal ?? false;
  }
}
