/** One lesson, or a shell, as lines. */
import type { Language } from '../lessons/lesson.ts';
import { clusterView } from '../session/cluster-view.ts';
import { type LessonView, lessonView, type StepView } from '../session/lesson-view.ts';
import { settle } from '../session/play.ts';
import type { Session } from '../session/session.ts';
import { xray } from '../session/xray.ts';
import { withoutMarks } from '../tui/text/markdown.ts';
import { plainText, unstyled } from '../tui/text/style.ts';
import { clusterRows } from '../tui/view/cluster-rows.ts';
import { xrayRows } from '../tui/view/xray-rows.ts';
import { VtScreen } from '../tui/vt/screen.ts';
import { newSay, type Say } from '../tui/words.ts';
import { answerValues, letterOf } from './plain-answer.ts';
import { skipTime } from './plain-time.ts';
import { type PlainWords, plainWords, spoken } from './plain-words.ts';

/** Virtual time and output that one line may take before it is interrupted. */
const longest = 10 * 60_000;
const mostOutput = 256 * 1024;
const slice = 1_000;
/** A screen for programs that draw one; also how wide tables may be. */
const size = { columns: 100, rows: 30 };

export class PlainLesson {
  readonly session: Session;
  readonly #language: () => Language;
  readonly #write: (text: string) => void;
  /** What was printed last ended a line. */
  #lineEnded = true;
  readonly #screen = new VtScreen(size.columns, size.rows);
  #current = 0;
  readonly #situations = new Set<string>();
  #deadEnd: string | undefined;

  constructor(session: Session, language: () => Language, print: (text: string) => void) {
    this.session = session;
    this.#language = language;
    this.#write = print;
  }

  get #say(): Say {
    return newSay(this.#language());
  }

  get #words(): PlainWords {
    return plainWords[this.#language()];
  }

  get #view(): LessonView | undefined {
    return lessonView(this.session, this.#language(), true);
  }

  begin(goOn: boolean): void {
    const view = this.#view;
    if (view) {
      this.#print(`\n${view.title}\n\n${goOn ? '' : `${withoutMarks(view.story.trim())}\n\n`}`);
      this.#current = view.current;
      this.#task(view);
    }
    this.#print(`${this.#words.prompt}\n`);
    const text = this.#output();
    this.#screen.write(text);
    // After a replay only the present prompt is of interest.
    this.#print(goOn ? text.slice(text.lastIndexOf('\n') + 1) : text);
  }

  /** A line for the shell; raw programs get it as keys. */
  type(line: string): void {
    const { session } = this;
    if (session.tty.mode === 'raw') this.#keys(line === '' ? '\r' : line);
    else {
      session.input({ line });
      // The echo of what was typed stands on the screen already.
      session.cluster.sim.advanceUntil(() => !session.atPrompt || session.ended, 1_000);
      this.#run(line);
    }
  }

  #print(text: string): void {
    if (text === '') return;
    this.#lineEnded = text.endsWith('\n');
    this.#write(text);
  }

  interrupt(): void {
    this.session.input({ interrupt: true });
    this.#run('');
  }

  /** `:command rest`; help for all that is none. */
  command(name: string, rest: string): void {
    const commands: Readonly<Record<string, () => void>> = {
      task: () => this.#current >= 0 && this.#task(this.#view),
      check: () => this.#checks(),
      hint: () => this.#hint(),
      answer: () => this.#answer(rest),
      next: () => this.#next(),
      wait: () => this.#wait(Number(rest) || 1),
      xray: () => this.#rows(xrayRows(xray(this.session.crossings), size.columns, unstyled, this.#say).slice(this.session.crossings.length > 0 ? 1 : 0)),
      skip: () => this.#wait(skipTime(this.session)),
      time: () => this.#rows([this.#words.time]),
      help: () => this.#rows([this.#words.help]),
      cluster: () => this.#rows(spoken(clusterRows(clusterView(this.session), size.columns, unstyled, this.#say), this.#language())),
      esc: () => this.#keys('\x1b'),
      key: () => this.#keys(rest),
    };
    // Whoever typed it has ended the line.
    this.#lineEnded = true;
    const known = name === 'pause' || name === 'speed' ? 'time' : name;
    if (Object.hasOwn(commands, known)) commands[known]?.();
    else this.#rows([this.#words.unknown(name), this.#words.prompt]);
    this.#prompt();
  }

  #rows(rows: readonly string[]): void {
    this.#print(`${rows.join('\n')}\n`);
  }

  #keys(keys: string): void {
    this.session.input({ keys });
    this.session.cluster.sim.advanceUntil(() => this.session.tty.mode !== 'raw', 1_000);
    if (this.session.tty.mode !== 'raw') this.session.untilPrompt(1_000);
    this.#show(this.#output());
  }

  #wait(seconds: number): void {
    this.session.cluster.sim.advance(seconds * 1000);
    this.#show(this.#output());
    this.#progress();
  }

  /** Lets the line run: waits are skipped, since nobody can watch them here. */
  #run(typed: string): void {
    const { session } = this;
    const until = session.elapsed + longest;
    let text = '';
    while (!session.atPrompt && !session.ended && session.tty.mode !== 'raw') {
      session.untilPrompt(slice);
      text += this.#output();
      if (session.elapsed < until && text.length < mostOutput) continue;
      session.input({ interrupt: true });
      session.untilPrompt(10_000);
      text = `${text.slice(0, mostOutput)}\n${this.#words.stopped}\n`;
      break;
    }
    if (session.tty.mode === 'raw') session.tick(500);
    text += this.#output();
    // The terminal's echo of the line: whoever typed it has it already.
    const echoed = text.startsWith(`${typed}\n`);
    if (echoed) this.#screen.write('\n');
    this.#show(echoed ? text.slice(typed.length + 1) : text);
    settle(session);
    const more = this.#output();
    if (more !== '') this.#show(more);
    this.#progress();
    this.#prompt();
  }

  #output(): string {
    let text = '';
    const { output } = this.session.tty;
    for (let piece = output.take(); piece !== undefined; piece = output.take()) text += piece;
    return text;
  }

  /** Text as it is; what draws a screen is shown as the screen it draws. */
  #show(text: string): void {
    this.#screen.write(text);
    if (this.session.tty.mode !== 'raw') {
      this.#print(text.replace(/\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>78]/g, '').replace(/\r(?!\n)/g, '\n'));
      return;
    }
    const rows = this.#screen.buffer.rows.map((row) => row.chars.join('').trimEnd()).filter((row) => row !== '~');
    // Rows below the end of a file say nothing.
    while (/^~?$/.test(rows.at(-1) ?? 'x')) rows.pop();
    this.#print(`\n${rows.join('\n')}\n${this.#words.raw}\n`);
  }

  // ── the lesson ──

  #task(view: LessonView | undefined): void {
    const step = view?.steps[view.current];
    if (!view || !step) return;
    for (const text of step.situations) this.#situations.add(text);
    this.#deadEnd = undefined;
    this.#print(
      `${this.#say('step', { n: view.current + 1, of: view.steps.length })} · ${this.#say(`kind_${step.kind}`)} · ${this.#say('points', { n: step.of })}\n`,
    );
    if (step.elsewhere) this.#print(`→ ${withoutMarks(this.#say('stepAt', step.elsewhere))}\n`);
    this.#print(`${withoutMarks(step.task)}\n`);
    step.choices.forEach(({ text }, index) => {
      this.#print(`  ${index + 1}. ${withoutMarks(text)}\n`);
    });
    (step.matches ?? []).forEach(({ text }, index) => {
      this.#print(`  ${letterOf(index)}. ${withoutMarks(text)}\n`);
    });
    if (step.ask) this.#print(`${this.#words.ask[step.ask.type]}\n`);
    else if (step.kind === 'read') this.#print(':next\n');
  }

  /** Steps passed and situations met since it was last told. */
  #progress(): void {
    const view = this.#view;
    if (!view) return;
    const step = view.steps[view.current];
    if (view.current === this.#current) {
      for (const text of step?.situations ?? []) if (this.#situations.size < this.#situations.add(text).size) this.#print(`\n→ ${withoutMarks(text)}\n`);
      this.#stuck(step?.deadEnd);
      return;
    }
    this.#print('\n');
    for (let index = this.#current; index < view.current; index++) this.#passed(view, index);
    this.#current = view.current;
    if (!view.finished) this.#task(view);
    else {
      this.#print(`✓ ${this.#say('lessonDone', { n: view.points, of: view.pointsPossible })}\n\n${this.#say('debriefTitle')}\n`);
      for (const text of view.debrief) this.#print(`${withoutMarks(text)}\n\n`);
      this.#print(`${this.#words.finished}\n`);
    }
  }

  /** A dead end is told when the world gets into it. */
  #stuck(deadEnd: string | undefined): void {
    if (deadEnd !== undefined && deadEnd !== this.#deadEnd) this.#print(`\n✗ ${withoutMarks(deadEnd)}\n${this.#words.rewind}\n`);
    this.#deadEnd = deadEnd;
  }

  #passed(view: LessonView, index: number): void {
    const step = view.steps[index];
    if (!step) return;
    this.#print(`✓ ${this.#say('stepTitle', { n: index + 1 })}: ${this.#say('stepDone', { n: step.points, of: step.of })}\n`);
    this.#feedback(step);
    const { outcome } = view.steps[index - 1] ?? {};
    if (outcome) this.#print(`${outcome.right ? this.#say('cameTrue') : this.#say('cameOtherwise', { text: withoutMarks(outcome.came) })}\n`);
    if (step.note) this.#print(`${withoutMarks(step.note)}\n\n`);
  }

  #feedback(step: StepView): void {
    for (const { choice, text, right } of step.feedback) {
      const name = step.choices.find(({ id }) => id === choice)?.text ?? choice;
      this.#print(`${right ? '✓' : '✗'} ${[name, text].filter(Boolean).map(withoutMarks).join(' — ')}\n`);
    }
  }

  #checks(): void {
    this.session.look();
    const view = this.#view;
    const checks = view?.steps[view.current]?.checks ?? [];
    if (checks.length === 0) this.#task(view);
    for (const { text, state, expected, found, where } of checks) {
      this.#print(`${state === 'passed' ? '✓' : state === 'waiting' ? '…' : '✗'} ${withoutMarks(text)}\n`);
      if (expected) this.#print(`  ${this.#say('expected', { text: expected })}\n`);
      if (found) this.#print(`  ${this.#say('found', { text: found })}\n`);
      if (where) this.#print(`  ${this.#say('where', { text: where })}\n`);
    }
    this.#progress();
  }

  #hint(): void {
    const view = this.#view;
    const step = view?.steps[view.current];
    if (!step || step.hintsLeft === 0) return this.#print(`${this.#say('noHints')}\n`);
    this.session.input({ hint: step.id });
    const hints = this.#view?.steps[view.current]?.hints ?? [];
    this.#print(`${this.#say('hint', { n: hints.length })}: ${withoutMarks(hints.at(-1) ?? '')}\n`);
  }

  #next(): void {
    const { step } = this.session.run ?? {};
    if (step?.kind !== 'read') return;
    this.session.input({ next: step.id });
    this.#progress();
  }

  #answer(rest: string): void {
    const view = this.#view;
    const step = view?.steps[view.current];
    const words = this.#words;
    if (!view || !step?.ask) return this.#print(`${words.noQuestion}\n`);
    const values = answerValues(step, rest);
    if (values.length === 0 || values.some((each) => each === undefined || each === '')) return this.#print(`${words.badAnswer}\n`);
    this.session.input({ answer: values as string[], step: step.id });
    this.session.tick(0);
    const after = this.#view;
    if (after && after.current === view.current) {
      this.#print(`${this.#say('wrongAnswer')}\n`);
      const told = after.steps[view.current];
      if (told) this.#feedback(told);
    } else this.#progress();
  }

  /** The shell's prompt again, after words of ours. */
  #prompt(): void {
    const { cursor, buffer } = this.#screen;
    if (!this.#lineEnded || !this.session.atPrompt) return;
    this.#print(plainText(buffer.rows[cursor.row]?.slice(0, cursor.column) ?? ''));
  }
}
