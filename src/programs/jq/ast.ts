/** What a jq program is made of. */
import type { Json } from './json.ts';

/** `def`s stand before the node that may use them. */
export type Node =
  | { readonly type: 'identity' }
  | { readonly type: 'recurse-all' }
  | { readonly type: 'literal'; readonly value: Json }
  | { readonly type: 'string'; readonly format: string | undefined; readonly parts: readonly (string | Node)[] }
  | { readonly type: 'format'; readonly name: string }
  | { readonly type: 'index'; readonly target: Node; readonly index: Node }
  | { readonly type: 'slice'; readonly target: Node; readonly from: Node | undefined; readonly to: Node | undefined }
  | { readonly type: 'iterate'; readonly target: Node }
  | { readonly type: 'array'; readonly body: Node | undefined }
  | { readonly type: 'object'; readonly entries: readonly { readonly key: Node; readonly value: Node }[] }
  | { readonly type: 'negate'; readonly body: Node }
  | { readonly type: 'pipe' | 'comma' | 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly type: 'alternative'; readonly left: Node; readonly right: Node }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly type: 'update'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly type: 'if'; readonly test: Node; readonly yes: Node; readonly no: Node | undefined }
  | { readonly type: 'try'; readonly body: Node; readonly handler: Node | undefined }
  | { readonly type: 'reduce'; readonly source: Node; readonly patterns: readonly Pattern[]; readonly init: Node; readonly update: Node }
  | {
      readonly type: 'foreach';
      readonly source: Node;
      readonly patterns: readonly Pattern[];
      readonly init: Node;
      readonly update: Node;
      readonly extract: Node | undefined;
    }
  | { readonly type: 'as'; readonly source: Node; readonly patterns: readonly Pattern[]; readonly body: Node }
  | { readonly type: 'def'; readonly definition: Definition; readonly body: Node }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Node[]; readonly line: number }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'label'; readonly name: string; readonly body: Node }
  | { readonly type: 'break'; readonly name: string };

/** Parameters are filters, or `$values`. */
export type Definition = { readonly name: string; readonly parameters: readonly string[]; readonly body: Node };

/** Destructuring: `$x`, `[$a, $b]`, `{a: $x, $y}`. */
export type Pattern =
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'array'; readonly items: readonly Pattern[] }
  | { readonly type: 'object'; readonly entries: readonly { readonly key: Node; readonly bind: string | undefined; readonly pattern: Pattern | undefined }[] };

/** An error of a running program; its message may be any value. */
export class JqError extends Error {
  readonly value: Json;
  constructor(value: Json) {
    super(typeof value === 'string' ? value : 'not a string');
    this.value = value;
  }
}

/** What is wrong with a program's text. */
export class JqSyntaxError extends Error {}

/** `break $label`. */
export class Break extends Error {
  readonly label: object;
  constructor(label: object) {
    super('break');
    this.label = label;
  }
}
