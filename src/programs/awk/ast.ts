/** What an awk program is made of. */
import type { Regex } from '../regex/regex.ts';
import type { Value } from './value.ts';

/** As parsed; which variables are arrays shows when it runs. */
export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'regex'; readonly regex: Regex }
  /** A value already worked out (the parser makes none of these). */
  | { readonly type: 'settled'; readonly value: Value }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'field'; readonly index: Expression }
  | { readonly type: 'element'; readonly name: string; readonly subscripts: readonly Expression[] }
  | { readonly type: 'assign'; readonly operator: string; readonly target: LValue; readonly value: Expression }
  | { readonly type: 'step'; readonly delta: 1 | -1; readonly prefix: boolean; readonly target: LValue }
  | { readonly type: 'unary'; readonly operator: '-' | '+' | '!'; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'conditional'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly type: 'in'; readonly subscripts: readonly Expression[]; readonly name: string }
  | { readonly type: 'match'; readonly negated: boolean; readonly text: Expression; readonly pattern: Expression }
  | { readonly type: 'group'; readonly inner: Expression }
  | { readonly type: 'builtin'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: 'getline'; readonly from: 'main' | 'file' | 'command'; readonly source: Expression | undefined; readonly target: LValue | undefined };

/** What can stand left of `=`. */
export type LValue = Expression & { readonly type: 'variable' | 'field' | 'element' };

/** Of print and printf; the same text means the same open file or pipe. */
export type Redirect = { readonly kind: '>' | '>>' | '|'; readonly to: Expression };

/** As parsed. */
export type Statement =
  | { readonly type: 'expression'; readonly expression: Expression }
  | { readonly type: 'print'; readonly args: readonly Expression[]; readonly redirect: Redirect | undefined }
  | { readonly type: 'printf'; readonly args: readonly Expression[]; readonly redirect: Redirect | undefined }
  | { readonly type: 'block'; readonly body: readonly Statement[] }
  | { readonly type: 'if'; readonly test: Expression; readonly yes: Statement; readonly no: Statement | undefined }
  | { readonly type: 'while'; readonly test: Expression; readonly body: Statement; readonly first: boolean }
  | {
      readonly type: 'for';
      readonly init: Statement | undefined;
      readonly test: Expression | undefined;
      readonly step: Statement | undefined;
      readonly body: Statement;
    }
  | { readonly type: 'for-in'; readonly variable: string; readonly name: string; readonly body: Statement }
  | { readonly type: 'delete'; readonly name: string; readonly subscripts: readonly Expression[] | undefined }
  | { readonly type: 'next' | 'nextfile' | 'break' | 'continue' }
  | { readonly type: 'exit' | 'return'; readonly value: Expression | undefined };

/** `range` is on from one line to another, each rule by itself. */
export type Pattern =
  | { readonly type: 'begin' | 'end' | 'always' }
  | { readonly type: 'when'; readonly test: Expression }
  | { readonly type: 'range'; readonly from: Expression; readonly to: Expression };

/** Without a body it prints the record. */
export type Rule = { readonly pattern: Pattern; readonly body: Statement | undefined };
/** Parameters beyond the arguments of a call are local variables. */
export type FunctionDefinition = { readonly name: string; readonly parameters: readonly string[]; readonly body: Statement };
/** Rules in the order of the source. */
export type AwkProgram = { readonly rules: readonly Rule[]; readonly functions: ReadonlyMap<string, FunctionDefinition> };

/** What is wrong with a program, as mawk says it: `line 1: syntax error at or near }`. */
export class AwkSyntaxError extends Error {}

/** What goes wrong while it runs. */
export class AwkError extends Error {}
