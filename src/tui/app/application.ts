/** The program behind the screen: which screen is shown, what keys and choices set off, what is kept. */
import type { Language } from '../../lessons/lesson.ts';
import type { Actions } from '../components/context.ts';
import { entryOf, type LessonEntry, type Services } from '../services.ts';
import type { InkInput } from '../terminal/ink-input.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Painter } from '../terminal/painter.ts';
import { type Trouble, troubleText } from '../troubles.ts';
import { newSay, type Say } from '../words.ts';
import { Frames } from './frames.ts';
import { GoingBack } from './going-back.ts';
import { Keeper } from './keeper.ts';
import { LessonScreen } from './lesson.ts';
import { playOn, showStage } from './opening.ts';
import { endedQuestion, failedQuestion, leaveQuestion, leaveVisitQuestion, resumeQuestion, troubleQuestion } from './questions.ts';
import { type Command, contextOf, route } from './route.ts';
import type { AppState, ChoiceState } from './state.ts';
import { Store } from './store.ts';

export class Application {
  readonly store: Store<AppState>;
  readonly #services: Services;
  readonly #painter: Painter;
  readonly #ink: InkInput;
  readonly #exit: (status: number) => void;
  readonly #keeper: Keeper;
  readonly #frames: Frames;
  readonly #back: GoingBack;
  #lesson: LessonScreen | undefined;
  #key: string | undefined;
  #strayed = false;
  #onChoice: (id: string) => void = () => {};

  constructor(services: Services, painter: Painter, ink: InkInput, exit: (status: number) => void) {
    this.#services = services;
    this.#painter = painter;
    this.#ink = ink;
    this.#exit = exit;
    this.store = new Store<AppState>({
      size: { columns: painter.columns, rows: painter.rows },
      language: services.language,
      colours: services.colours,
      screen: services.target ? 'opening' : 'menu',
      tracks: services.tracks,
      kept: services.kept(),
      opening: { title: undefined, stage: 'stageLoad', share: 0 },
      choice: undefined,
      lesson: undefined,
      notice: undefined,
      handedIn: undefined,
    });
    this.#keeper = new Keeper(services, (trouble) => {
      this.store.set({ notice: troubleText(trouble, this.store.get().language).question });
      this.#tellTroubles([trouble], () => {});
    });
    this.#back = new GoingBack({
      store: this.store,
      worlds: services.worlds,
      lesson: () => this.#lesson,
      ask: (choice, then) => this.#ask(choice, then),
      replaced: (session) => this.#keeper.soon(this.#key, session, true),
    });
    this.#frames = new Frames(painter, () => {
      const { screen, choice } = this.store.get();
      return screen === 'lesson' && !choice ? this.#lesson?.overlay() : undefined;
    });
    this.store.subscribe(() => this.#frames.draw());
    painter.on('resize', () => this.#resized());
  }

  /** After the first frame. */
  begin(): void {
    const { target, troubles = [] } = this.#services;
    this.#tellTroubles(troubles, () => {
      if (target === 'shell') void this.#open(undefined);
      else if (target) this.#openLesson(target.lesson);
      // What a lesson will need is read while the menu is looked at.
      else setTimeout(() => void this.#services.worlds().catch(() => {}), 300).unref();
    });
  }

  /** Nothing that was done may be lost; called before any end, wanted or not. */
  keepNow(): void {
    this.#keeper.now(this.#key, this.#lesson?.session);
  }

  suspend(): void {
    this.#lesson?.pump.stop();
    this.#painter.pause(true);
    this.keepNow();
  }

  resume(): void {
    this.#lesson?.pump.start();
    this.#painter.pause(false);
  }

  readonly actions: Actions = {
    menu: (id) => {
      if (id === 'language') this.#switchLanguage();
      else if (id === 'name') this.store.set({ screen: 'name' });
      else if (id === 'submit') this.store.set({ screen: 'submit', handedIn: undefined });
      else if (id === 'quit') this.#quit(0);
      else this.#openLesson(id);
    },
    name: (name) => {
      this.#services.keep({ name });
      this.#showMenu();
    },
    handIn: (who, path) => {
      const over = this.store.get().handedIn === 'exists';
      this.#services.keep({ name: who });
      this.store.set({ handedIn: this.#services.handIn(who, path, over), kept: this.#services.kept() });
    },
    choose: (id) => (this.store.get().choice ? this.#onChoice(id) : this.#afterLesson(id)),
    answer: (values) => this.#lesson?.answer(values),
  };

  keys(events: readonly KeyEvent[]): void {
    this.#lesson?.touched();
    for (const event of events) {
      const command = route(event, contextOf(this.store.get(), this.#lesson?.raw ?? false, this.#strayed));
      this.#strayed = command === 'stray';
      this.#run(command, event);
    }
  }

  #run(command: Command, event: KeyEvent): void {
    if (command === 'ink') this.#ink.push(event);
    else if (command === 'terminal') this.#lesson?.key(event);
    else if (command === 'terminalFocus') {
      this.#lesson?.focus('terminal');
      this.#lesson?.key(event);
    } else this.#commands[command]?.();
  }

  readonly #commands: Partial<Record<Command, () => void>> = {
    help: () => this.#lesson?.show('help'),
    xray: () => this.#lesson?.show('xray'),
    cluster: () => this.#lesson?.show('cluster'),
    hint: () => this.#lesson?.hint(),
    pause: () => this.#lesson?.togglePause(),
    speed: () => this.#lesson?.toggleSpeed(),
    skip: () => this.#lesson?.skip(),
    undo: () => void this.#back.undo(),
    restart: () => this.#back.askRestart(),
    language: () => this.#switchLanguage(),
    leave: () => this.#leave(),
    quit: () => this.#quit(0),
    back: () => this.#leaveScreen(),
    switch: () => this.#lesson?.switchSide(),
    scrollUp: () => this.#lesson?.scroll(-1),
    scrollDown: () => this.#lesson?.scroll(1),
    pageUp: () => this.#lesson?.scroll(-10),
    pageDown: () => this.#lesson?.scroll(10),
  };

  // ── opening and leaving ──

  #openLesson(key: string): void {
    const entry = entryOf(this.store.get().tracks, key);
    const kept = this.store.get().kept.lessons[key];
    this.#key = key;
    const begun = kept?.session?.inputs.some((input) => !('resize' in input)) ?? false;
    if (!begun && !kept?.record) return void this.#open(entry);
    this.#ask(resumeQuestion(this.#say, entry?.title[this.store.get().language] ?? key, begun, kept), (id) => {
      if (id === 'resume' || id === 'readAgain') void this.#open(entry, id === 'resume' ? 'session' : 'record');
      else if (id === 'startOver') void this.#open(entry);
      else this.#showMenu();
    });
  }

  async #open(entry: LessonEntry | undefined, goOn?: 'session' | 'record'): Promise<void> {
    try {
      await this.#enter(entry, goOn);
    } catch (error) {
      // A lesson of the user's own that is broken, or a record that no longer fits; other errors are bugs.
      if (!(error instanceof Error) || error.name !== 'UsageError') throw error;
      this.#ask(failedQuestion(this.#say, error.message), () => this.#showMenu());
    }
  }

  async #enter(entry: LessonEntry | undefined, goOn: 'session' | 'record' | undefined): Promise<void> {
    const { language, kept } = this.store.get();
    const title = entry?.title[language];
    const record = entry && goOn ? kept.lessons[entry.key]?.[goOn] : undefined;
    this.#lesson?.pump.stop();
    this.#lesson = undefined;
    this.#key = entry?.key;
    this.#keeper.began = record?.began ?? new Date().toISOString();
    await showStage(this.store, 'stageLoad', 0, title);
    const worlds = await this.#services.worlds();
    const stage = entry && record ? 'stageReplay' : entry?.world === 'node' ? 'stageBootOne' : 'stageBoot';
    await showStage(this.store, stage, 0, title);
    const session = await playOn(this.store, entry && record ? worlds.resume(entry.key, record) : worlds.open(entry?.key), stage, title);
    this.#keeper.reading = goOn === 'record' && session.run?.finished === true;
    this.store.set({ screen: 'blank' });
    this.#lesson = new LessonScreen(this.store, session, title ?? 'shell', {
      paint: (now) => this.#frames.request(now),
      keep: (now) => this.#keeper.soon(this.#key, this.#lesson?.session, now),
      finished: () => this.#finished(),
      ended: () => this.#ended(),
    });
    this.store.set({ screen: session.run?.finished ? 'debrief' : 'lesson' });
    if (entry && record && !worlds.same(entry.key, record)) this.#lesson.tell(this.#say('changedLesson'));
  }

  #finished(): void {
    this.keepNow();
    if (this.store.get().screen !== 'lesson') return;
    this.#lesson?.set({ scroll: 0 });
    this.store.set({ screen: 'debrief', kept: this.#services.kept() });
  }

  #ended(): void {
    if (!this.#key) return this.#quit(this.#lesson?.session.exitStatus ?? 0);
    this.keepNow();
    this.#ask(endedQuestion(this.#say), (id) => {
      if (id === 'undo') void this.#back.undo();
      else if (id === 'restart') void this.#back.restart();
      else this.#showMenu();
    });
  }

  #afterLesson(id: string): void {
    if (id.startsWith('lesson:')) this.#openLesson(id.slice(7));
    else if (id === 'stay') {
      this.store.set({ screen: 'lesson' });
      this.#lesson?.focus('terminal');
    } else if (id === 'again' && this.#key) void this.#open(entryOf(this.store.get().tracks, this.#key));
    else this.#showMenu();
  }

  #leave(): void {
    const question = this.#services.visiting
      ? leaveVisitQuestion(this.#say)
      : leaveQuestion(this.#say, this.#key !== undefined, this.#services.unsaved?.() !== undefined);
    this.#ask(question, (id) => {
      if (id === 'menu') this.#showMenu();
      else if (id === 'quit') this.#quit(0);
    });
  }

  #showMenu(): void {
    this.keepNow();
    this.#lesson?.pump.stop();
    this.#lesson = undefined;
    this.#key = undefined;
    this.store.set({ screen: 'menu', choice: undefined, lesson: undefined, kept: this.#services.kept() });
  }

  #quit(status: number): void {
    this.keepNow();
    this.#lesson?.pump.stop();
    this.#exit(status);
  }

  // ── small things ──

  #ask(choice: ChoiceState, then: (id: string) => void): void {
    this.#onChoice = (id) => {
      this.store.set({ choice: undefined });
      then(id);
    };
    this.store.set({ choice });
  }

  /** One after the other. */
  #tellTroubles([first, ...others]: readonly Trouble[], then: () => void): void {
    if (!first) return then();
    this.#ask(troubleQuestion(this.#say, troubleText(first, this.store.get().language)), () => this.#tellTroubles(others, then));
  }

  #leaveScreen(): void {
    const { choice, screen } = this.store.get();
    if (choice) this.#onChoice('back');
    else if (screen === 'debrief') this.#afterLesson('stay');
    else this.#showMenu();
  }

  #switchLanguage(): void {
    const language: Language = this.store.get().language === 'en' ? 'ko' : 'en';
    this.#services.keep({ language });
    this.store.set({ language, kept: this.#services.kept() });
    // What was said before is in the other language.
    this.#lesson?.set({ notice: undefined });
    this.#lesson?.refresh();
  }

  #resized(): void {
    this.store.set({ size: { columns: this.#painter.columns, rows: this.#painter.rows } });
    this.#lesson?.resized();
  }

  get #say(): Say {
    return newSay(this.store.get().language);
  }
}
