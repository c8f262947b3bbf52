import type { Routine } from '../../../sim/routine.ts';
import type { Obj } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import type { Writer } from './writer.ts';

type DescribeContext = { readonly k: Kubectl; readonly now: number };

/** How objects of a kind are described. */
export type Describer = {
  page(w: Writer, object: Obj, context: DescribeContext): Routine;
  /** Whether events stand at the end. */
  readonly events: boolean;
};
