/**
 * The order in which Go's sort.Sort leaves what is equal (pattern-defeating quicksort, go src/sort/zsortinterface.go): kubectl's --sort-by and lists
 * of events show it as soon as there are more than twelve.
 */

type Less<T> = (a: T, b: T) => boolean;

/** A sorted copy, equal elements where Go would have them. */
export function goSort<T>(items: readonly T[], less: Less<T>): T[] {
  const sorter = new Sorter([...items], less);
  sorter.sort(0, items.length, bitLength(items.length));
  return sorter.items;
}

const insertionLimit = 12;
const bitLength = (value: number): number => (value === 0 ? 0 : Math.floor(Math.log2(value)) + 1);

class Sorter<T> {
  readonly items: T[];
  readonly #less: Less<T>;

  constructor(items: T[], less: Less<T>) {
    this.items = items;
    this.#less = less;
  }

  sort(from: number, to: number, badChoices: number): void {
    let [a, b, limit, balanced, partitioned] = [from, to, badChoices, true, true];
    for (;;) {
      const length = b - a;
      if (length <= insertionLimit) return this.#insertion(a, b);
      if (limit === 0) return this.#heap(a, b);
      if (!balanced) {
        this.#breakPatterns(a, b);
        limit--;
      }
      let { pivot, hint } = this.#choosePivot(a, b);
      if (hint === 'decreasing') {
        this.#reverse(a, b);
        pivot = b - 1 - (pivot - a);
        hint = 'increasing';
      }
      if (balanced && partitioned && hint === 'increasing' && this.#partialInsertion(a, b)) return;
      if (a > 0 && !this.#before(a - 1, pivot)) {
        a = this.#partitionEqual(a, b, pivot);
        continue;
      }
      const { mid, already } = this.#partition(a, b, pivot);
      partitioned = already;
      const [left, right] = [mid - a, b - mid];
      balanced = Math.min(left, right) >= Math.floor(length / 8);
      if (left < right) {
        this.sort(a, mid, limit);
        a = mid + 1;
      } else {
        this.sort(mid + 1, b, limit);
        b = mid;
      }
    }
  }

  #before(i: number, j: number): boolean {
    return this.#less(this.items[i] as T, this.items[j] as T);
  }

  #swap(i: number, j: number): void {
    [this.items[i], this.items[j]] = [this.items[j] as T, this.items[i] as T];
  }

  #insertion(a: number, b: number): void {
    for (let i = a + 1; i < b; i++) for (let j = i; j > a && this.#before(j, j - 1); j--) this.#swap(j, j - 1);
  }

  #heap(a: number, b: number): void {
    const size = b - a;
    for (let i = Math.floor((size - 1) / 2); i >= 0; i--) this.#siftDown(i, size, a);
    for (let i = size - 1; i >= 0; i--) {
      this.#swap(a, a + i);
      this.#siftDown(0, i, a);
    }
  }

  #siftDown(low: number, high: number, first: number): void {
    for (let root = low; ; ) {
      let child = 2 * root + 1;
      if (child >= high) return;
      if (child + 1 < high && this.#before(first + child, first + child + 1)) child++;
      if (!this.#before(first + root, first + child)) return;
      this.#swap(first + root, first + child);
      root = child;
    }
  }

  /** Swaps that look like chance and are the same each time. */
  #breakPatterns(a: number, b: number): void {
    const length = b - a;
    if (length < 8) return;
    let random = BigInt(length);
    const mask = (1n << BigInt(bitLength(length))) - 1n;
    const middle = a + Math.floor(length / 4) * 2 - 1;
    for (let i = 0; i < 3; i++) {
      random = BigInt.asUintN(64, random ^ (random << 13n));
      random ^= random >> 7n;
      random = BigInt.asUintN(64, random ^ (random << 17n));
      let other = Number(random & mask);
      if (other >= length) other -= length;
      this.#swap(middle + i, a + other);
    }
  }

  #choosePivot(a: number, b: number): { readonly pivot: number; readonly hint: 'increasing' | 'decreasing' | 'unknown' } {
    const length = b - a;
    const quarter = Math.floor(length / 4);
    let swaps = 0;
    const order = (i: number, j: number): [number, number] => {
      if (!this.#before(j, i)) return [i, j];
      swaps++;
      return [j, i];
    };
    const median = (first: number, second: number, third: number): number => {
      let [x, y, z] = [first, second, third];
      [x, y] = order(x, y);
      [y, z] = order(y, z);
      [x, y] = order(x, y);
      return y;
    };
    let [i, j, k] = [a + quarter, a + quarter * 2, a + quarter * 3];
    if (length >= 50) [i, j, k] = [median(i - 1, i, i + 1), median(j - 1, j, j + 1), median(k - 1, k, k + 1)];
    if (length >= 8) j = median(i, j, k);
    return { pivot: j, hint: swaps === 0 ? 'increasing' : swaps === 12 ? 'decreasing' : 'unknown' };
  }

  #reverse(a: number, b: number): void {
    for (let i = a, j = b - 1; i < j; i++, j--) this.#swap(i, j);
  }

  /** Sorts what is nearly sorted; false when it gave up. */
  #partialInsertion(a: number, b: number): boolean {
    let i = a + 1;
    for (let step = 0; step < 5; step++) {
      while (i < b && !this.#before(i, i - 1)) i++;
      if (i === b) return true;
      if (b - a < 50) return false;
      this.#swap(i, i - 1);
      if (i - a >= 2) for (let j = i - 1; j >= 1 && this.#before(j, j - 1); j--) this.#swap(j, j - 1);
      if (b - i >= 2) for (let j = i + 1; j < b && this.#before(j, j - 1); j++) this.#swap(j, j - 1);
    }
    return false;
  }

  #partition(a: number, b: number, pivot: number): { readonly mid: number; readonly already: boolean } {
    this.#swap(a, pivot);
    let [i, j, already] = [a + 1, b - 1, true];
    for (;;) {
      while (i <= j && this.#before(i, a)) i++;
      while (i <= j && !this.#before(j, a)) j--;
      if (i > j) break;
      already = false;
      this.#swap(i++, j--);
    }
    this.#swap(j, a);
    return { mid: j, already };
  }

  #partitionEqual(a: number, b: number, pivot: number): number {
    this.#swap(a, pivot);
    let [i, j] = [a + 1, b - 1];
    for (;;) {
      while (i <= j && !this.#before(a, i)) i++;
      while (i <= j && this.#before(a, j)) j--;
      if (i > j) return i;
      this.#swap(i++, j--);
    }
  }
}
