/** Opening a world, or playing one again, with a frame between the pieces of work. */
import type { Session } from '../../session/session.ts';
import type { WordKey } from '../words.ts';
import type { AppState } from './state.ts';
import type { Store } from './store.ts';

/** Work of a replay between two looks at the keyboard. */
const slice = 25;

/** Resolves once the frame has been drawn; `share` is 0 to 1. */
export async function showStage(store: Store<AppState>, stage: WordKey, share: number, title: string | undefined): Promise<void> {
  store.set({ screen: 'opening', choice: undefined, opening: { title, stage, share } });
  // The frame is to be seen before the work begins.
  await new Promise((resolve) => setTimeout(resolve, 15));
}

/** Runs a replay to its end, and draws how far it is. */
export async function playOn(store: Store<AppState>, replay: Generator<number, Session>, stage: WordKey, title: string | undefined): Promise<Session> {
  for (let deadline = performance.now() + slice; ; ) {
    const { done, value } = replay.next();
    if (done) return value;
    if (performance.now() < deadline) continue;
    await showStage(store, stage, value, title);
    deadline = performance.now() + slice;
  }
}
