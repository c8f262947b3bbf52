/** What a shell variable can hold: a text, an indexed array, an associative array. */
import { ShellError } from './flow.ts';

/** `a=(…)`: sparse, in order of its indexes. */
export class IndexedArray {
  /** False for one that is only declared. */
  assigned = true;
  readonly #values = new Map<number, string>();
  #sorted = true;
  #last = -1;

  static from(items: readonly string[]): IndexedArray {
    const array = new IndexedArray();
    for (const [index, item] of items.entries()) array.set(index, item);
    return array;
  }
  get(index: number): string | undefined {
    return this.#values.get(index < 0 ? this.next + index : index);
  }
  set(index: number, value: string): void {
    const at = index < 0 ? this.next + index : index;
    if (at < 0) throw new ShellError(`[${index}]: bad array subscript`);
    if (at < this.#last && !this.#values.has(at)) this.#sorted = false;
    if (at > this.#last) this.#last = at;
    this.#values.set(at, value);
  }
  delete(index: number): void {
    const at = index < 0 ? this.next + index : index;
    this.#values.delete(at);
    if (at === this.#last) this.#last = Math.max(-1, ...this.#values.keys());
  }
  /** The index after the last one. */
  get next(): number {
    return this.#last + 1;
  }
  get size(): number {
    return this.#values.size;
  }
  keys(): number[] {
    const keys = [...this.#values.keys()];
    return this.#sorted ? keys : keys.sort((a, b) => a - b);
  }
  values(): string[] {
    return this.#sorted ? [...this.#values.values()] : this.keys().map((key) => this.#values.get(key) as string);
  }
  copy(): IndexedArray {
    const copy = new IndexedArray();
    for (const key of this.keys()) copy.set(key, this.#values.get(key) as string);
    return copy;
  }
}

/** `declare -A`: keys come in the order of bash's hash table (hashlib.c: FNV-1, 1024 buckets). */
export class AssociativeArray extends Map<string, string> {
  /** False for one that is only declared. */
  assigned = true;
  override keys(): MapIterator<string> {
    const keys = [...super.keys()].map((key, age) => ({ key, age, bucket: bucketOf(key) }));
    return keys
      .sort((a, b) => a.bucket - b.bucket || b.age - a.age)
      .map(({ key }) => key)
      .values() as MapIterator<string>;
  }
}

function bucketOf(key: string): number {
  let hash = 2166136261;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash, 16777619) ^ key.charCodeAt(i);
  return hash & 1023;
}

/** Which of them it is shows in `declare -p`. */
export type VariableValue = string | IndexedArray | AssociativeArray;
