/** Prometheus' text format (version 0.0.4) and what is counted for it: kubernetes component-base/metrics. */

/** `labels` are in the text form, without braces; '' for none. */
export type Sample = readonly [labels: string, value: number];
/** One metric with its HELP and TYPE lines. */
export type Family = {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** `ALPHA`, `BETA` or `STABLE` before the help; families of the Go runtime and of others than Kubernetes have none. */
  readonly stability?: 'ALPHA' | 'BETA' | 'STABLE';
  readonly samples: Iterable<Sample>;
};

/** Of the answer to GET /metrics. */
export const metricsHeaders: Readonly<Record<string, string>> = Object.freeze({
  'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
});

/** A number for each set of labels; counting is one addition. */
export class Counter implements Iterable<Sample> {
  readonly #values = new Map<string, number>();

  inc(labels = '', by = 1): void {
    this.#values.set(labels, (this.#values.get(labels) ?? 0) + by);
  }

  [Symbol.iterator](): Iterator<Sample> {
    return [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1))[Symbol.iterator]();
  }
}

/** `a="1",b="x"` */
export const labelsText = (labels: Readonly<Record<string, string | number>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${String(value).replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))}"`)
    .join(',');

/** One number without labels. */
export const single = (value: number): readonly Sample[] => [['', value]];

/** All families that have something to say, by name. */
export const exposition = (families: readonly Family[]): string =>
  [...families]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, help, stability, samples }) => {
      const lines = [...samples].map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${floatText(value)}\n`).join('');
      return lines === '' ? '' : `# HELP ${name} ${stability ? `[${stability}] ` : ''}${help}\n# TYPE ${name} ${type}\n${lines}`;
    })
    .join('');

/** strconv.FormatFloat(value, 'g', -1, 64): an exponent from 1e+06 on, as in `2.62144e+08`. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-4 && size < 1e6)) return String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** Labels of kubernetes_build_info. */
export type BuildInfo = Readonly<Record<string, string>>;
/** `startedAt` in virtual milliseconds. */
export type ProcessFacts = { readonly startedAt: number; readonly memoryBytes: number; readonly cpuSeconds: number; readonly openFiles?: number };

/** What every component of Kubernetes says of itself. */
export function processFamilies({ startedAt, memoryBytes, cpuSeconds }: ProcessFacts, build?: BuildInfo): Family[] {
  const own: Family[] = [
    { name: 'process_cpu_seconds_total', type: 'counter', help: 'Total user and system CPU time spent in seconds.', samples: single(cpuSeconds) },
    { name: 'process_resident_memory_bytes', type: 'gauge', help: 'Resident memory size in bytes.', samples: single(memoryBytes) },
    {
      name: 'process_start_time_seconds',
      type: 'gauge',
      help: 'Start time of the process since unix epoch in seconds.',
      samples: single(Math.floor(startedAt / 10) / 100),
    },
  ];
  if (build === undefined) return own;
  const { buildDate = '', compiler = '', gitCommit = '', gitTreeState = '', gitVersion = '', goVersion = '', major = '', minor = '', platform = '' } = build;
  const labels = {
    build_date: buildDate,
    compiler,
    git_commit: gitCommit,
    git_tree_state: gitTreeState,
    git_version: gitVersion,
    go_version: goVersion,
    major,
    minor,
    platform,
  };
  return [
    ...own,
    { name: 'go_info', type: 'gauge', help: 'Information about the Go environment.', samples: [[labelsText({ version: goVersion }), 1]] },
    {
      name: 'kubernetes_build_info',
      type: 'gauge',
      stability: 'ALPHA',
      help: "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
      samples: [[labelsText(labels), 1]],
    },
  ];
}
