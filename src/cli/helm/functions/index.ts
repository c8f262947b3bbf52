/** All that a template of a chart may call, but for what needs the other templates: helm pkg/engine/funcs.go, Masterminds/sprig. */
import { formatGoDuration, parseGoDuration } from '../../../apimachinery/duration.ts';
import { FunctionError, type TemplateFunction, templateFunctions } from '../../../apimachinery/go-template.ts';
import { goJson } from '../../../apimachinery/go-text.ts';
import { parseJsonStream, sortedJson, sortKeys } from '../../../apimachinery/json.ts';
import { parseLayout } from '../../../apimachinery/time.ts';
import { dumpOrderedYaml, dumpYaml, parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import type { Random } from '../../../sim/random.ts';
import { compareVersions, parseConstraint, parseVersion, versionText } from '../semver.ts';
import { dataFunctions } from './data.ts';
import { regexTable, textFunctions } from './text.ts';
import { type FunctionTable, flattened, floats, GoTime, isMap, layout, mustBeFew, plainData, textOf, toFloat, toInt } from './types.ts';

const trimmed = (text: string): string => text.replace(/\n$/, '');
const toYaml = (value: unknown): string => trimmed(dumpYaml(plainData(value)));
const toJson = (value: unknown): string => sortedJson(plainData(value));

function fromYaml(text: string, list: boolean): unknown {
  try {
    const value = text.trim() === '' ? null : parseYaml(text);
    if (value === null) return list ? [] : {};
    if (list ? Array.isArray(value) : isMap(value)) return floats(value);
    const kind = Array.isArray(value) ? 'array' : isMap(value) ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value;
    return failed(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type ${list ? '[]interface {}' : 'map[string]interface {}'}`,
      list,
    );
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return failed(error.message, list);
  }
}

function fromJson(text: string, list: boolean): unknown {
  const value = decoded(text);
  if (value instanceof FunctionError) return failed(value.message, list);
  if (list ? Array.isArray(value) : isMap(value)) return floats(value);
  return failed(`json: cannot unmarshal ${typeof value} into Go value of type ${list ? '[]interface {}' : 'map[string]interface {}'}`, list);
}

/** The value, or what is wrong with the text. */
function decoded(text: string): unknown {
  const { values, error } = parseJsonStream(text);
  return error || values.length !== 1 ? new FunctionError(error?.message ?? 'unexpected end of JSON input') : values[0];
}

function mustFromJson(text: string): unknown {
  const value = decoded(text);
  if (value instanceof FunctionError) throw value;
  return floats(value);
}

const failed = (message: string, list: boolean): unknown => (list ? [message] : { Error: message });

function toToml(value: unknown): string {
  const write = (map: Record<string, unknown>, prefix: string): string => {
    const entries = Object.entries(map).filter(([, item]) => item !== null);
    const scalars = entries.filter(([, item]) => !isMap(item)).map(([key, item]) => `${key} = ${goJson(item)}\n`);
    const tables = entries.flatMap(([key, item]) =>
      isMap(item) ? [`\n[${prefix}${key}]\n${write(item, `${prefix}${key}.`).replace(/^(?=[^[\n])/gm, '  ')}`] : [],
    );
    return scalars.join('') + tables.join('').replace(scalars.length === 0 ? /^\n/ : /^$^/, '');
  };
  return isMap(value) ? write(sortKeys(plainData(value)) as Record<string, unknown>, '') : '';
}

const parsed = (text: string) => {
  const version = parseVersion(text);
  if (!version) throw new FunctionError('invalid semantic version');
  return version;
};

function semver(text: string): unknown {
  const version = parsed(text);
  const [Major, Minor, Patch] = version.numbers;
  return {
    Major,
    Minor,
    Patch,
    Prerelease: version.prerelease,
    Metadata: version.metadata,
    Original: text,
    Compare: (other: unknown) => compareVersions(version, parsed(textOf(other))),
    String: () => versionText(version),
  };
}

function semverCompare(constraint: string, text: string): boolean {
  const test = parseConstraint(constraint);
  if (!test) throw new FunctionError(`improper constraint: ${constraint}`);
  return test(parsed(text));
}

/** Values that are not there are nil pointers here. */
const ofNil =
  (name: 'index' | 'len', message: string): TemplateFunction =>
  (value, ...more) => {
    try {
      return templateFunctions[name]?.(value, ...more);
    } catch (error) {
      if (error instanceof FunctionError && / untyped nil$| zero Value$/.test(error.message)) throw new FunctionError(message);
      throw error;
    }
  };

const letters = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';

/** `now`: virtual milliseconds; `random`: the world's. */
export function chartFunctions(now: number, random: Random): Record<string, TemplateFunction> {
  const timeOf = (value: unknown): number =>
    value instanceof GoTime ? value.ms : typeof value === 'number' || value instanceof Number ? Number(value) * 1000 : now;
  const absent = (name: string) => () => {
    throw new FunctionError(`k8s-lab: the template function ${name} is not simulated`);
  };
  const seconds = (value: unknown): number => (typeof value === 'string' && /[a-z]/.test(value) ? parseGoDuration(value) / 1000 : toFloat(value));
  const date = (pattern: string, value: unknown): string => layout(timeOf(value), pattern);
  const toDate = (pattern: string, text: string): GoTime => {
    try {
      return new GoTime(parseLayout(text, pattern));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new FunctionError(error.message);
    }
  };
  const drawn =
    (draw: (count: number) => string) =>
    (count: number): string => {
      mustBeFew(count);
      return draw(count);
    };
  const chance: FunctionTable = {
    i: {
      randAlphaNum: drawn((count) => random.text(letters + letters.toUpperCase() + digits, count)),
      randAlpha: drawn((count) => random.text(letters + letters.toUpperCase(), count)),
      randNumeric: drawn((count) => random.text(digits, count)),
      randAscii: drawn((count) => Array.from({ length: count }, () => String.fromCharCode(32 + random.int(95))).join('')),
      randBytes: drawn((count) => Buffer.from(Array.from({ length: count }, () => random.int(256))).toString('base64')),
    },
    ii: { randInt: (from: number, to: number) => from + random.int(Math.max(1, to - from)) },
    s: { shuffle: (text: string) => [...text].sort(() => random.next() - 0.5).join('') },
    '': { uuidv4: () => random.uuid(), now: () => new GoTime(now) },
  };
  const dates: FunctionTable = {
    sa: { date },
    sas: { dateInZone: (pattern: string, value: unknown) => date(pattern, value), date_in_zone: (pattern: string, value: unknown) => date(pattern, value) },
    a: {
      htmlDate: (value: unknown) => date('2006-01-02', value),
      unixEpoch: (value: unknown) => String(Math.floor(timeOf(value) / 1000)),
      ago: (value: unknown) => formatGoDuration(Math.round((now - timeOf(value)) / 1000) * 1000),
      duration: (value: unknown) => formatGoDuration(value instanceof Number ? 0 : toInt(value) * 1000),
      durationRound: (value: unknown) => roundedDuration(value instanceof GoTime ? (now - value.ms) / 1000 : seconds(value)),
      durationSeconds: seconds,
    },
    ss: { toDate, mustToDate: toDate, semverCompare },
    s: { semver },
  };
  const coding: FunctionTable = {
    a: {
      ...{ toYaml, mustToYaml: toYaml, toYamlPretty: (value: unknown) => trimmed(dumpOrderedYaml(sortKeys(plainData(value)), 2)) },
      ...{ toJson, mustToJson: toJson, toRawJson: (value: unknown) => JSON.stringify(sortKeys(plainData(value))), toToml },
      ...{ toPrettyJson: (value: unknown) => sortedJson(plainData(value), 2), mustToPrettyJson: (value: unknown) => sortedJson(plainData(value), 2) },
    },
    s: {
      ...{ fromYaml: (text: string) => fromYaml(text, false), fromYamlArray: (text: string) => fromYaml(text, true) },
      ...{
        fromJson: (text: string) => fromJson(text, false),
        fromJsonArray: (text: string) => fromJson(text, true),
        mustFromJson,
      },
    },
    sa: { dateModify: (change: string, value: unknown) => new GoTime(timeOf(value) + parseGoDuration(change.replace(/^\+/, ''))) },
  };
  const none =
    'genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey genPrivateKey buildCustomCert derivePassword htpasswd bcrypt encryptAES decryptAES urlParse urlJoin fromToml b32dec';
  return {
    ...templateFunctions,
    index: ofNil('index', 'index of nil pointer'),
    len: ofNil('len', 'len of nil pointer'),
    ...flattened(textFunctions, regexTable, dataFunctions, chance, dates, coding),
    ...Object.fromEntries(none.split(' ').map((name) => [name, absent(name)])),
  };
}

/** `2h10m5s` is `2h`. */
const roundedDuration = (value: number): string => {
  const units: readonly (readonly [string, number])[] = [
    ['y', 31_536_000],
    ['mo', 2_592_000],
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ];
  const [unit, length] = units.find(([, size]) => Math.abs(value) >= size) ?? ['s', 1];
  return `${Math.floor(Math.abs(value) / length)}${unit}`;
};
