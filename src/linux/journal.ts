/** The journal: what units and the kernel said, newest last. */
import { Condition } from '../sim/routine.ts';

/** One line of `journalctl`; `at` is virtual milliseconds since 1970. */
export type JournalEntry = {
  readonly at: number;
  /** `kubelet.service`; absent for the kernel. */
  readonly unit?: string;
  readonly identifier: string;
  readonly pid: number;
  /** syslog priority: 3 err, 4 warning, 6 info. */
  readonly priority: number;
  readonly message: string;
  /** Further fields of the entry, such as CONTAINER_NAME. */
  readonly fields?: Readonly<Record<string, string>>;
};

const capacity = 20_000;

/** One a node; the oldest tenth goes when 20,000 entries are there. */
export class Journal {
  /** Told of each new entry (`journalctl -f`). */
  readonly added = new Condition();
  readonly entries: JournalEntry[] = [];
  /** How many of the oldest lie in archived files, which can be vacuumed. */
  archived = 0;

  write(entry: JournalEntry): void {
    this.entries.push(entry);
    if (this.entries.length > capacity) this.drop(capacity / 10);
    this.added.notify();
  }

  /** Takes the oldest away. */
  drop(count: number): void {
    this.entries.splice(0, count);
    this.archived = Math.max(0, this.archived - count);
  }
}
