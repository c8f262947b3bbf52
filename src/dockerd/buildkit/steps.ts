/** RUN, COPY, ADD and WORKDIR: what a step is made of (for the cache), and how it is made. */
import { createHash } from 'node:crypto';
import { type ArchiveEntry, type ContainerConfig, DockerError } from '../../interfaces/docker.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { copyEntries } from '../build-copy.ts';
import { type Config, configure, type Instruction, jsonForm, words } from '../dockerfile.ts';
import type { Engine } from '../engine.ts';
import type { StoredImage } from '../image-store.ts';
import { find, rootOf, treeEntries, upperEntries } from '../layers.ts';
import { noHost } from '../no-host.ts';
import type { Kit, StageState } from './state.ts';

export type StepMade = { readonly entries: readonly ArchiveEntry[]; readonly createdBy: string; readonly config?: Config };

export type Step = {
  readonly digest: string;
  readonly createdBy: string;
  readonly config?: Config;
  readonly make: () => Routine<StepMade>;
};

const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

export function runStep({ engine, containers }: Kit, state: StageState, { text, heredocs }: Instruction, log: (text: string) => void): Step {
  const script = heredocs.length > 0 ? scriptOf(text, heredocs) : text;
  const command = jsonForm(script) ?? [...(state.config.Shell ?? ['/bin/sh', '-c']), script];
  const args = [...state.args].map(([key, value]) => `${key}=${value}`);
  const createdBy = `RUN ${args.length > 0 ? `|${args.length} ${args.join(' ')} ` : ''}${command.join(' ')} # buildkit`;
  const config: ContainerConfig = {
    Hostname: 'buildkitsandbox',
    User: state.config.User ?? '',
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    ExposedPorts: {},
    Tty: false,
    OpenStdin: false,
    Env: [...args, ...(state.config.Env ?? [])],
    Cmd: command,
    Entrypoint: [''],
    Image: state.image?.id ?? '',
    Volumes: null,
    WorkingDir: state.config.WorkingDir ?? '',
    Labels: {},
    Healthcheck: { Test: ['NONE'] },
  };
  const make = function* (): Routine<StepMade> {
    if (!state.image)
      throw new DockerError(
        400,
        `process ${JSON.stringify(command.join(' '))} did not complete successfully: exec: ${JSON.stringify(command[0])}: executable file not found in $PATH`,
      );
    const { Id } = yield* containers.create({ config, host: noHost });
    try {
      const session = containers.attach(Id, { stdin: false });
      engine.sim.go(copyLines(session.stdout, log), 'build-output');
      if (session.stderr) engine.sim.go(copyLines(session.stderr, log), 'build-output');
      const status = yield* startAndWait(containers, Id);
      yield* sleep(1);
      if (status !== 0) throw new DockerError(400, `process ${JSON.stringify(command.join(' '))} did not complete successfully: exit code: ${status}`);
      return { entries: [...upperEntries(rootOf(engine, Id), new Set())], createdBy };
    } finally {
      engine.sim.go(containers.remove(Id, { force: true, volumes: true }), 'build-cleanup');
    }
  };
  return { digest: digestOf(['run', command, args, state.config]), createdBy, make };
}

function* startAndWait(containers: Kit['containers'], id: string): Routine<number> {
  try {
    yield* containers.start(id);
  } catch (error) {
    if (error instanceof DockerError && /executable file not found|no such file/.test(error.message)) return 127;
    throw error;
  }
  return yield* containers.wait(id);
}

/** `RUN <<EOF`: the lines are the script; `RUN python3 <<EOF`: they are what the command reads. */
const scriptOf = (text: string, [first]: Instruction['heredocs']): string =>
  /^<<-?["']?\w+["']?$/.test(text.trim()) ? (first?.content ?? '') : `${text}\n${first?.content ?? ''}${first?.name ?? ''}\n`;

function* copyLines(from: { receive(): Routine<string | undefined> }, log: (line: string) => void): Routine {
  let rest = '';
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) log(line);
  }
  if (rest !== '') log(rest);
}

type Sources = { readonly files: readonly ArchiveEntry[]; readonly source: { readonly image: StoredImage | undefined; readonly key: string } | undefined };

export function copyStep({ engine }: Kit, state: StageState, { name, text, flags, heredocs }: Instruction, { files, source }: Sources): Step {
  const all = jsonForm(text) ?? words(text);
  const destination = all.at(-1) ?? '';
  if (all.length < 2) throw new DockerError(400, `${name} requires at least two arguments, but only one was provided. Destination could not be determined.`);
  const inline = heredocs.map(({ name: path, content }): ArchiveEntry => ({ path, type: 'file', mode: 0o644, content }));
  const lower = state.image && state.image.chain !== '' ? rootOf(engine, state.image.chain) : undefined;
  const from = inline.length > 0 ? inline : source ? filesOf(engine, source.image) : files;
  const sources = all.slice(0, -1).map((each) => each.replace(/^<<-?["']?(\w+)["']?$/, '$1'));
  const entries = copied(name, () =>
    copyEntries({ name, sources, destination, workdir: state.config.WorkingDir ?? '/', files: from, lower, flags: ownerNumbers(flags, lower) }),
  );
  const shown = [...Object.entries(flags).map(([key, value]) => (key === 'from' ? '' : `--${key}=${value}`)), ...all].filter(Boolean).join(' ');
  const createdBy = `${name} ${shown} # buildkit`;
  return {
    digest: digestOf([name, destination, flags['chown'], flags['chmod'], entries]),
    createdBy,
    make: function* () {
      yield* sleep(engine.sim.random.between(10, 30));
      return { entries, createdBy };
    },
  };
}

/** A source that is not there, in BuildKit's words. */
function copied(name: string, work: () => ArchiveEntry[]): ArchiveEntry[] {
  try {
    return work();
  } catch (error) {
    const missing = error instanceof DockerError ? /stat (.*): file does not exist$/.exec(error.message)?.[1] : undefined;
    if (missing === undefined) throw error;
    const ref = digestOf([name, missing]).slice(0, 25);
    throw new DockerError(
      400,
      `failed to compute cache key: failed to calculate checksum of ref ${ref}::${ref.split('').reverse().join('')}: ${JSON.stringify(`/${missing}`)}: not found`,
    );
  }
}

/** `--chown=www-data:www-data` by the names of the image that is built. */
function ownerNumbers(flags: Readonly<Record<string, string>>, lower: ReturnType<typeof rootOf> | undefined): Readonly<Record<string, string>> {
  const chown = flags['chown'];
  if (chown === undefined || lower === undefined) return flags;
  const [user = '', group] = chown.split(':');
  const number = (name: string, file: string): string => {
    if (/^\d+$/.test(name)) return name;
    const found = find(lower, file);
    const line =
      found?.type === 'file'
        ? found
            .read()
            .split('\n')
            .find((each) => each.startsWith(`${name}:`))
        : undefined;
    if (line === undefined)
      throw new DockerError(400, `unable to convert uid/gid chown string to host mapping: can't find uid for user ${name}: no such user: ${name}`);
    return line.split(':')[2] ?? '0';
  };
  const uid = number(user, '/etc/passwd');
  return { ...flags, chown: `${uid}:${group === undefined ? uid : number(group, '/etc/group')}` };
}

export function workdirStep(engine: Engine, state: StageState, instruction: Instruction): Step {
  const config = configure(state.config, instruction) ?? state.config;
  const path = config.WorkingDir ?? '/';
  const lower = state.image && state.image.chain !== '' ? rootOf(engine, state.image.chain) : undefined;
  const createdBy = `WORKDIR ${path}`;
  return {
    digest: digestOf(['workdir', path]),
    createdBy,
    config,
    make: function* () {
      yield* sleep(5);
      return { entries: lower && find(lower, path) ? [] : [{ path, type: 'directory', mode: 0o755 }], createdBy, config };
    },
  };
}

/** Paths of a build's context are relative. */
const filesOf = (engine: Engine, image: StoredImage | undefined): ArchiveEntry[] =>
  image === undefined || image.chain === ''
    ? []
    : [...treeEntries(rootOf(engine, image.chain), '/')].filter(({ path }) => path !== '/').map((entry) => ({ ...entry, path: entry.path.replace(/^\//, '') }));
