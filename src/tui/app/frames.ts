/** When the shell's rows are drawn: at once after a key, else thirty times a second at most, however fast the world writes. */
import type { Overlay, Painter } from '../terminal/painter.ts';

const frame = 33;

export class Frames {
  readonly #painter: Painter;
  readonly #overlay: () => Overlay | undefined;
  #timer: NodeJS.Timeout | undefined;
  #drawnAt = 0;

  constructor(painter: Painter, overlay: () => Overlay | undefined) {
    this.#painter = painter;
    this.#overlay = overlay;
  }

  request(now: boolean): void {
    const wait = now ? 0 : this.#drawnAt + frame - performance.now();
    if (wait <= 0) this.draw();
    else this.#timer ??= setTimeout(() => this.draw(), wait);
  }

  draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawnAt = performance.now();
    this.#painter.overlay = this.#overlay();
  }
}
