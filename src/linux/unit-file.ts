/** systemd's unit files: sections of `Key=value`, drop-ins, lists that an empty value resets. */
import { remembered } from '../sim/remembered.ts';
import { ignoredBecause, isSection } from './unit-keys.ts';

/** What the lab's systemd takes from a `.service` file and its drop-ins; other keys are ignored. */
export type UnitFile = {
  readonly description: string;
  readonly documentation: readonly string[];
  readonly path: string;
  readonly dropIns: readonly string[];
  readonly type: string;
  readonly execStart: string;
  /** Every command of a key: ExecStart, ExecStartPre, ExecStop, ExecReload. */
  commands(key: string): readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Paths; a leading `-` says that the file may be missing. */
  readonly environmentFiles: readonly string[];
  readonly restart: string;
  /** RestartSec; 100 unless set. */
  readonly restartMilliseconds: number;
  /** `process`: the unit's other processes live on when it is stopped (containerd's shims). */
  readonly killMode: 'control-group' | 'process' | 'mixed';
  readonly wantedBy: readonly string[];
  /** So many starts within startLimitMilliseconds; one more fails with `start-limit-hit`. */
  readonly startLimitBurst: number;
  readonly startLimitMilliseconds: number;
  readonly remainAfterExit: boolean;
  readonly timeoutStartMilliseconds: number;
  readonly timeoutStopMilliseconds: number;
  readonly user: string;
  readonly workingDirectory: string;
  /** The last value of a key, as written: `get('Unit.After')`. */
  get(key: string): string;
  /** What was ignored, with file and line. */
  readonly warnings: readonly string[];
  /** Why systemd refuses to have it at all. */
  readonly refusal?: string;
  /** All that it was read from, to know whether the files have changed since. */
  readonly source: string;
};

type Values = Map<string, string[]>;

type Text = { readonly path: string; readonly text: string };

/** `texts` are the unit's own file and its drop-ins, in order. Machines have the same ones: each is read once. */
export const parseUnit = (path: string, texts: readonly Text[]): UnitFile => parsed(JSON.stringify([path, texts]));

const parsed = remembered((asked: string): UnitFile => parse(...(JSON.parse(asked) as [string, readonly Text[]])));

function parse(path: string, texts: readonly Text[]): UnitFile {
  const values: Values = new Map();
  const warnings = texts.flatMap((each) => readInto(values, each));
  const last = (key: string, otherwise = ''): string => values.get(key)?.at(-1) ?? otherwise;
  const all = (key: string): readonly string[] => values.get(key) ?? [];
  const killMode = last('Service.KillMode', 'control-group');
  const type = last('Service.Type', all('Service.ExecStart').length > 0 ? 'simple' : 'oneshot');
  const refusal = refusalOf(type, last('Service.Restart', 'no'), all);
  const timeout = last('Service.TimeoutSec', '90');
  return {
    path,
    dropIns: texts.slice(1).map((each) => each.path),
    description: last('Unit.Description', path.slice(path.lastIndexOf('/') + 1)),
    documentation: all('Unit.Documentation'),
    type,
    execStart: last('Service.ExecStart'),
    commands: (key) => all(`Service.${key}`),
    environment: Object.fromEntries(all('Service.Environment').flatMap(assignments)),
    environmentFiles: all('Service.EnvironmentFile'),
    restart: last('Service.Restart', 'no'),
    restartMilliseconds: milliseconds(last('Service.RestartSec'), 100),
    killMode: killMode === 'process' || killMode === 'mixed' ? killMode : 'control-group',
    wantedBy: all('Install.WantedBy').flatMap((each) => each.split(/\s+/)),
    startLimitBurst: Number(last('Unit.StartLimitBurst', last('Service.StartLimitBurst', '5'))),
    startLimitMilliseconds: milliseconds(last('Unit.StartLimitIntervalSec', last('Unit.StartLimitInterval', last('Service.StartLimitInterval'))), 10_000),
    remainAfterExit: /^(1|yes|y|true|t|on)$/i.test(last('Service.RemainAfterExit')),
    timeoutStartMilliseconds: milliseconds(last('Service.TimeoutStartSec', type === 'oneshot' ? 'infinity' : timeout), 90_000) || Number.POSITIVE_INFINITY,
    timeoutStopMilliseconds: milliseconds(last('Service.TimeoutStopSec', timeout), 90_000) || Number.POSITIVE_INFINITY,
    user: last('Service.User'),
    workingDirectory: last('Service.WorkingDirectory', '/'),
    get: (key) => all(key).join(' '),
    warnings,
    ...(refusal === undefined ? {} : { refusal }),
    source: sourceOf(texts),
  };
}

/** What tells whether files have changed. */
export const sourceOf = (texts: readonly Text[]): string => texts.map(({ path, text }) => `${path}\n${text}`).join('\n');

/** service_verify (systemd src/core/service.c). */
function refusalOf(type: string, restart: string, all: (key: string) => readonly string[]): string | undefined {
  const starts = all('Service.ExecStart').length;
  if (starts === 0 && all('Service.ExecStop').length === 0) return 'Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.';
  if (type !== 'oneshot' && starts === 0) return 'Service has no ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.';
  if (type !== 'oneshot' && starts > 1) return 'Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.';
  if (type === 'oneshot' && /^(always|on-success)$/.test(restart))
    return "Service has Restart= set to either always or on-success, which isn't allowed for Type=oneshot services. Refusing.";
  return undefined;
}

function readInto(values: Values, { path, text }: Text): string[] {
  const warnings: string[] = [];
  let section = '';
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const number = at + 1;
    const warn = (what: string): void => void warnings.push(`${path}:${number}: ${what}`);
    let line = (lines[at] ?? '').trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    while (line.endsWith('\\') && at + 1 < lines.length) line = `${line.slice(0, -1)} ${(lines[++at] ?? '').trim()}`;
    const head = /^\[(.*?)\]?$/.exec(line);
    if (head) {
      section = head[1] as string;
      if (!line.endsWith(']')) warn(`Invalid section header '${line}'`);
      else if (!isSection(section) && !section.startsWith('X-')) warn(`Unknown section '${section}'. Ignoring.`);
      continue;
    }
    const equals = line.indexOf('=');
    if (section === '') warn('Assignment outside of section. Ignoring.');
    else if (equals < 0) warn("Missing '=', ignoring line.");
    else if (isSection(section)) {
      const [key, value] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
      const ignored = ignoredBecause(section, key, value);
      if (ignored !== undefined) warn(ignored);
      else put(values, `${section}.${key}`, value);
    }
  }
  return warnings;
}

function put(values: Values, key: string, value: string): void {
  if (value === '') values.delete(key);
  else values.set(key, [...(values.get(key) ?? []), value]);
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

const units: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `90`, `1min 30s`, `infinity`. */
function milliseconds(text: string, otherwise: number): number {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)/g)];
  return parts.length === 0 ? otherwise : parts.reduce((sum, [, number, unit]) => sum + Number(number) * (units[unit || 's'] ?? 1000), 0);
}
