/** The classic builder: a step of the Dockerfile, an image (moby daemon/builder/dockerfile). */
import { createHash } from 'node:crypto';
import { formatGoDuration } from '../apimachinery/duration.ts';
import { type ArchiveEntry, type BuildOptions, type ContainerConfig, DockerError } from '../interfaces/docker.ts';
import { builderConfig, emptyHost } from '../interfaces/docker-defaults.ts';
import { type Config, configure, type Instruction, jsonForm, pairs, parseDockerfile, substitute, words } from '../interfaces/dockerfile.ts';
import { copyEntries } from '../interfaces/dockerfile-copy.ts';
import { findIn, treeEntries, upperEntries } from '../linux/tree-entries.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { eachText } from '../sim/stream.ts';
import type { Containers } from './containers.ts';
import { type Engine, moby, snapshotter } from './engine.ts';
import { danglingPrefix, type ImageStore, parentLabel, type StoredImage } from './image-store.ts';
import type { Images } from './images.ts';
import { rootOf, writeImage } from './layers.ts';
import { parseReference } from './reference.ts';

/** Where one stage of a build stands. */
type Stage = { readonly name: string; image: StoredImage | undefined; config: Config; readonly args: Map<string, string> };

/** An image of each instruction, all known ones looked through: see Sim.toil. */
const stepSteps = 100;
const substituted = new Set(['ADD', 'COPY', 'ENV', 'EXPOSE', 'FROM', 'LABEL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR', 'ARG']);

export class Builder {
  readonly #engine: Engine;
  readonly #store: ImageStore;
  readonly #images: Images;
  readonly #containers: Containers;

  constructor(parts: { readonly engine: Engine; readonly store: ImageStore; readonly images: Images; readonly containers: Containers }) {
    this.#engine = parts.engine;
    this.#store = parts.store;
    this.#images = parts.images;
    this.#containers = parts.containers;
  }

  *build(options: BuildOptions): Routine<string> {
    const source = options.files.find(({ path }) => path === options.dockerfile.replace(/^\.\//, ''));
    if (source?.content === undefined) throw new DockerError(400, `Cannot locate specified Dockerfile: ${options.dockerfile}`);
    const steps = wanted(parseDockerfile(source.content), options.target);
    const stages: Stage[] = [];
    const global = new Map<string, string>();
    for (const [index, step] of steps.entries()) {
      const stage = stages.at(-1);
      const variables = new Map([
        ...(stage?.args ?? global),
        ...(stage?.config.Env ?? []).map((entry): [string, string] => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
      ]);
      const instruction = substituted.has(step.name) ? { ...step, text: substitute(step.text, variables) } : step;
      options.output(
        `Step ${index + 1}/${steps.length} : ${step.name} ${[...Object.entries(step.flags).map(([key, value]) => `--${key}=${value}`), instruction.text].join(' ')}\n`,
      );
      if (step.name === 'FROM') stages.push(yield* this.#from(instruction, stages, options));
      else if (!stage) this.#arg(global, instruction, options);
      else yield* this.#step(stage, instruction, stages, options);
      const digest = stages.at(-1)?.image?.shownId;
      if (stages.length > 0) options.output(` ---> ${digest?.slice(7, 19) ?? ''}\n`);
    }
    const last = stages.at(-1);
    if (last && Object.keys(options.labels).length > 0)
      yield* this.#commit(
        last,
        { ...last.config, Labels: { ...last.config.Labels, ...options.labels } },
        undefined,
        `${nop(last.config)}  LABEL ${Object.entries(options.labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(' ')}`,
      );
    const image = last?.image;
    if (!image) throw new DockerError(400, 'No image was generated. Is your Dockerfile empty?');
    options.output(`Successfully built ${image.shownId.slice(7, 19)}\n`);
    for (const tag of options.tags) {
      const reference = parseReference(tag);
      this.#store.name(reference.full, image.target, image.parent === '' ? {} : { [parentLabel]: image.parent });
      options.output(`Successfully tagged ${tag.includes(':') ? tag : `${tag}:latest`}\n`);
    }
    return image.shownId;
  }

  *#from({ text }: Instruction, stages: readonly Stage[], options: BuildOptions): Routine<Stage> {
    const [reference = '', , name = String(stages.length)] = words(text);
    const earlier = stages.find((stage) => stage.name.toLowerCase() === reference.toLowerCase());
    if (earlier) return { name, image: earlier.image, config: earlier.config, args: new Map() };
    if (reference === 'scratch') return { name, image: undefined, config: {}, args: new Map() };
    if (options.pull || !this.#store.find(reference)) {
      const { full } = parseReference(reference);
      yield* this.#images.pull(reference, (layer, status) => options.output(`${layer}: ${status}\n`));
      const image = this.#store.get(full);
      options.output(`Digest: ${image.id}\nStatus: Downloaded newer image for ${reference.includes(':') ? reference : `${reference}:latest`}\n`);
    } else yield* sleep(5);
    const image = this.#store.get(reference);
    return { name, image, config: image.config.config, args: new Map() };
  }

  #arg(args: Map<string, string>, { text }: Instruction, { args: given }: BuildOptions): void {
    for (const word of words(text)) {
      const [name = '', ...value] = word.split('=');
      const known = given[name] ?? (word.includes('=') ? value.join('=') : undefined);
      if (known !== undefined) args.set(name, known);
    }
  }

  *#step(stage: Stage, instruction: Instruction, stages: readonly Stage[], options: BuildOptions): Routine {
    const { name } = instruction;
    this.#engine.sim.toil(stepSteps);
    if (instruction.heredocs.length > 0)
      throw new DockerError(
        400,
        `the --${name.toLowerCase()} heredoc requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled`,
      );
    if (name === 'ARG') this.#arg(stage.args, instruction, options);
    if (name === 'RUN') yield* this.#run(stage, instruction, options);
    else if (name === 'COPY' || name === 'ADD') yield* this.#copy(stage, instruction, stages, options);
    else {
      const config = configure(stage.config, instruction) ?? stage.config;
      const createdBy = `${nop(config)} ${name === 'WORKDIR' ? '' : ' '}${name} ${noted(instruction, config)}`;
      if (this.#cached(stage, createdBy, config, options)) return;
      const id = this.#engine.sim.random.hex(12);
      options.output(` ---> Running in ${id}\n`);
      yield* sleep(this.#engine.sim.random.between(30, 60));
      options.output(this.#removed(id));
      const directory: ArchiveEntry[] = name === 'WORKDIR' ? this.#newDirectory(stage, config.WorkingDir ?? '/') : [];
      yield* this.#commit(stage, config, directory.length > 0 ? directory : undefined, createdBy);
    }
  }

  #removed(id: string): string {
    return this.#engine.old ? `Removing intermediate container ${id}\n` : ` ---> Removed intermediate container ${id}\n`;
  }

  #newDirectory({ image }: Stage, path: string): ArchiveEntry[] {
    const lower = image && image.chain !== '' ? rootOf(this.#engine, image.chain) : undefined;
    return lower && findIn(lower, path) ? [] : [{ path, type: 'directory', mode: 0o755 }];
  }

  *#run(stage: Stage, { text }: Instruction, options: BuildOptions): Routine {
    const command = jsonForm(text) ?? [...(stage.config.Shell ?? ['/bin/sh', '-c']), text];
    const args = [...stage.args].map(([key, value]) => `${key}=${value}`);
    const createdBy = args.length > 0 ? `|${args.length} ${args.join(' ')} ${command.join(' ')}` : command.join(' ');
    if (this.#cached(stage, createdBy, stage.config, options)) return;
    if (!stage.image) throw new DockerError(400, 'No image was provided: RUN needs a base image');
    const container: ContainerConfig = {
      ...builderConfig,
      Image: stage.image.id,
      Entrypoint: [''],
      Cmd: command,
      Env: [...args],
      User: stage.config.User ?? '',
      WorkingDir: stage.config.WorkingDir ?? '',
    };
    const { Id } = yield* this.#containers.create({ config: container, host: emptyHost });
    options.output(` ---> Running in ${Id.slice(0, 12)}\n`);
    const session = this.#containers.attach(Id, { stdin: false });
    this.#engine.sim.go(
      eachText(session.stdout, (piece) => options.output(piece)),
      'build-output',
    );
    if (session.stderr)
      this.#engine.sim.go(
        eachText(session.stderr, (piece) => options.output(piece, true)),
        'build-output',
      );
    yield* this.#containers.start(Id);
    const status = yield* this.#containers.wait(Id);
    yield* sleep(1);
    // A step that failed leaves its container behind, to be looked at.
    if (status !== 0) throw new DockerError(200, `The command '${command.join(' ')}' returned a non-zero code: ${status}`);
    const entries = [...upperEntries(rootOf(this.#engine, Id))];
    yield* this.#containers.remove(Id, { force: true, volumes: true });
    options.output(this.#removed(Id.slice(0, 12)));
    yield* this.#commit(stage, stage.config, entries, createdBy);
  }

  *#copy(stage: Stage, { name, text, flags }: Instruction, stages: readonly Stage[], options: BuildOptions): Routine {
    const all = jsonForm(text) ?? words(text);
    const destination = all.at(-1) ?? '';
    if (all.length < 2) throw new DockerError(400, `${name} requires at least two arguments, but only one was provided. Destination could not be determined.`);
    if (all.slice(0, -1).some((each) => /^https?:\/\//.test(each)))
      throw name === 'COPY'
        ? new DockerError(400, "source can't be a URL for COPY")
        : new DockerError(501, 'k8s-lab: ADD of a URL without BuildKit is not simulated: install buildx');
    const from = flags['from'];
    let source = options.files;
    if (from !== undefined) {
      const stageImage = stages.slice(0, -1).find((each, i) => each.name === from || String(i) === from)?.image ?? this.#store.find(from);
      if (!stageImage)
        throw new DockerError(400, `invalid from flag value ${from}: pull access denied for ${from}, repository does not exist or may require 'docker login'`);
      source = filesOf(this.#engine, stageImage);
    }
    const lower = stage.image && stage.image.chain !== '' ? rootOf(this.#engine, stage.image.chain) : undefined;
    const entries = copyEntries({
      name,
      sources: all.slice(0, -1),
      destination,
      workdir: stage.config.WorkingDir ?? '/',
      files: source,
      below: (path) => lower && findIn(lower, path)?.type,
      flags,
    });
    const hash = createHash('sha256').update(JSON.stringify(entries)).digest('hex');
    const createdBy = `${nop(stage.config)} ${name} ${entries.length === 1 ? 'file' : 'multi'}:${hash} in ${destination} `;
    if (this.#cached(stage, createdBy, stage.config, options)) return;
    yield* sleep(this.#engine.sim.random.between(20, 40));
    yield* this.#commit(stage, stage.config, entries, createdBy);
  }

  /** An image that an earlier build made of the same parent by the same step. */
  #cached(stage: Stage, createdBy: string, config: Config, { noCache, output }: BuildOptions): boolean {
    if (noCache || !stage.image) return false;
    const { id } = stage.image;
    const found = this.#store.all().find((each) => each.parent === id && each.config.history?.at(-1)?.created_by === createdBy);
    if (!found) return false;
    output(' ---> Using cache\n');
    stage.image = found;
    stage.config = config;
    return true;
  }

  *#commit(stage: Stage, config: Config, entries: readonly ArchiveEntry[] | undefined, createdBy: string): Routine {
    const target = writeImage(this.#engine, { parent: stage.image, entries, config, createdBy });
    const name = `${danglingPrefix}${target.digest}`;
    if (!this.#store.all().some(({ id }) => id === target.digest)) this.#store.name(name, target, stage.image ? { [parentLabel]: stage.image.id } : {});
    const full = this.#store.all().find(({ id }) => id === target.digest)?.names[0] ?? name;
    yield* this.#engine.containerd.snapshots.unpack(moby, snapshotter, full);
    stage.image = this.#store.get(target.digest);
    stage.config = config;
  }
}

/** What a step that runs nothing is noted as: the shell of the image, and a comment. */
const nop = ({ Shell = ['/bin/sh', '-c'] }: Config): string => `${[...Shell, '#(nop)'].join(' ')}`;

const goWords = (all: readonly string[] = []): string => `[${all.join(' ')}]`;

/** An instruction as the builder's commit tells it: values as Go prints them (daemon/builder/dockerfile dispatchers.go). */
function noted({ name, text }: Instruction, config: Config): string {
  if (name === 'CMD' || name === 'ENTRYPOINT') return `["${((name === 'CMD' ? config.Cmd : config.Entrypoint) ?? []).join('" "')}"]`;
  if (name === 'EXPOSE') return words(text).sort().join(' ');
  if (name === 'ENV' || name === 'LABEL')
    return pairs(text)
      .map(([key, value]) => `${key}=${value}`)
      .join(' ');
  if (name === 'VOLUME') return goWords(jsonForm(text) ?? words(text));
  if (name === 'SHELL') return goWords(config.Shell);
  if (name === 'WORKDIR') return config.WorkingDir ?? text;
  const health = config.Healthcheck;
  if (name !== 'HEALTHCHECK' || !health) return text;
  const time = (nanos = 0): string => formatGoDuration(nanos / 1e6);
  return `&{Test:${goWords(health.Test)} Interval:${time(health.Interval)} Timeout:${time(health.Timeout)} StartPeriod:${time(health.StartPeriod)} StartInterval:${time(health.StartInterval)} Retries:${health.Retries ?? 0}}`;
}

/** Everything up to the end of the stage that is wanted. */
function wanted(steps: readonly Instruction[], target: string): readonly Instruction[] {
  if (target === '') return steps;
  const starts = steps.flatMap(({ name }, i) => (name === 'FROM' ? [i] : []));
  const at = starts.findIndex((i) => words(steps[i]?.text ?? '')[2] === target);
  if (at < 0) throw new DockerError(400, `target stage "${target}" could not be found`);
  return steps.slice(0, starts[at + 1] ?? steps.length);
}

/** Paths of a build's context are relative. */
const filesOf = (engine: Engine, image: StoredImage): ArchiveEntry[] =>
  [...treeEntries(rootOf(engine, image.chain), '/')].filter(({ path }) => path !== '/').map((entry) => ({ ...entry, path: entry.path.replace(/^\//, '') }));
