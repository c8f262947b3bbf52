/** Undo, back to where a step began, start over: the session is played again up to there, and takes the old one's place. */
import type { Session } from '../../session/session.ts';
import type { Worlds } from '../services.ts';
import { newSay, type Say, type WordKey } from '../words.ts';
import type { LessonScreen } from './lesson.ts';
import { playOn, showStage } from './opening.ts';
import { restartQuestion, restartShellQuestion } from './questions.ts';
import type { AppState, ChoiceState } from './state.ts';
import type { Store } from './store.ts';

type GoingBackOptions = {
  readonly store: Store<AppState>;
  readonly worlds: () => Promise<Worlds>;
  readonly lesson: () => LessonScreen | undefined;
  readonly ask: (choice: ChoiceState, then: (id: string) => void) => void;
  /** Another session stands in the place of the one before. */
  readonly replaced: (session: Session) => void;
};

export class GoingBack {
  readonly #options: GoingBackOptions;

  constructor(options: GoingBackOptions) {
    this.#options = options;
  }

  /** Without the last typed line. */
  async undo(): Promise<void> {
    const lesson = this.#options.lesson();
    const earlier = lesson?.session.beforeLastLine();
    if (!lesson || !earlier) return lesson?.tell(this.#say('nothingToUndo'));
    await this.#replaceBy((worlds) => worlds.replay(lesson.session, earlier.inputs, earlier.until), 'undoing');
  }

  async restart(): Promise<void> {
    const lesson = this.#options.lesson();
    if (lesson) await this.#replaceBy((worlds) => worlds.replay(lesson.session, [], 0), 'restarting');
  }

  /** To where the step that is worked on began. */
  async rewind(): Promise<void> {
    const lesson = this.#options.lesson();
    if (!lesson) return;
    const { inputs, until } = lesson.session.beforeStep();
    await this.#replaceBy((worlds) => worlds.replay(lesson.session, inputs, until), 'rewinding');
  }

  /** How far back, and whether at all. */
  askRestart(): void {
    const { view } = this.#options.lesson()?.state ?? {};
    const stuck = view?.steps[view.current]?.deadEnd !== undefined;
    this.#options.ask(view ? restartQuestion(this.#say, stuck) : restartShellQuestion(this.#say), (id) => {
      if (id === 'yes') void this.restart();
      else if (id === 'step') void this.rewind();
    });
  }

  async #replaceBy(replay: (worlds: Worlds) => Generator<number, Session>, stage: WordKey): Promise<void> {
    const { store, worlds, lesson: current, replaced } = this.#options;
    const lesson = current();
    if (!lesson) return;
    const { title } = lesson.state;
    lesson.pump.stop();
    await showStage(store, stage, 0, title);
    const session = await playOn(store, replay(await worlds()), stage, title);
    lesson.replace(session);
    lesson.set({ focus: 'terminal', pane: 'lesson', scroll: 0, notice: undefined });
    store.set({ screen: 'lesson', choice: undefined });
    replaced(session);
  }

  get #say(): Say {
    return newSay(this.#options.store.get().language);
  }
}
