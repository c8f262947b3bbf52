/** RUN, COPY, ADD and WORKDIR: what a step is made of (for the cache), and how it is made. */
import { type ArchiveEntry, BuildError, type BuildImage, type BuildWorker } from '../interfaces/buildkit.ts';
import { type Config, configure, type Instruction, jsonForm, words } from '../interfaces/dockerfile.ts';
import { copyEntries } from '../interfaces/dockerfile-copy.ts';
import { DirectoryNode } from '../linux/inode.ts';
import { findIn, treeEntries } from '../linux/tree-entries.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { farSources } from './far-sources.ts';
import { type CacheMounts, identityOf, type MountSources, mountsOf, withMounts, withoutStubs } from './run-mounts.ts';
import { digestOf, missingSource, type StageState, variables } from './state.ts';

/** What a step leaves behind. */
export type StepMade = { readonly entries: readonly ArchiveEntry[]; readonly createdBy: string; readonly config?: Config };

/** A step with the digest of all that it depends on. */
type Step = {
  readonly digest: string;
  readonly createdBy: string;
  readonly config?: Config;
  readonly make: () => Routine<StepMade>;
};

type RunParts = { readonly caches: CacheMounts; readonly sources: MountSources; readonly network: string; readonly log: (text: string) => void };

/** RUN. */
export function runStep(worker: BuildWorker, state: StageState, instruction: Instruction, { caches, sources, network, log }: RunParts): Step {
  const { text, heredocs, flags } = instruction;
  const script = heredocs.length > 0 ? scriptOf(text, heredocs) : text;
  const command = jsonForm(script) ?? [...(state.config.Shell ?? ['/bin/sh', '-c']), script];
  const args = [...state.args].map(([key, value]) => `${key}=${value}`);
  const createdBy = `RUN ${args.length > 0 ? `|${args.length} ${args.join(' ')} ` : ''}${command.join(' ')} # buildkit`;
  const failed = (why: string): BuildError => new BuildError(`process ${JSON.stringify(command.join(' '))} did not complete successfully: ${why}`);
  const mounts = mountsOf(instruction, variables(state));
  const mode = flags['network'] ?? network;
  const insecure = flags['security'] === 'insecure';
  const make = function* (): Routine<StepMade> {
    const { image, config } = state;
    if (!image) throw failed(`exec: ${JSON.stringify(command[0])}: executable file not found in $PATH`);
    const workdir = config.WorkingDir ?? '';
    const { status, entries } = yield* withMounts({ worker, caches, sources, workdir, command: command.join(' ') }, mounts, function* (ready) {
      const env = [...args, ...(config.Env ?? []), ...ready.env];
      const ran = yield* worker.run({ image, command, env, user: config.User ?? '', workdir, mounts: ready.mounts, network: mode, insecure, log });
      return { status: ran.status, entries: withoutStubs(ran.entries, ready.mounts) };
    });
    if (status !== 0) throw failed(`exit code: ${status}`);
    return { entries, createdBy };
  };
  return { digest: digestOf(['run', command, args, state.config, identityOf(mounts, sources), mode, insecure]), createdBy, make };
}

/** `RUN <<EOF`: the lines are the script; `RUN python3 <<EOF`: they are what the command reads. */
const scriptOf = (text: string, [first]: Instruction['heredocs']): string =>
  /^<<-?["']?\w+["']?$/.test(text.trim()) ? (first?.content ?? '') : `${text}\n${first?.content ?? ''}${first?.name ?? ''}\n`;

type Sources = { readonly files: readonly ArchiveEntry[]; readonly source: { readonly image: BuildImage | undefined; readonly key: string } | undefined };

/** COPY and ADD: what comes from far is fetched first. */
export function* copyStep(worker: BuildWorker, state: StageState, { name, text, flags, heredocs }: Instruction, { files, source }: Sources): Routine<Step> {
  const all = jsonForm(text) ?? words(text);
  const destination = all.at(-1) ?? '';
  if (all.length < 2) throw new BuildError(`${name} requires at least two arguments, but only one was provided. Destination could not be determined.`);
  const inline = heredocs.map(({ name: path, content }): ArchiveEntry => ({ path, type: 'file', mode: 0o644, content }));
  const lower = rootOf(worker, state.image);
  const from = inline.length > 0 ? [...inline, ...files] : source ? filesOf(worker, source.image) : files;
  const sources = all.slice(0, -1).map((each) => each.replace(/^<<-?["']?(\w+)["']?$/, '$1'));
  const remote = yield* farSources(worker, name, sources, flags['checksum']);
  const entries = copied(name, () =>
    copyEntries({
      name,
      sources,
      destination,
      workdir: state.config.WorkingDir ?? '/',
      files: from,
      below: (path) => lower && findIn(lower, path)?.type,
      flags: ownerNumbers(flags, lower),
      remote,
    }),
  );
  const told = ['parents', 'chown', 'chmod'].flatMap((key) => (flags[key] === undefined ? [] : [`--${key}${flags[key] === '' ? '' : `=${flags[key]}`}`]));
  const createdBy = `${[name, ...told, ...all].join(' ')} # buildkit`;
  return {
    digest: digestOf([name, destination, flags['chown'], flags['chmod'], entries]),
    createdBy,
    make: function* () {
      yield* sleep(worker.random(10, 30));
      return { entries, createdBy };
    },
  };
}

/** What is missing is said in BuildKit's words. */
function copied(name: string, work: () => ArchiveEntry[]): ArchiveEntry[] {
  try {
    return work();
  } catch (error) {
    const missing = error instanceof BuildError ? /stat (.*): file does not exist$/.exec(error.message)?.[1] : undefined;
    if (missing === undefined) throw error;
    throw missingSource(name, missing);
  }
}

/** `--chown=www-data:www-data` by the names of the image that is built. */
function ownerNumbers(flags: Readonly<Record<string, string>>, lower: DirectoryNode | undefined): Readonly<Record<string, string>> {
  const chown = flags['chown'];
  if (chown === undefined || lower === undefined) return flags;
  const [user = '', group] = chown.split(':');
  const number = (name: string, file: string): string => {
    if (/^\d+$/.test(name)) return name;
    const found = findIn(lower, file);
    const line =
      found?.type === 'file'
        ? found
            .read()
            .split('\n')
            .find((each) => each.startsWith(`${name}:`))
        : undefined;
    if (line === undefined)
      throw new BuildError(`unable to convert uid/gid chown string to host mapping: can't find uid for user ${name}: no such user: ${name}`);
    return line.split(':')[2] ?? '0';
  };
  const uid = number(user, '/etc/passwd');
  return { ...flags, chown: `${uid}:${group === undefined ? uid : number(group, '/etc/group')}` };
}

/** WORKDIR. */
export function workdirStep(worker: BuildWorker, state: StageState, instruction: Instruction): Step {
  const config = configure(state.config, instruction) ?? state.config;
  const path = config.WorkingDir ?? '/';
  const lower = rootOf(worker, state.image);
  const createdBy = `WORKDIR ${path}`;
  return {
    digest: digestOf(['workdir', path]),
    createdBy,
    config,
    make: function* () {
      yield* sleep(5);
      return { entries: lower && findIn(lower, path) ? [] : [{ path, type: 'directory', mode: 0o755 }], createdBy, config };
    },
  };
}

/** All files of what a stage has so far. */
function rootOf(worker: BuildWorker, image: BuildImage | undefined): DirectoryNode | undefined {
  const root = image && worker.root(image);
  return root instanceof DirectoryNode ? root : undefined;
}

/** Paths of a build's context are relative. */
function filesOf(worker: BuildWorker, image: BuildImage | undefined): ArchiveEntry[] {
  const root = rootOf(worker, image);
  return root === undefined
    ? []
    : [...treeEntries(root, '/')].filter(({ path }) => path !== '/').map((entry) => ({ ...entry, path: entry.path.replace(/^\//, '') }));
}
