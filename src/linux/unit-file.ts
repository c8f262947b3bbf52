/** systemd's unit files: sections of `Key=value`, drop-ins, lists that an empty value resets. */

/** What the lab's systemd takes from a `.service` file and its drop-ins; other keys are ignored. */
export type UnitFile = {
  readonly description: string;
  readonly documentation: readonly string[];
  readonly path: string;
  readonly dropIns: readonly string[];
  readonly type: string;
  readonly execStart: string;
  readonly execStartPre: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Paths; a leading `-` says that the file may be missing. */
  readonly environmentFiles: readonly string[];
  readonly restart: 'no' | 'always' | 'on-failure';
  /** RestartSec; 100 unless set. */
  readonly restartMilliseconds: number;
  /** `process`: the unit's other processes live on when it is stopped (containerd's shims). */
  readonly killMode: 'control-group' | 'process' | 'mixed';
  readonly wantedBy: readonly string[];
  /** So many starts within startLimitMilliseconds; one more fails with `start-limit-hit`. */
  readonly startLimitBurst: number;
  readonly startLimitMilliseconds: number;
};

type Values = Map<string, string[]>;

/** `texts` are the unit's own file and its drop-ins, in order. */
export function parseUnit(path: string, texts: readonly { readonly path: string; readonly text: string }[]): UnitFile {
  const values: Values = new Map();
  for (const { text } of texts) readInto(values, text);
  const last = (key: string, otherwise = ''): string => values.get(key)?.at(-1) ?? otherwise;
  const restart = last('Service.Restart', 'no');
  const killMode = last('Service.KillMode', 'control-group');
  return {
    path,
    dropIns: texts.slice(1).map((each) => each.path),
    description: last('Unit.Description', path.slice(path.lastIndexOf('/') + 1)),
    documentation: values.get('Unit.Documentation') ?? [],
    type: last('Service.Type', 'simple'),
    execStart: last('Service.ExecStart'),
    execStartPre: values.get('Service.ExecStartPre') ?? [],
    environment: Object.fromEntries((values.get('Service.Environment') ?? []).flatMap(assignments)),
    environmentFiles: values.get('Service.EnvironmentFile') ?? [],
    restart: restart === 'always' || restart === 'on-failure' ? restart : 'no',
    restartMilliseconds: seconds(last('Service.RestartSec'), 100),
    killMode: killMode === 'process' || killMode === 'mixed' ? killMode : 'control-group',
    wantedBy: (values.get('Install.WantedBy') ?? []).flatMap((each) => each.split(/\s+/)),
    startLimitBurst: Number(last('Unit.StartLimitBurst', '5')),
    startLimitMilliseconds: seconds(last('Unit.StartLimitIntervalSec', last('Unit.StartLimitInterval', last('Service.StartLimitInterval'))), 10_000),
  };
}

function readInto(values: Values, text: string): void {
  let section = '';
  for (const raw of text.replace(/\\\n/g, ' ').split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const head = /^\[(.+)\]$/.exec(line);
    if (head) {
      section = head[1] as string;
      continue;
    }
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const key = `${section}.${line.slice(0, equals).trim()}`;
    const value = line.slice(equals + 1).trim();
    if (value === '') values.delete(key);
    else values.set(key, [...(values.get(key) ?? []), value]);
  }
}

/** `A=1 "B=two words"` */
export function assignments(text: string): [string, string][] {
  return splitWords(text).flatMap((word) => {
    const equals = word.indexOf('=');
    return equals > 0 ? [[word.slice(0, equals), word.slice(equals + 1)] as [string, string]] : [];
  });
}

/** Words as systemd splits them: blanks, with quotes around what has some. */
export function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|[^\s"']+)+/g)].map((match) =>
    match[0].replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_all, double?: string, single?: string) => (double ?? single ?? '').replace(/\\(.)/g, '$1')),
  );
}

function seconds(text: string, otherwise: number): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min)?$/.exec(text);
  if (!match) return text === 'infinity' ? Number.POSITIVE_INFINITY : otherwise;
  return Number(match[1]) * (match[2] === 'ms' ? 1 : match[2] === 'min' ? 60_000 : 1000);
}
