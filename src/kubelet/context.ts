/** What every part of the kubelet stands on. */
import type { Pod } from '../api/types.ts';
import { dateTime } from '../apimachinery/time.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/recorder.ts';
import type { CriServer } from '../interfaces/cri.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Sim } from '../sim/sim.ts';
import type { KubeletConfig } from './config.ts';
import type { KubeletCounters } from './server/metrics.ts';

/** Made once a kubelet; `cri()` dials the runtime anew and throws CriError while nobody answers. */
export type Context = {
  /** What is wrong with a static pod, field by field. */
  readonly validatePod?: (pod: Pod) => readonly string[];
  readonly sim: Sim;
  readonly kernel: Kernel;
  /** The node's files, seen as root. */
  readonly fs: FileSystem;
  readonly nodeName: string;
  readonly nodeIp: string;
  readonly config: KubeletConfig;
  /** The container runtime behind its socket; throws CriError Unavailable when it cannot be reached. */
  readonly cri: () => CriServer;
  /** What the runtime calls itself: the scheme of container ids in statuses, `containerd` of `containerd://…`. */
  readonly runtimeName: string;
  /** 35 of `v1.35.6`. */
  readonly minor: number;
  readonly client: () => Client;
  readonly recorder: EventRecorder;
  readonly klog: Klog;
  readonly counters: KubeletCounters;
};

type Value = string | number | boolean | readonly string[];
type Values = Readonly<Record<string, Value>>;

/** klog's structured lines, as `journalctl -u kubelet` shows them. */
export class Klog {
  readonly #sim: Sim;
  readonly #clock: () => number;
  readonly #pid: number;
  readonly #write: (text: string) => void;
  #last = { at: 0, micros: 0 };

  /** `clock` is what the node takes for the time. */
  constructor(sim: Sim, pid: number, write: (text: string) => void, clock: () => number = () => sim.now) {
    this.#sim = sim;
    this.#clock = clock;
    this.#pid = pid;
    this.#write = write;
  }

  /** `where` is the upstream file and line. */
  info(where: string, message: string, values: Values = {}): void {
    this.#line('I', where, message, values);
  }

  warning(where: string, message: string, values: Values = {}): void {
    this.#line('W', where, message, values);
  }

  error(where: string, message: string, error: string, values: Values = {}): void {
    this.#line('E', where, message, { err: error, ...values });
  }

  /** Of lines in the same millisecond the later has the greater number. */
  #microsAt(now: number): number {
    const { at, micros } = this.#last;
    const drawn = this.#sim.random.int(1000);
    this.#last = { at: now, micros: at === now ? Math.min(999, micros + 1 + (drawn % 50)) : drawn % 500 };
    return this.#last.micros;
  }

  #line(level: string, where: string, message: string, values: Values): void {
    const now = this.#clock();
    const [date = '', time = ''] = timeParts(now);
    const micros = String(this.#microsAt(Math.floor(now))).padStart(3, '0');
    const pairs = Object.entries(values).map(
      ([key, value]) => ` ${key}=${typeof value === 'string' || typeof value === 'object' ? JSON.stringify(value) : value}`,
    );
    this.#write(`${level}${date} ${time}${micros} ${String(this.#pid).padStart(7)} ${where}] ${JSON.stringify(message)}${pairs.join('')}`);
  }
}

/** `1122`, `13:31:09.790` of a moment. */
function timeParts(now: number): string[] {
  const text = dateTime(now);
  return [text.slice(5, 7) + text.slice(8, 10), `${text.slice(11)}.${String(Math.floor(now) % 1000).padStart(3, '0')}`];
}
