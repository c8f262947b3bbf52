/** Choices of which several are ticked, or that are put in order: a pure step from key to state. */

/** `carrying`: the entry under the pointer moves with it. */
export type Many = {
  /** Values in the order shown. */
  readonly order: readonly string[];
  readonly ticked: readonly string[];
  readonly at: number;
  /** Ordering: the one at the pointer is carried. */
  readonly carrying: boolean;
};

/** In the order given, nothing ticked. */
export const newMany = (values: readonly string[]): Many => ({ order: values, ticked: [], at: 0, carrying: false });

type ManyKey = 'up' | 'down' | 'space';

/** Space ticks, or picks up and puts down. */
export function pressMany(state: Many, key: ManyKey, ordering: boolean): Many {
  if (key === 'space') return ordering ? { ...state, carrying: !state.carrying } : { ...state, ticked: toggled(state) };
  const to = state.at + (key === 'up' ? -1 : 1);
  if (to < 0 || to >= state.order.length) return state;
  if (!state.carrying) return { ...state, at: to };
  const order = [...state.order];
  const [carried] = order.splice(state.at, 1);
  return carried === undefined ? state : { ...state, order: order.toSpliced(to, 0, carried), at: to };
}

function toggled({ order, ticked, at }: Many): readonly string[] {
  const value = order[at] ?? '';
  return ticked.includes(value) ? ticked.filter((each) => each !== value) : [...ticked, value];
}

/** What is handed in: ticked ones in the order shown, or the order itself. */
export const answerOf = ({ order, ticked }: Many, ordering: boolean): readonly string[] => (ordering ? order : order.filter((each) => ticked.includes(each)));
