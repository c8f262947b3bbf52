/** Probes of checks: small requests made inside the world, by a process of the place they start from. */
import type { Cluster } from '../cluster/cluster.ts';
import { Sink } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import { sleep } from '../sim/routine.ts';

type ProbeRequest = { readonly from: string; readonly http?: string; readonly dns?: string; readonly tcp?: string };
/** `found` is what came back, for the learner to read. */
type ProbeResult = { readonly ok: boolean; readonly found: string };

/** An answer this old is asked for again. */
const freshFor = 2_000;
/** More of an answer is not kept. */
const longestAnswer = 256 * 1024;

/** Runs probes in the background of the world and keeps their last answers. */
export class Probes {
  readonly #cluster: Cluster;
  readonly #running = new Map<string, { process: Process; output: string; startedAt: number }>();
  readonly #results = new Map<string, ProbeResult & { readonly at: number }>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** The last answer that was fetched, without asking anew: what leaves the world as it is. */
  known(probe: ProbeRequest): ProbeResult | undefined {
    return this.#results.get(JSON.stringify(probe));
  }

  /** The answer, or undefined while it is under way. */
  run(probe: ProbeRequest): ProbeResult | undefined {
    const key = JSON.stringify(probe);
    const running = this.#running.get(key);
    if (running && running.process.exitStatus !== undefined) {
      this.#results.set(key, { ok: running.process.exitStatus === 0, found: running.output.trim(), at: this.#cluster.sim.now });
      this.#running.delete(key);
      // Something happens when the answer has grown old, so that a world where nothing else does is looked at again.
      this.#cluster.sim.go(sleep(freshFor + 1), 'probe');
    }
    const known = this.#results.get(key);
    if (!this.#running.has(key) && (!known || this.#cluster.sim.now - known.at > freshFor)) this.#start(key, probe);
    return known;
  }

  #start(key: string, probe: ProbeRequest): void {
    const argv =
      probe.http !== undefined
        ? ['curl', '-fsS', '-m', '3', probe.http]
        : probe.dns !== undefined
          ? // `name`, or `name@server` where another than the machine's own is asked.
            ['nslookup', ...probe.dns.split('@')]
          : ['nc', '-z', '-w', '3', ...(probe.tcp ?? '').split(':')];
    const entry = { output: '', startedAt: this.#cluster.sim.now };
    const collect = new Sink((text) => {
      if (entry.output.length < longestAnswer) entry.output += text;
    });
    const process = this.#cluster.openScript(probe.from, ['bash', '-c', argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')], {
      stdin: new Sink(() => {}),
      stdout: collect,
      stderr: collect.retain(),
    });
    this.#running.set(key, Object.assign(entry, { process }));
  }
}
