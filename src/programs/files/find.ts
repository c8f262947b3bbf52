/** find (GNU findutils 4.9): the walk. The expression is in find-expression.ts. */
import { Errno } from '../../linux/errno.ts';
import type { Inode } from '../../linux/inode.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { quote } from '../quote.ts';
import { type Call, tool } from '../tool.ts';
import { type Expression, parseExpression } from './find-expression.ts';

/** One file on the walk; setting `prune` keeps out of a folder. */
export type Found = { readonly path: string; readonly name: string; readonly inode: Inode; readonly depth: number; prune: boolean };

export const find: Program = tool({
  usage: '[path...] [expression]',
  summary: 'Search for files in a directory hierarchy.',
  options: [],
  raw: true,
  *run(call) {
    if (call.operands[0] === '--help' || call.operands[0] === '--version') {
      yield* call.print(call.operands[0] === '--help' ? 'Usage: find [path...] [expression]\n' : 'find (k8s-lab)\n');
      return 0;
    }
    let words = [...call.operands];
    const follow = words[0] === '-L';
    while (words[0] === '-L' || words[0] === '-H' || words[0] === '-P') words = words.slice(1);
    const split = words.findIndex((word) => /^[-(!]/.test(word) && word !== '-');
    const roots = split < 0 ? words : words.slice(0, split);
    const parsed = parseExpression(call, split < 0 ? [] : words.slice(split));
    const walk = new Walk(call, parsed, follow);
    for (const root of roots.length === 0 ? ['.'] : roots) if (!walk.quit) yield* walk.from(root);
    yield* walk.finish();
    return call.status;
  },
});

class Walk {
  quit = false;
  readonly #call: Call;
  readonly #expression: Expression;
  readonly #follow: boolean;

  constructor(call: Call, expression: Expression, follow: boolean) {
    this.#call = call;
    this.#expression = expression;
    this.#follow = follow;
  }

  *from(root: string): Routine {
    const { fs } = this.#call.process;
    let inode: Inode;
    try {
      inode = this.#follow ? (fs.find(root) ?? fs.lstat(root)) : fs.lstat(root);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return yield* this.#call.complain(`${quote(root)}: ${error.message}`);
    }
    yield* this.#visit({
      path: root,
      name:
        root
          .replace(/(.)\/+$/, '$1')
          .split('/')
          .pop() ?? root,
      inode,
      depth: 0,
      prune: false,
    });
  }

  *#visit(found: Found): Routine {
    const { minDepth, maxDepth, depthFirst } = this.#expression;
    const tested = found.depth >= minDepth;
    if (tested && !depthFirst) yield* this.#test(found);
    if (this.quit) return;
    if (found.inode.type === 'directory' && !found.prune && found.depth < maxDepth) yield* this.#below(found);
    if (tested && depthFirst && !this.quit) yield* this.#test(found);
    if (this.#call.out.full) yield* this.#call.out.flush();
  }

  *#below(found: Found): Routine {
    const { fs } = this.#call.process;
    let entries: [string, Inode][];
    try {
      entries = fs.list(found.path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return yield* this.#call.complain(`${quote(found.path)}: ${error.message}`);
    }
    for (const [name, entry] of entries) {
      if (this.quit) return;
      const path = found.path.endsWith('/') ? found.path + name : `${found.path}/${name}`;
      const inode = this.#follow && entry.type === 'symlink' ? (fs.find(path) ?? entry) : entry;
      yield* this.#visit({ path, name, inode, depth: found.depth + 1, prune: false });
    }
  }

  *#test(found: Found): Routine {
    if ((yield* this.#expression.test(found)) === 'quit') this.quit = true;
  }

  *finish(): Routine {
    for (const action of this.#expression.pending) yield* action.finish();
  }
}
