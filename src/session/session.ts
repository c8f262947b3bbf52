/** One learner, one world, perhaps one lesson: typing, time, checks. Everything that reaches the world goes through `input` and is recorded. */
import { Cluster, newCluster, type Terminal } from '../cluster/cluster.ts';
import type { Crossing } from '../cluster/trace.ts';
import type { WorldName } from '../cluster/worlds/index.ts';
import type { WorldView } from '../grading/world-view.ts';
import type { Lesson, LoadedLesson } from '../lessons/lesson.ts';
import { drawVariables, fillAll, type Values } from '../lessons/variables.ts';
import type { Size, Tty } from '../linux/tty.ts';
import type { Milliseconds, Routine } from '../sim/routine.ts';
import type { Earlier, Input, SessionRecord, StampedInput, Undone } from './inputs.ts';
import { withoutLastLine } from './inputs.ts';
import { LessonRun } from './lesson-run.ts';
import { containersOf, type Sandbox } from './node-containers.ts';
import { Observer } from './observer.ts';
import { type Elsewhere, type Place, placeOf, wayTo } from './place.ts';
import { prepareWorld } from './prepare.ts';
import { StepFaults } from './step-faults.ts';

type SessionOptions = {
  readonly world: WorldName;
  readonly seed: number;
  readonly size?: Size;
  readonly lesson?: LoadedLesson;
  /** What was taken back before: kept for the record, without effect on the world. */
  readonly undone?: readonly Undone[];
};

/** How often, in virtual time, a lesson's checks look at the world while nothing else makes them. */
const lookEvery: Milliseconds = 1_000;
/** Steps of the engine in one go: enough for any command, few enough that a screen stays alive in a busy loop. */
const stepsPerTick = 60_000;
const stepsPerPiece = 50;
/** Of the work of a replay, about so much is the world's coming up. */
const bootShare = 0.4;

export class Session {
  readonly options: SessionOptions;
  readonly cluster: Cluster;
  readonly values: Values;
  readonly run: LessonRun | undefined;
  readonly #observer: Observer;
  readonly #faults: StepFaults;
  readonly #terminal: Terminal;
  readonly #startedAt: Milliseconds;
  readonly #inputs: StampedInput[] = [];
  readonly #login: string;
  #place: Place;
  /** Inputs there were when the step that is worked on began, and the moment. */
  #step = { after: 0, at: 0 };
  #cause = 0;
  #asked = 0;

  /** `cluster`: a world that was booted for these very options before. */
  constructor(options: SessionOptions, cluster = newCluster({ seed: options.seed, world: options.world })) {
    this.options = options;
    this.cluster = cluster;
    this.values = options.lesson ? drawVariables(options.lesson.lesson, options.seed) : {};
    const lesson: Lesson | undefined = options.lesson && fillAll(options.lesson.lesson, this.values);
    if (lesson) prepareWorld(this.cluster, lesson);
    this.run = lesson && new LessonRun(lesson);
    this.#observer = new Observer(this.cluster);
    this.#faults = new StepFaults(this.cluster, lesson?.world.faults);
    this.#login = lesson?.start?.at ?? this.cluster.home;
    this.#place = { machine: this.#login, container: false };
    this.#terminal = this.cluster.openTerminal(this.#login, options.size ?? { columns: 80, rows: 24 });
    this.#toWholeMillisecond();
    this.#startedAt = this.cluster.sim.now;
    this.untilPrompt(5_000);
    this.#beginStep();
    this.#see(false);
    this.cluster.sim.go(this.#looking(), 'checks');
  }

  get tty(): Tty {
    return this.#terminal.tty;
  }

  /** Virtual time since the world was ready. */
  get elapsed(): Milliseconds {
    return this.cluster.sim.now - this.#startedAt;
  }

  /** The login shell has ended. */
  get ended(): boolean {
    return this.#terminal.shell.exitStatus !== undefined;
  }

  get exitStatus(): number | undefined {
    return this.#terminal.shell.exitStatus;
  }

  /** A shell waits for a line. */
  get atPrompt(): boolean {
    return this.tty.activeReader !== undefined && this.tty.mode === 'cooked' && this.tty.waiting === 0;
  }

  /** Where the prompt would have to stand for the step that is worked on, if it stands elsewhere; while a command runs, as it was before. */
  get elsewhere(): Elsewhere | undefined {
    this.#place = placeOf(this.cluster, this.tty) ?? this.#place;
    const { at } = this.run?.step ?? {};
    return at === undefined ? undefined : wayTo(at, this.#place, this.#login);
  }

  get inputs(): readonly StampedInput[] {
    return this.#inputs;
  }

  /** Walls crossed because of the last typed line that has something in it. */
  get crossings(): readonly Crossing[] {
    return this.cluster.trace.of(this.#asked);
  }

  /** Something comes from outside, at the present virtual time; what else is due at this very moment comes first, in a replay too. */
  input(input: Input): void {
    this.#toWholeMillisecond();
    // At a moment that a replay has too: what holds now was done before this.
    while (this.#see(false));
    this.#inputs.push({ ...input, at: this.elapsed });
    if ('line' in input && ++this.#cause && input.line.trim() !== '') this.#asked = this.#cause;
    if ('line' in input && this.atPrompt) this.#observer.lineTyped();
    this.cluster.sim.cause = this.#cause;
    this.#deliver(input);
    this.cluster.sim.cause = 0;
  }

  /** Lets so much virtual time pass; false when the world was too busy to get there in one go. */
  tick(duration: Milliseconds, steps = stepsPerTick): boolean {
    return this.cluster.sim.advance(duration, steps);
  }

  /** Lets time pass until a shell waits for a line again, or the login has ended; false when that takes longer than `limit`. */
  untilPrompt(limit: Milliseconds): boolean {
    return this.cluster.sim.advanceUntil(() => this.atPrompt || this.ended, limit);
  }

  /** Lets the world go on to its next event, `limit` at most: the "skip" of the time controls. */
  skip(limit: Milliseconds): void {
    const { sim } = this.cluster;
    sim.advanceTo(Math.min(sim.nextTimerAt ?? sim.now + limit, sim.now + limit), stepsPerTick);
  }

  /** Looks at the world for the lesson's checks, at a moment that a replay need not have: sets nothing off. True when a step was passed. */
  look(): boolean {
    return this.#see(true);
  }

  #see(still: boolean): boolean {
    if (!this.run?.open || this.#faults.pending) return false;
    const passed = this.run.look(this.#observer.view(this.run.answers, still));
    if (passed) this.#beginStep();
    return passed;
  }

  /** What checks see now. */
  worldView(): WorldView {
    return this.#observer.view(this.run?.answers ?? new Map());
  }

  /** Sandboxes of a machine by id; undefined while its runtime does not answer. */
  containersOn(machine: string): ReadonlyMap<string, Sandbox> | undefined {
    return containersOf(this.worldView().nodes.get(machine)?.cri);
  }

  /** Typed lines, counted from 1, that ended with a failure. */
  failedLines(): ReadonlySet<number> {
    return this.#observer.failedLines();
  }

  /** Lines whose commands the lab does not simulate, or does not have (exit status 70 or 127). */
  unsupported(): readonly string[] {
    return this.#observer.unsupported();
  }

  record(engine: string): SessionRecord {
    const { lesson, world, seed } = this.options;
    return {
      version: 1,
      engine,
      world,
      seed,
      ...(lesson ? { lesson: { track: lesson.lesson.track, id: lesson.lesson.id, hash: lesson.hash } } : {}),
      inputs: this.#inputs,
      ...(this.options.undone ? { undone: this.options.undone } : {}),
      until: Math.ceil(this.elapsed),
    };
  }

  /** A new session in which all this has happened up to `until`. */
  static replay(options: SessionOptions, inputs: readonly StampedInput[], until: Milliseconds): Session {
    const replaying = Session.replaying(options, inputs, until);
    for (;;) {
      const { done, value } = replaying.next();
      if (done) return value;
    }
  }

  /** The same in small pieces, for a screen that must stay alive: each is a few milliseconds' work and says what share is done, 0 to 1. */
  static *replaying(options: SessionOptions, inputs: readonly StampedInput[], until: Milliseconds): Generator<number, Session> {
    const opening = Session.opening(options);
    let opened = opening.next();
    for (; !opened.done; opened = opening.next()) yield opened.value * bootShare;
    const session = opened.value;
    const share = (): number => bootShare + (1 - bootShare) * Math.min(1, session.elapsed / Math.max(1, until));
    for (const input of [...inputs, undefined]) {
      const to = session.#startedAt + (input?.at ?? until);
      while (!session.cluster.sim.advanceTo(to, stepsPerPiece)) yield share();
      if (!input) break;
      const { at: _at, ...rest } = input;
      session.input(rest as Input);
      yield share();
    }
    return session;
  }

  /** A new session, while its world boots piece by piece. */
  static *opening(options: SessionOptions): Generator<number, Session> {
    const cluster = new Cluster(options.world);
    yield 0;
    yield* cluster.booting();
    cluster.sim.reseed(options.seed);
    return new Session(options, cluster);
  }

  /** The session as it was before the last typed line; undefined when there is none. */
  undo(): Session | undefined {
    const earlier = this.beforeLastLine();
    return earlier && Session.replay(earlier.options, earlier.inputs, earlier.until);
  }

  /** What a replay needs to stand before the last typed line: its options remember what was taken back. */
  beforeLastLine(): (Earlier & { readonly options: SessionOptions }) | undefined {
    const earlier = withoutLastLine(this.#inputs);
    return earlier && { ...earlier, options: this.goingBackTo(earlier.inputs.length) };
  }

  /** The same for standing where the present step began. */
  beforeStep(): Earlier & { readonly options: SessionOptions } {
    const { after, at } = this.#step;
    // Where nothing has come since: long enough for the checks to look, which they do at whole seconds.
    const until = this.#inputs[after]?.at ?? Math.min(Math.ceil(this.elapsed), Math.ceil(at) + lookEvery);
    return { inputs: this.#inputs.slice(0, after), until, options: this.goingBackTo(after) };
  }

  /** The same world and lesson from the beginning. */
  restart(): Session {
    return new Session(this.goingBackTo(0));
  }

  /** Options for a session in which only the first `after` inputs stand: they remember what was taken back. */
  goingBackTo(after: number): SessionOptions {
    const inputs = this.#inputs.slice(after);
    if (inputs.length === 0) return this.options;
    return { ...this.options, undone: [...(this.options.undone ?? []), { after, inputs, at: Math.ceil(this.elapsed) }] };
  }

  /** Moments of inputs are whole: a difference of fractions, added again, would be another moment. What is due by then comes first. */
  #toWholeMillisecond(): void {
    this.cluster.sim.advanceTo(Math.ceil(this.cluster.sim.now));
  }

  #deliver(input: Input): void {
    const { tty } = this;
    if ('line' in input) tty.typeLine(input.line);
    else if ('keys' in input) tty.type(input.keys);
    else if ('interrupt' in input) tty.interrupt();
    else if ('endOfFile' in input) tty.endOfFile();
    else if ('resize' in input) tty.resize({ columns: input.resize[0], rows: input.resize[1] });
    else if ('answer' in input) this.#passed(this.run?.answer(input.step, input.answer));
    else if ('hint' in input) this.run?.hint(input.hint);
    else this.#passed(this.run?.next(input.next));
  }

  #passed(passed: boolean | undefined): void {
    if (passed) this.#beginStep();
  }

  /** What was typed before counts no more; faults of this step come about. */
  #beginStep(): void {
    this.#observer.beginStep();
    this.#step = { after: this.#inputs.length, at: this.elapsed };
    this.#faults.begin(this.run?.step);
  }

  /** Looks when a command has ended and at every whole second: part of the world, so that a replay sees what was seen whoever drives the clock. */
  *#looking(): Routine {
    const { sim } = this.cluster;
    let prompt = this.atPrompt;
    for (let seen = -1, inputs = -1; ; ) {
      const boundary = (Math.floor(sim.now / lookEvery) + 1) * lookEvery;
      yield { on: [this.tty.changed], timeout: boundary - sim.now };
      const returned = this.atPrompt && !prompt;
      prompt = this.atPrompt;
      if (!returned && sim.now < boundary) continue;
      // Where nothing has run but this routine, and nothing came from outside, there is nothing new to see.
      if (returned || sim.steps > seen + 1 || this.#inputs.length !== inputs) while (this.#see(false));
      seen = sim.steps;
      inputs = this.#inputs.length;
    }
  }
}
