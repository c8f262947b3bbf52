/** Dockerfiles: instructions, and what each does to an image's configuration (buildkit frontend/dockerfile/parser, instructions). */
import { DurationError, parseGoDuration } from '../apimachinery/duration.ts';
import { BuildError } from './buildkit.ts';
import type { ImageConfig } from './distribution.ts';
import { exposedPorts, instructionProblem, parserProblem, signalProblem } from './dockerfile-check.ts';
import { didYouMean, type Instruction, jsonForm, pairs, words } from './dockerfile-words.ts';

export { parseRunMount, type RunMount } from './dockerfile-mount.ts';
export { didYouMean, type Instruction, jsonForm, pairs, substitute, words } from './dockerfile-words.ts';

/** The part of an image's configuration that instructions change. */
export type Config = ImageConfig['config'];
const known = 'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(' ');

/**
 * The whole file in order, comments and blank lines left out. Throws BuildError with the line for an unknown instruction, one without arguments, an
 * open heredoc, or no FROM.
 */
export function parseDockerfile(text: string): Instruction[] {
  const found: Instruction[] = [];
  const lines = text.split(/\r?\n/);
  const more = directives(lines).get('escape') === '`' ? /(^|[^`])`[ \t]*$/ : /(^|[^\\])\\[ \t]*$/;
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let whole = (lines[at] ?? '').trim();
    if (whole === '' || whole.startsWith('#')) continue;
    while (more.test(whole) && at + 1 < lines.length) {
      const next = (lines[++at] ?? '').trimEnd();
      // Comments and empty lines between do not end the instruction.
      if (next.trim() !== '' && !next.trim().startsWith('#')) whole = whole.replace(more, `$1${next.replaceAll('$', '$$$$')}`);
    }
    const heredocs = /^(RUN|COPY|ADD)\s/i.test(whole) ? [...whole.matchAll(/<<(-?)(["']?)(\w+)\2/g)] : [];
    const read = heredocs.map(([, dash, quote, name = '']) => {
      const content: string[] = [];
      const text = (): string => (dash === '-' ? (lines[at] ?? '').replace(/^\t+/, '') : (lines[at] ?? ''));
      for (at++; at < lines.length && text() !== name; at++) content.push(text());
      if (at >= lines.length) throw parseError(line, 'unterminated heredoc');
      return { name, content: content.map((each) => `${each}\n`).join(''), ...(quote === '' ? {} : { quoted: true }) };
    });
    found.push({ ...toInstruction(whole, line), end: at + 1, heredocs: read });
  }
  if (found.length === 0)
    throw text === '' ? new BuildError('the Dockerfile (Dockerfile) cannot be empty') : new BuildError('file with no instructions', [1, 1]);
  for (const each of found) {
    const problem = parserProblem(each);
    if (problem !== undefined) throw new BuildError(problem, [each.line, each.end]);
  }
  check(found);
  return found;
}

/** `# escape=`, `# syntax=`, `# check=`: only before all else. Throws BuildError. */
export function directives(lines: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [i, line] of lines.entries()) {
    const [, name = '', value = ''] = /^\s*#\s*(syntax|escape|check)\s*=\s*(.+?)\s*$/i.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key === '') return found;
    if (found.has(key)) throw parseError(i + 1, `only one ${key} parser directive can be used`);
    if (key === 'escape' && value !== '\\' && value !== '`') throw parseError(i + 1, `invalid escape token '${value}' does not match \` or \\`);
    found.set(key, value);
  }
  return found;
}

/** instructions.Parse: each by itself, in order. */
function check(found: readonly Instruction[]): void {
  let stages = 0;
  for (const each of found) {
    const { name, line } = each;
    if (!known.includes(name)) throw parseError(line, `unknown instruction: ${name}${didYouMean(name, known)}`);
    const problem = instructionProblem(each);
    if (problem !== undefined) throw parseError(line, problem);
    if (name === 'HEALTHCHECK') configure({}, each);
    if (name === 'FROM') stages++;
    else if (stages === 0 && name !== 'ARG') throw new BuildError('no build stage in current context', [line, line]);
  }
}

const parseError = (line: number, text: string): BuildError => new BuildError(`dockerfile parse error on line ${line}: ${text}`, [line, line]);

/** One logical line without its heredocs; never throws. Flags (`--from=…`) are cut off the text for instructions that know them. */
export function toInstruction(whole: string, line: number): Instruction {
  const [, word = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(whole) ?? [];
  const flags: Record<string, string> = {};
  let text = rest;
  for (
    let match = /^--([a-z-]+)(?:=(\S*))?\s+/.exec(text);
    match && ['COPY', 'ADD', 'FROM', 'RUN', 'HEALTHCHECK'].includes(word.toUpperCase());
    match = /^--([a-z-]+)(?:=(\S*))?\s+/.exec(text)
  ) {
    const [, flag = '', value = ''] = match;
    // Some may be given several times: a line each.
    flags[flag] = flags[flag] === undefined ? value : `${flags[flag]}\n${value}`;
    text = text.slice(match[0].length);
  }
  return { line, end: line, name: word.toUpperCase(), text, flags, heredocs: [] };
}

const shell = ['/bin/sh', '-c'];
const command = (text: string, { Shell }: Config): string[] => jsonForm(text) ?? [...(Shell ?? shell), text];

/** Instructions that change the configuration alone; undefined for the others. `keepCmd`: CMD stood in the same stage before ENTRYPOINT. */
export function configure(config: Config, { name, text, flags, line }: Instruction, keepCmd = false): Config | undefined {
  switch (name) {
    case 'ENV': {
      const added = pairs(text);
      const kept = (config.Env ?? []).filter((entry) => !added.some(([key]) => entry.startsWith(`${key}=`)));
      const replaced = (config.Env ?? []).map((entry) => {
        const own = added.find(([key]) => entry.startsWith(`${key}=`));
        return own ? `${own[0]}=${own[1]}` : entry;
      });
      const fresh = added.filter(([key]) => !(config.Env ?? []).some((entry) => entry.startsWith(`${key}=`)));
      return { ...config, Env: [...(kept.length === replaced.length ? kept : replaced), ...fresh.map(([key, value]) => `${key}=${value}`)] };
    }
    case 'LABEL':
      return { ...config, Labels: { ...config.Labels, ...Object.fromEntries(pairs(text)) } };
    case 'CMD':
      return { ...config, Cmd: command(text, config) };
    case 'ENTRYPOINT': {
      const { Cmd: _cmd, ...rest } = config;
      return { ...(keepCmd ? config : rest), Entrypoint: command(text, config) };
    }
    case 'EXPOSE':
      return { ...config, ExposedPorts: { ...config.ExposedPorts, ...Object.fromEntries(exposed(text, line).map((port) => [port, {}])) } };
    case 'USER':
      return { ...config, User: text };
    case 'WORKDIR':
      return { ...config, WorkingDir: text.startsWith('/') ? text : `${(config.WorkingDir ?? '/').replace(/\/$/, '')}/${text}` };
    case 'VOLUME':
      return { ...config, Volumes: { ...config.Volumes, ...Object.fromEntries((jsonForm(text) ?? words(text)).map((path) => [path, {}])) } };
    case 'STOPSIGNAL': {
      const problem = signalProblem(text);
      if (problem !== undefined) throw new BuildError(problem, [line, line]);
      return { ...config, StopSignal: text };
    }
    case 'ARG':
    case 'MAINTAINER':
      return config;
    case 'SHELL': {
      const words = jsonForm(text);
      if (!words) throw parseError(line, 'SHELL requires the arguments to be in JSON form');
      return { ...config, Shell: words };
    }
    case 'ONBUILD':
      return { ...config, OnBuild: [...(config.OnBuild ?? []), text] };
    case 'HEALTHCHECK':
      return { ...config, Healthcheck: healthcheckOf(text, flags, line) };
    default:
      return undefined;
  }
}

export function exposed(text: string, line: number): readonly string[] {
  const ports = exposedPorts(words(text));
  if (typeof ports === 'string') throw new BuildError(ports, [line, line]);
  return ports;
}

/** `docker commit|import --change`. */
export const applyChanges = (config: Config, changes: readonly string[]): Config =>
  changes.reduce((all, change) => {
    const instruction = toInstruction(change, 1);
    const next = configure(all, instruction);
    if (!next) throw new BuildError(`${change.trim().split(/\s/)[0]} is not a valid change command`);
    return next;
  }, config);

/** `HEALTHCHECK [OPTIONS] CMD command`, or NONE. */
function healthcheckOf(text: string, flags: Readonly<Record<string, string>>, line: number): NonNullable<Config['Healthcheck']> {
  const [, kind = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (kind.toUpperCase() === 'NONE') return { Test: ['NONE'] };
  if (kind.toUpperCase() !== 'CMD') throw parseError(line, `Unknown type ${JSON.stringify(kind)} in HEALTHCHECK (try CMD)`);
  if (rest === '') throw parseError(line, 'Missing command after HEALTHCHECK CMD');
  const nanos = (name: string, key: string): Record<string, number> => {
    const value = flags[name];
    if (value === undefined) return {};
    try {
      return { [key]: parseGoDuration(value) * 1e6 };
    } catch (error) {
      if (error instanceof DurationError) throw parseError(line, error.message);
      throw error;
    }
  };
  const form = jsonForm(rest);
  return {
    Test: form ? ['CMD', ...form] : ['CMD-SHELL', rest],
    ...nanos('interval', 'Interval'),
    ...nanos('timeout', 'Timeout'),
    ...nanos('start-period', 'StartPeriod'),
    ...nanos('start-interval', 'StartInterval'),
    ...(flags['retries'] === undefined ? {} : { Retries: Number(flags['retries']) }),
  };
}
