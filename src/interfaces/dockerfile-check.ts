/** What is wrong with one instruction by itself (buildkit frontend/dockerfile/parser/line_parsers.go, instructions/parse.go, dockerfile2llb/convert_expose.go). */
import { type Instruction, jsonForm, words } from './dockerfile-words.ts';

/** What the line's own parser refuses, which says no line; undefined when nothing is wrong. */
export function parserProblem({ name, text }: Instruction): string | undefined {
  if ((name === 'ENV' || name === 'LABEL') && text !== '') return pairProblem(name, text);
  if (!jsonNames.has(name) || !text.startsWith('[') || jsonForm(text)) return undefined;
  return isArrayOfOthers(text) ? 'when using JSON array syntax, arrays must be comprised of strings only' : undefined;
}

const jsonNames: ReadonlySet<string> = new Set(['ADD', 'CMD', 'COPY', 'ENTRYPOINT', 'RUN', 'SHELL', 'VOLUME']);

function pairProblem(name: string, text: string): string | undefined {
  const all = words(text);
  if (all[0] !== undefined && !all[0].includes('=')) return all.length < 2 ? `${name} must have two arguments` : undefined;
  const odd = all.find((word) => !word.includes('='));
  return odd === undefined ? undefined : `Syntax error - can't find = in ${JSON.stringify(odd)}. Must be of the form: name=value`;
}

function isArrayOfOthers(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

const oneArgument: ReadonlySet<string> = new Set(['MAINTAINER', 'STOPSIGNAL', 'USER', 'WORKDIR']);
const someArguments: ReadonlySet<string> = new Set(['ARG', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'ONBUILD', 'SHELL', 'VOLUME']);

/** Flags that take a value, and those that are switches. */
const flagsOf: Readonly<Record<string, { readonly valued: string; readonly switches?: string }>> = {
  ADD: { valued: 'chown chmod checksum exclude', switches: 'link keep-git-dir unpack' },
  COPY: { valued: 'chown from chmod exclude', switches: 'link parents' },
  FROM: { valued: 'platform' },
  HEALTHCHECK: { valued: 'interval timeout start-period start-interval retries' },
  RUN: { valued: 'mount network security device' },
};

/** What stands behind `dockerfile parse error on line N:`. */
export function instructionProblem(instruction: Instruction): string | undefined {
  const { name, text } = instruction;
  if (text === '' && oneArgument.has(name)) return `${name} requires exactly one argument`;
  if (text === '' && someArguments.has(name)) return `${name} requires at least one argument`;
  return ownProblem(instruction) ?? flagProblem(instruction);
}

function ownProblem({ name, text, heredocs }: Instruction): string | undefined {
  switch (name) {
    case 'ADD':
    case 'COPY':
      if (heredocs.length > 0 || (jsonForm(text) ?? words(text)).length > 1) return undefined;
      return `${name} requires at least two arguments, but only one was provided. Destination could not be determined`;
    case 'FROM':
      return stageProblem(words(text));
    case 'ONBUILD':
      return triggerProblem((/^\S+/.exec(text)?.[0] ?? '').toUpperCase());
    case 'SHELL':
      return jsonForm(text) ? undefined : 'SHELL requires the arguments to be in JSON form';
    case 'ENV':
    case 'LABEL':
    case 'ARG':
      return words(text).some((word) => word.startsWith('=')) ? `${name} names can not be blank` : undefined;
    case 'VOLUME':
      return (jsonForm(text) ?? words(text)).some((path) => path.trim() === '') ? 'VOLUME specified can not be an empty string' : undefined;
    default:
      return undefined;
  }
}

function stageProblem(args: readonly string[]): string | undefined {
  const [, as, name = ''] = args;
  if (args.length === 3 && as?.toLowerCase() === 'as')
    return /^[a-z][a-z0-9-_.]*$/.test(name.toLowerCase())
      ? undefined
      : `invalid name for build stage: ${JSON.stringify(name)}, name can't start with a number or contain symbols`;
  return args.length === 1 ? undefined : 'FROM requires either one or three arguments';
}

function triggerProblem(trigger: string): string | undefined {
  if (trigger === 'ONBUILD') return "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed";
  return trigger === 'MAINTAINER' || trigger === 'FROM' ? `${trigger} isn't allowed as an ONBUILD trigger` : undefined;
}

function flagProblem({ name, flags }: Instruction): string | undefined {
  const { valued = '', switches = '' } = flagsOf[name] ?? {};
  for (const [flag, value] of Object.entries(flags)) {
    if (switches.split(' ').includes(flag)) {
      if (!/^(true|false|)$/i.test(value)) return `expecting boolean value for flag --${flag}, not: ${value}`;
    } else if (!valued.split(' ').includes(flag)) return `unknown flag: --${flag}`;
    else if (value === '') return `missing a value on flag: --${flag}`;
    else if (name === 'RUN' && flag === 'network' && !/^(default|none|host)$/.test(value)) return `invalid network mode ${JSON.stringify(value)}`;
    else if (name === 'RUN' && flag === 'security' && !/^(sandbox|insecure)$/.test(value)) return `security ${JSON.stringify(value)} is not valid`;
  }
  return undefined;
}

/** `80`, `8000-8002/udp`: each port by itself with its protocol; or what is wrong. */
export function exposedPorts(all: readonly string[]): readonly string[] | string {
  const found: string[] = [];
  for (const word of all) {
    const [, ports = '', proto = 'tcp'] = /^([^/]*)(?:\/(.*))?$/.exec(word) ?? [];
    const [first = '', last = first] = ports.split('-');
    const valid = (text: string): boolean => /^\d+$/.test(text) && Number(text) <= 65_535;
    if (ports === '') return 'no port specified';
    if (!/^(tcp|udp|sctp)$/i.test(proto)) return `invalid proto: ${proto}`;
    if (!valid(first) || !valid(last) || Number(last) < Number(first)) return `invalid containerPort: ${ports}`;
    for (let port = Number(first); port <= Number(last); port++) found.push(`${port}/${proto.toLowerCase()}`);
  }
  return found;
}

const signals = new Set(
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ'.split(
    ' ',
  ),
);

/** moby/sys signal.ParseSignal. */
export function signalProblem(text: string): string | undefined {
  if (/^\d+$/.test(text)) return Number(text) === 0 || Number(text) > 64 ? `invalid signal: ${text}` : undefined;
  const name = text.toUpperCase().replace(/^SIG/, '');
  return signals.has(name) || /^RTM(IN(\+\d+)?|AX(-\d+)?)$/.test(name) ? undefined : `invalid signal: ${text}`;
}
