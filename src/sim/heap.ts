/** A 4-ary min-heap of timers ordered by (time, order): equal times fire in the order they were set, so two replays agree on who goes first. */
export class TimerHeap<T> {
  readonly #at: number[] = [];
  readonly #order: number[] = [];
  readonly #items: T[] = [];
  #next = 0;

  get size(): number {
    return this.#items.length;
  }

  /** Time of the earliest timer, or undefined when there is none. */
  get firstAt(): number | undefined {
    return this.#at[0];
  }

  push(at: number, item: T): void {
    const order = this.#next++;
    let hole = this.#items.length;
    this.#at.push(at);
    this.#order.push(order);
    this.#items.push(item);
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (!this.#before(at, order, parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#place(hole, at, order, item);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    const at = this.#at.pop();
    const order = this.#order.pop();
    const item = this.#items.pop();
    if (this.#items.length > 0 && at !== undefined && order !== undefined) this.#sink(at, order, item as T);
    return first;
  }

  #sink(at: number, order: number, item: T): void {
    const size = this.#items.length;
    let hole = 0;
    for (;;) {
      const child = this.#leastChild(hole, size);
      if (child < 0 || this.#before(at, order, child)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#place(hole, at, order, item);
  }

  #leastChild(hole: number, size: number): number {
    const first = hole * 4 + 1;
    if (first >= size) return -1;
    let least = first;
    for (let child = first + 1; child < Math.min(first + 4, size); child++) {
      if (this.#before(this.#at[child] as number, this.#order[child] as number, least)) least = child;
    }
    return least;
  }

  #before(at: number, order: number, other: number): boolean {
    const otherAt = this.#at[other] as number;
    return at < otherAt || (at === otherAt && order < (this.#order[other] as number));
  }

  #move(from: number, to: number): void {
    this.#place(to, this.#at[from] as number, this.#order[from] as number, this.#items[from] as T);
  }

  #place(index: number, at: number, order: number, item: T): void {
    this.#at[index] = at;
    this.#order[index] = order;
    this.#items[index] = item;
  }
}
