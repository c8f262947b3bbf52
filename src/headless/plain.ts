/** The lab as lines: for pipes, screen readers and dumb terminals. No cursor is moved, nothing is coloured. */
import { createInterface } from 'node:readline';
import { keptLesson } from '../session/kept.ts';
import type { Session } from '../session/session.ts';
import { entryOf, type Services, type Worlds } from '../tui/services.ts';
import { type Trouble, troubleText } from '../tui/troubles.ts';
import { handedInText } from '../tui/view/submit-view.ts';
import { newSay, type Say } from '../tui/words.ts';
import { PlainLesson } from './plain-lesson.ts';
import { plainWords } from './plain-words.ts';

type Print = (text: string) => void;

/** Until `:quit`, the end of the input, or the end of a shell that has no lesson. */
export async function runPlain(services: Services): Promise<number> {
  const print: Print = (text) => void process.stdout.write(text);
  const plain = new Plain(services, print, await services.worlds());
  // From here to the loop nothing waits: a line that came meanwhile would be lost.
  const lines = createInterface({ input: process.stdin, terminal: false });
  for (const event of ['SIGTERM', 'SIGHUP'] as const)
    process.once(event, () => {
      plain.keep();
      process.exit(event === 'SIGTERM' ? 143 : 129);
    });
  lines.on('SIGINT', () => plain.interrupt());
  plain.begin();
  for await (const line of lines) {
    // A pipe does not show what goes through it.
    if (!process.stdin.isTTY) print(`${line}\n`);
    plain.line(line);
    if (plain.status !== undefined) break;
  }
  lines.close();
  plain.keep();
  return plain.status ?? 0;
}

/** A lesson, a shell, or the list of lessons; takes a line, prints what it leads to. */
export class Plain {
  readonly #services: Services;
  readonly #print: Print;
  readonly #worlds: Worlds;
  #lesson: PlainLesson | undefined;
  #key: string | undefined;
  #began = '';
  /** A file that was there already: named again, it is written over. */
  #over = '';
  /** Kinds of trouble that were told: once is enough. */
  readonly #told = new Set<string>();
  /** Set when it is over. */
  status: number | undefined;

  constructor(services: Services, print: Print, worlds: Worlds) {
    this.#services = services;
    this.#print = print;
    this.#worlds = worlds;
  }

  get #language(): 'en' | 'ko' {
    return this.#services.kept().language ?? this.#services.language;
  }

  get #say(): Say {
    return newSay(this.#language);
  }

  begin(): void {
    const { target, troubles = [] } = this.#services;
    for (const trouble of troubles) this.#tell(trouble);
    if (target === undefined) this.#list();
    else this.#open(target === 'shell' ? undefined : target.lesson);
  }

  line(line: string): void {
    const [, command, rest = ''] = /^\s*:(\w+)\s*(.*)$/.exec(line) ?? [];
    if (command === 'quit') this.status = 0;
    else if (command === 'lang') this.#switch();
    else if (command === 'menu') this.#leave();
    else if (command === 'name') this.#services.keep({ name: rest.trim() });
    else if (command === 'submit') this.#submit(rest.trim());
    else if (!this.#lesson) this.#choose(command ?? line.trim());
    else if (command === undefined) this.#lesson.type(line);
    else if (command === 'undo') this.#undo();
    else if (command === 'rewind') this.#rewind();
    else if (command === 'restart') this.#replace(this.#lesson.session, [], 0);
    else this.#lesson.command(command, rest);
    this.keep();
    if (this.#lesson?.session.ended) {
      if (this.#key === undefined) this.status = this.#lesson.session.exitStatus ?? 0;
      else {
        this.#print(`${this.#say('shellEnded')}\n`);
        this.#leave();
      }
    }
  }

  interrupt(): void {
    this.#lesson?.interrupt();
  }

  keep(): void {
    const session = this.#lesson?.session;
    if (!this.#key || !session?.run) return;
    const clock = { began: this.#began, now: new Date().toISOString() };
    const trouble = this.#services.keep({
      lessons: { [this.#key]: keptLesson(session, this.#services.engine, this.#services.kept().lessons[this.#key], clock) },
    });
    if (!trouble || this.#told.has(trouble.kind)) return;
    this.#told.add(trouble.kind);
    this.#tell(trouble);
  }

  #tell(trouble: Trouble): void {
    const { question, note, goOn } = troubleText(trouble, this.#language);
    this.#print(`\n${question}\n${note}\n${goOn === undefined ? '' : `${goOn}\n`}`);
  }

  #list(): void {
    const language = this.#language;
    let number = 0;
    for (const track of this.#services.tracks) {
      this.#print(`\n${track.title[language]}\n`);
      for (const lesson of track.lessons) {
        const kept = this.#services.kept().lessons[lesson.key];
        const state = kept?.done ? `✓ ${this.#say('points', { n: kept.points })}` : kept?.session ? this.#say('started') : '';
        this.#print(`  ${++number}. ${lesson.title[language]} (${this.#say('minutes', { n: lesson.minutes })}${state ? `, ${state}` : ''})\n`);
      }
    }
    this.#print(`\n${plainWords[language].choose}\n`);
  }

  #choose(text: string): void {
    const lessons = this.#services.tracks.flatMap((track) => track.lessons);
    const entry = lessons[Number(text) - 1] ?? lessons.find(({ key }) => key === text);
    if (entry) this.#open(entry.key);
    else this.#list();
  }

  #open(key: string | undefined): void {
    const record = key === undefined ? undefined : this.#services.kept().lessons[key]?.session;
    this.#key = key;
    const { world } = (key === undefined ? undefined : entryOf(this.#services.tracks, key)) ?? {};
    this.#print(`${this.#say(record ? 'stageReplay' : world === 'node' ? 'stageBootOne' : 'stageBoot')}\n`);
    this.#began = record?.began ?? new Date().toISOString();
    if (key !== undefined && record) this.#begin(finish(this.#worlds.resume(key, record)), record.inputs.length > 0);
    else this.#begin(finish(this.#worlds.open(key)), false);
  }

  #begin(session: Session, goOn: boolean): void {
    this.#lesson = new PlainLesson(session, () => this.#language, this.#print);
    this.#lesson.begin(goOn);
  }

  #undo(): void {
    const session = this.#lesson?.session;
    const earlier = session?.beforeLastLine();
    if (earlier && session) this.#replace(session, earlier.inputs, earlier.until);
    else this.#print(`${this.#say('nothingToUndo')}\n`);
  }

  #rewind(): void {
    const session = this.#lesson?.session;
    if (!session?.run) return this.#print(`${this.#say('nothingToUndo')}\n`);
    const { inputs, until } = session.beforeStep();
    this.#replace(session, inputs, until);
  }

  #replace(like: Session, inputs: Parameters<Worlds['replay']>[1], until: number): void {
    this.#begin(finish(this.#worlds.replay(like, inputs, until)), true);
  }

  #leave(): void {
    this.keep();
    this.#lesson = undefined;
    this.#key = undefined;
    this.#list();
  }

  #submit(file: string): void {
    this.keep();
    const { name = '' } = this.#services.kept();
    if (file === '' || name === '') return this.#print(`${plainWords[this.#language].needsFile}\n`);
    const handedIn = this.#services.handIn(name, file, this.#over === file);
    this.#over = handedIn === 'exists' ? file : '';
    this.#print(`${handedIn === 'exists' ? plainWords[this.#language].exists : handedInText(handedIn, name, { say: this.#say, language: this.#language })}\n`);
  }

  #switch(): void {
    this.#services.keep({ language: this.#language === 'en' ? 'ko' : 'en' });
    if (this.#lesson) this.#lesson.begin(true);
    else this.#list();
  }
}

function finish(replay: Generator<number, Session>): Session {
  for (;;) {
    const { done, value } = replay.next();
    if (done) return value;
  }
}
