/** What a build says: vertices that begin, speak and end. */
import { BuildError, type BuildProgress } from '../interfaces/buildkit.ts';
import type { Routine } from '../sim/routine.ts';

type Said = Pick<BuildProgress, 'kind' | 'text'>;

/** Numbers vertices and tells what becomes of them. */
export class Progress {
  #count = 0;
  readonly #tell: (progress: BuildProgress) => void;
  readonly #now: () => number;

  constructor(tell: (progress: BuildProgress) => void, now: () => number) {
    this.#tell = tell;
    this.#now = now;
  }

  /** A vertex from its beginning to its end; the work may answer that it was cached. */
  *vertex<T>(name: string, work: (say: (kind: 'status' | 'log' | 'warning', text: string) => void, cached: () => void) => Routine<T>): Routine<T> {
    const vertex = ++this.#count;
    let hit = false;
    const tell = (said: Said): void => this.#tell({ vertex, name, ...said, at: this.#now() });
    tell({ kind: 'start', text: '' });
    try {
      const result = yield* work(
        (kind, text) => tell({ kind, text }),
        () => {
          hit = true;
        },
      );
      tell({ kind: hit ? 'cached' : 'done', text: '' });
      return result;
    } catch (error) {
      if (error instanceof BuildError) tell({ kind: 'error', text: error.message });
      throw error;
    }
  }
}
