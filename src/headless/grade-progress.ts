/** How far long work is: a bar on a terminal, a line now and then elsewhere. */
import stringWidth from '../tui/fast-width.ts';
import { type GradeWords, gradeWords } from './grade-words.ts';

type ProgressOut = { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined; readonly write: (text: string) => unknown };

const barWidth = 24;
const redrawEvery = 100;
const lineEvery = 10_000;

export class GradeProgress {
  readonly #total: number;
  readonly #out: ProgressOut;
  readonly #now: () => number;
  readonly #began: number;
  readonly #words: GradeWords;
  #done = 0;
  #shownAt = 0;
  #shown = false;

  constructor(total: number, out: ProgressOut, now: () => number, words = gradeWords(undefined)) {
    this.#words = words;
    this.#total = total;
    this.#out = out;
    this.#now = now;
    this.#began = now();
    this.#shownAt = this.#began;
  }

  step(): void {
    this.#done++;
    const now = this.#now();
    if (now - this.#shownAt < (this.#out.isTTY ? redrawEvery : lineEvery)) return;
    this.#shownAt = now;
    this.#out.write(this.#out.isTTY ? `\r${this.text()}\x1b[K` : `${this.text()}\n`);
    this.#shown = true;
  }

  /** Leaves the terminal as it was. */
  end(): void {
    if (this.#out.isTTY && this.#shown) this.#out.write('\r\x1b[K');
  }

  text(): string {
    const seconds = Math.max(0.001, (this.#now() - this.#began) / 1000);
    const rate = this.#done / seconds;
    const left = rate > 0 ? Math.ceil((this.#total - this.#done) / rate) : 0;
    const duration = this.#words.duration(Math.floor(left / 3600), Math.floor((left % 3600) / 60), left % 60);
    const counts = this.#words.progress(this.#done, this.#total, rate.toFixed(1), duration);
    if (!this.#out.isTTY || (this.#out.columns ?? 80) < barWidth + stringWidth(counts) + 4) return this.#words.progressLine(counts);
    const filled = Math.round((barWidth * this.#done) / Math.max(1, this.#total));
    return `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${counts}`;
  }
}
