/** find's expressions: tests, actions and the operators between them (findutils find/parser.c, tree.c). */
import { quote } from '../quote.ts';
import { type Call, Failure } from '../tool.ts';
import { type Action, deleting, executing, formatting, gathering, listing, printing } from './find-actions.ts';
import { comparisonTest } from './find-comparisons.ts';
import { attributeTest, nameTest, plain, type Test } from './find-tests.ts';

/** `test` gives whether the file passed; actions are tests that do something. */
export type Expression = {
  readonly test: Test;
  readonly minDepth: number;
  readonly maxDepth: number;
  readonly depthFirst: boolean;
  readonly pending: readonly Action[];
};

/** Throws Failure with find's text. */
export function parseExpression(call: Call, words: readonly string[]): Expression {
  return new Parser(call, words).parse();
}

class Parser {
  readonly #call: Call;
  readonly #words: readonly string[];
  readonly #pending: Action[] = [];
  #at = 0;
  #minDepth = 0;
  #maxDepth = Number.POSITIVE_INFINITY;
  #depthFirst = false;
  #acts = false;

  constructor(call: Call, words: readonly string[]) {
    this.#call = call;
    this.#words = words;
  }

  parse(): Expression {
    const wanted = this.#words.length === 0 ? plain(() => true) : this.#or();
    if (this.#at < this.#words.length)
      throw new Failure(this.#words[this.#at] === ')' ? "you have too many ')'" : `paths must precede expression: \`${this.#words[this.#at]}'`);
    const print = printing(this.#call, '\n');
    const acts = this.#acts;
    const test: Test = function* (found) {
      const outcome = yield* wanted(found);
      return acts || outcome !== true ? outcome : yield* print(found);
    };
    return { test, minDepth: this.#minDepth, maxDepth: this.#maxDepth, depthFirst: this.#depthFirst, pending: this.#pending };
  }

  #peek(): string | undefined {
    return this.#words[this.#at];
  }

  #argument(name: string): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new Failure(`missing argument to \`${name}'`);
    return word;
  }

  #or(): Test {
    let left = this.#and();
    while (this.#peek() === '-o' || this.#peek() === '-or' || this.#peek() === ',') {
      const comma = this.#words[this.#at++] === ',';
      const [one, other] = [left, this.#and()];
      left = function* (found) {
        const outcome = yield* one(found);
        return outcome === 'quit' || (outcome === true && !comma) ? outcome : yield* other(found);
      };
    }
    return left;
  }

  #and(): Test {
    let left = this.#not();
    while (this.#peek() !== undefined && this.#peek() !== ')' && this.#peek() !== '-o' && this.#peek() !== '-or' && this.#peek() !== ',') {
      if (this.#peek() === '-a' || this.#peek() === '-and') this.#at++;
      const [one, other] = [left, this.#not()];
      left = function* (found) {
        const outcome = yield* one(found);
        return outcome === true ? yield* other(found) : outcome;
      };
    }
    return left;
  }

  #not(): Test {
    const word = this.#peek();
    if (word === '!' || word === '-not') {
      this.#at++;
      const inner = this.#not();
      return function* (found) {
        const outcome = yield* inner(found);
        return outcome === 'quit' ? outcome : !outcome;
      };
    }
    if (word === '(') {
      this.#at++;
      const inner = this.#or();
      if (this.#peek() !== ')') throw new Failure("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
      this.#at++;
      return inner;
    }
    if (word === undefined) throw new Failure('expected an expression');
    this.#at++;
    return this.#primary(word);
  }

  #primary(word: string): Test {
    if (!word.startsWith('-')) throw new Failure(`paths must precede expression: \`${word}'`);
    const argument = (): string => this.#argument(word);
    const { process } = this.#call;
    return (
      this.#option(word) ??
      nameTest(word, argument) ??
      attributeTest(process, word, argument) ??
      comparisonTest(process, word, argument) ??
      this.#action(word) ??
      this.#unknown(word)
    );
  }

  #unknown(word: string): never {
    throw new Failure(`unknown predicate \`${word}'`);
  }

  #option(word: string): Test | undefined {
    const always = plain(() => true);
    switch (word) {
      case '-maxdepth':
      case '-mindepth': {
        const text = this.#argument(word);
        if (!/^\d+$/.test(text)) throw new Failure(`Expected a positive decimal integer argument to ${word}, but got ${quote(text)}`);
        if (word === '-maxdepth') this.#maxDepth = Number(text);
        else this.#minDepth = Number(text);
        return always;
      }
      case '-depth':
        this.#depthFirst = true;
        return always;
      case '-xdev':
      case '-mount':
      case '-noleaf':
      case '-true':
        return always;
      case '-false':
        return plain(() => false);
      default:
        return undefined;
    }
  }

  // ── actions ──

  #action(word: string): Test | undefined {
    const call = this.#call;
    if (word === '-prune')
      return plain((found) => {
        found.prune = true;
        return true;
      });
    this.#acts = true;
    switch (word) {
      case '-print':
        return printing(call, '\n');
      case '-print0':
        return printing(call, '\0');
      case '-quit':
        return function* () {
          return 'quit';
        };
      case '-ls':
        return listing(call);
      case '-printf':
        return formatting(call, this.#argument(word));
      case '-delete':
        this.#depthFirst = true;
        return deleting(call);
      case '-exec':
      case '-execdir':
      case '-ok':
        return this.#exec(word);
      default:
        return undefined;
    }
  }

  #exec(word: string): Test {
    const argv: string[] = [];
    for (let next = this.#peek(); next !== ';' && !(next === '+' && argv[argv.length - 1] === '{}'); next = this.#peek()) argv.push(this.#argument(word));
    if (this.#words[this.#at++] !== '+') return executing(this.#call, argv);
    const { test, action } = gathering(this.#call, argv.slice(0, -1));
    this.#pending.push(action);
    return test;
  }
}
