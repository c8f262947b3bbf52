/** What the learner ran, in parsed form: from the processes that really started, never from the typed text. */

import { findResource } from '../apimachinery/resources.ts';
import type { CommandPattern } from '../lessons/lesson.ts';
import { own } from '../sim/own.ts';

/** A process that ran, whoever typed it and in whatever shell. */
export type CommandRecord = {
  readonly node: string;
  readonly argv: readonly string[];
  readonly tool: string;
  readonly verb: string;
  /** Singular or plural as typed, resolved to the plural where it is one. */
  readonly resource: string;
  readonly names: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean>>;
  /** It ran in a container, where somebody had gone in. */
  readonly contained?: boolean;
  /** Which of the typed lines set it off, counted from 1. */
  readonly line?: number;
  /** undefined while it runs; 0 of a shell that lines were typed into. */
  readonly status: number | undefined;
};

/** Flags before the verb that take a value: without them the value would be read as the verb. */
const globalFlags: Readonly<Record<string, readonly string[]>> = {
  kubectl: [
    '-n',
    '--namespace',
    '--context',
    '--cluster',
    '--user',
    '--kubeconfig',
    '-s',
    '--server',
    '--as',
    '--as-group',
    '--token',
    '--request-timeout',
    '-v',
    '--v',
    '-o',
    '--output',
    '-l',
    '--selector',
    '-f',
    '--filename',
    '-c',
    '--container',
    '--image',
    '--replicas',
    '--for',
    '--timeout',
    '--sort-by',
    '--field-selector',
  ],
  crictl: ['-r', '--runtime-endpoint', '-i', '--image-endpoint', '-c', '--config', '-t', '--timeout', '-o', '--output', '--name', '--state', '--label'],
  ctr: ['-n', '--namespace', '-a', '--address', '--timeout', '--connect-timeout'],
  nerdctl: ['-n', '--namespace', '-a', '--address', '-H', '--host', '--snapshotter'],
  docker: ['-c', '--context', '-H', '--host', '--config', '-l', '--log-level'],
  etcdctl: ['--endpoints', '--cacert', '--cert', '--key', '-w', '--write-out', '--user', '--command-timeout', '--dial-timeout'],
  etcdutl: ['-w', '--write-out'],
};

/** Two names of one flag: a pattern may name either. */
const otherNames: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  kubectl: [
    ['-n', '--namespace'],
    ['-o', '--output'],
    ['-A', '--all-namespaces'],
    ['-l', '--selector'],
    ['-f', '--filename'],
    ['-c', '--container'],
    ['-v', '--v'],
  ],
  crictl: [['-r', '--runtime-endpoint']],
  ctr: [['-n', '--namespace']],
  nerdctl: [['-n', '--namespace']],
};

/** Variables that stand for a flag. */
const variables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  crictl: { '-r': 'CONTAINER_RUNTIME_ENDPOINT', '-i': 'IMAGE_SERVICE_ENDPOINT' },
  ctr: { '-n': 'CONTAINERD_NAMESPACE', '-a': 'CONTAINERD_ADDRESS' },
  nerdctl: { '-n': 'CONTAINERD_NAMESPACE', '-a': 'CONTAINERD_ADDRESS' },
  docker: { '-H': 'DOCKER_HOST', '-c': 'DOCKER_CONTEXT' },
};

/** Other names of a verb, or of its first word: both sides of a comparison are put in one name. */
const sameWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ctr: { namespace: 'namespaces', ns: 'namespaces', image: 'images', i: 'images', container: 'containers', c: 'containers', task: 'tasks', t: 'tasks' },
  crictl: { image: 'images', img: 'images' },
};
const ctrVerbs: Readonly<Record<string, string>> = { list: 'ls', del: 'rm', delete: 'rm', remove: 'rm' };

/** Tools whose verbs are two words: `ctr containers list`. */
const nested: Readonly<Record<string, readonly string[]>> = {
  ctr: ['namespaces', 'images', 'containers', 'tasks', 'snapshots', 'snapshot', 'content', 'leases', 'events', 'plugins', 'plugin'],
};

/** The words from the verb on, under the names that patterns are compared by. */
function canonical(tool: string, typed: readonly string[]): readonly string[] {
  const [first = '', second, ...rest] = ungrouped(tool, typed);
  const head = own(own(sameWords, tool) ?? {}, first) ?? first;
  if (second === undefined) return typed.length === 0 ? [] : [head];
  return [head, tool === 'ctr' ? (own(ctrVerbs, second) ?? second) : second, ...rest];
}

/** `docker container ls` is `docker ps`: the words that mean another verb there; all others mean the same. */
const grouped: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  container: { ls: 'ps', list: 'ps' },
  image: { ls: 'images', list: 'images', rm: 'rmi', remove: 'rmi' },
  buildx: {},
};

function ungrouped(tool: string, words: readonly string[]): readonly string[] {
  const [group = '', verb] = words;
  if (!['docker', 'nerdctl'].includes(tool) || !Object.hasOwn(grouped, group) || verb === undefined) return words;
  const verbs = grouped[group] ?? {};
  return [Object.hasOwn(verbs, verb) ? (verbs[verb] ?? verb) : verb, ...words.slice(2)];
}

/** `po`, `pod` and `pods` are one resource; a word that is none stays as it is. */
const plural = (word: string): string => findResource(word)?.resource ?? word;

/** `status` is asked at each look: the process may still run. */
export function parseCommand(
  node: string,
  argv: readonly string[],
  status: () => number | undefined,
  env: Readonly<Record<string, string>> = {},
): CommandRecord {
  const tool = programOf(argv[0] ?? '');
  // Anything can be called `constructor`.
  const takesValue = Object.hasOwn(globalFlags, tool) ? (globalFlags[tool] ?? []) : [];
  const typed: string[] = [];
  const flags: Record<string, string | boolean> = {};
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') typed.push(word);
    else if (word.includes('=')) flags[word.slice(0, word.indexOf('='))] = word.slice(word.indexOf('=') + 1);
    else if (takesValue.includes(word) && i + 1 < argv.length) flags[word] = argv[++i] as string;
    else {
      flags[word] = true;
      // `-nkube-system`
      if (/^-\w./.test(word) && takesValue.includes(word.slice(0, 2))) flags[word.slice(0, 2)] = word.slice(2);
      // `-aq`; kubectl's may be `-owide`.
      else if (/^-[a-zA-Z]{2,}$/.test(word) && tool !== 'kubectl') for (const letter of word.slice(1)) flags[`-${letter}`] ??= true;
    }
  }
  for (const [flag, variable] of Object.entries(Object.hasOwn(variables, tool) ? (variables[tool] ?? {}) : {}))
    if (env[variable] && !otherNames[tool]?.some((names) => names.includes(flag) && names.some((name) => flags[name] !== undefined)))
      flags[flag] ??= env[variable];
  for (const pair of Object.hasOwn(otherNames, tool) ? (otherNames[tool] ?? []) : [])
    for (const [name, other] of [pair, pair.toReversed()]) if (flags[other as string] !== undefined) flags[name as string] ??= flags[other as string] as string;
  const words = canonical(tool, typed);
  const verbWords = own(nested, tool)?.includes(words[0] ?? '') ? 2 : 1;
  const verb = words.slice(0, verbWords).join(' ');
  const [first = '', ...rest] = words.slice(verbWords);
  const [kind = '', named] = first.split('/');
  const resource = kind.split(',').map(plural).join(',');
  return {
    node,
    argv,
    tool,
    verb,
    resource,
    names: [...(named ? [named] : []), ...rest],
    flags,
    get status() {
      return status();
    },
  };
}

const programOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** What stands behind `--`. */
const insideOf = (argv: readonly string[]): string => (argv.includes('--') ? (argv[argv.indexOf('--') + 1] ?? '') : '');

/** Where `-h` too is a call for help, whatever the verb. */
const shortHelp: readonly string[] = ['kubectl', 'crictl', 'ctr', 'etcdctl', 'etcdutl', 'kubeadm', 'runc'];

/** Who reads how a thing is done has not done it. `crictl exec` without a command shows its help, and ends with 0. */
const asksForHelp = ({ tool, verb, names, flags }: CommandRecord, asked: CommandPattern['flags'] = {}): boolean =>
  (tool === 'crictl' && verb === 'exec' && names.length === 0) ||
  ['--help', ...(shortHelp.includes(tool) ? ['-h'] : [])].some((flag) => flags[flag] === true && !asked[flag]);

/** The place `at:` gives to what was run inside containers. */
const inContainers = 'container';

/** What the pattern leaves out is not asked. */
export function matchesCommand(pattern: CommandPattern, command: CommandRecord): boolean {
  if (command.tool !== pattern.tool || asksForHelp(command, pattern.flags)) return false;
  if ((command.contained === true) !== (pattern.at === inContainers)) return false;
  const verbs = typeof pattern.verb === 'string' ? [pattern.verb] : pattern.verb;
  if (verbs && !verbs.some((verb) => canonical(pattern.tool, verb.split(' ')).join(' ') === command.verb)) return false;
  if (pattern.resource && !command.resource.split(',').includes(plural(pattern.resource))) return false;
  if (pattern.name && !command.names.includes(pattern.name)) return false;
  if (pattern.status !== undefined && command.status !== pattern.status) return false;
  if (pattern.inside && !pattern.inside.includes(programOf(insideOf(command.argv)))) return false;
  const { ending, mentions } = pattern;
  if (ending !== undefined && !command.argv.slice(1).some((argument) => argument.endsWith(ending))) return false;
  if (mentions !== undefined && !command.argv.slice(1).some((argument) => argument.includes(mentions))) return false;
  if (pattern.at && !command.contained) {
    const other = pattern.at.startsWith('!');
    if ((command.node === pattern.at.replace(/^!/, '')) === other) return false;
  }
  return Object.entries(pattern.flags ?? {}).every(([flag, value]) =>
    value === false ? command.flags[flag] === undefined : command.flags[flag] !== undefined && (value === true || hasValue(command, flag, value)),
  );
}

/** A flag that is not known to take a value has it as the next word. */
const hasValue = ({ argv, flags }: CommandRecord, flag: string, value: string | boolean): boolean =>
  flags[flag] === value || (flags[flag] === true && argv[argv.indexOf(flag) + 1] === value && argv.includes(flag));

/** The last command of the same tool and verb, and in what it differs: how it ended, where it ran, or the rest of it. */
export function nearestCommand(
  { status: _status, ...pattern }: CommandPattern,
  commands: readonly CommandRecord[],
): { readonly command: CommandRecord; readonly differs: 'status' | 'at' | 'rest' } | undefined {
  const { at: _at, ...anywhere } = pattern;
  const { tool, verb } = pattern;
  const last = (like: CommandPattern): CommandRecord | undefined => commands.findLast((each) => matchesCommand(like, each));
  for (const [differs, like] of [
    ['status', pattern],
    ['at', anywhere],
    ['rest', verb === undefined ? undefined : { tool, verb }],
  ] as const) {
    const command = like && last(like);
    if (command) return { command, differs };
  }
  return undefined;
}
