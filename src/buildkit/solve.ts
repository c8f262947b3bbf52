/** BuildKit: solves the graph of a Dockerfile on a worker, with a cache by content (buildkit solver). dockerd has it built in, buildkitd is it. */
import type { ArchiveEntry } from '../interfaces/buildkit.ts';
import {
  BuildError,
  type BuildImage,
  type BuildSolver,
  type BuildWorker,
  type CacheRecord,
  type SolveRequest,
  type SolveResult,
} from '../interfaces/buildkit.ts';
import { configure, type Instruction, substitute, toInstruction } from '../interfaces/dockerfile.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { byteLength } from '../sim/stream.ts';
import { exportImage } from './export.ts';
import { lint } from './lint.ts';
import { argsOf, imagesOf, isVertex, type Plan, type PlannedStage, planBuild, prefixOf, sourcesOf, stageOf } from './plan.ts';
import { Progress } from './progress.ts';
import { CacheMounts } from './run-mounts.ts';
import { bytes, cacheEntry, digestOf, historyOf, registryText, type StageState, titleOf, variables } from './state.ts';
import { copyStep, runStep, type StepMade, workdirStep } from './steps.ts';

const substituted = new Set(['ADD', 'COPY', 'ENV', 'EXPOSE', 'LABEL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR', 'ARG']);

/** The work is done now; what goes wrong is thrown when one asks. */
function answerOf<T>(work: () => T): () => T {
  try {
    const made = work();
    return () => made;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

const expanded = (step: Instruction, known: ReadonlyMap<string, string>): Instruction => ({
  ...step,
  text: substitute(step.text, known),
  heredocs: step.heredocs.map((each) => (each.quoted ? each : { ...each, content: substitute(each.content, known) })),
  flags: Object.fromEntries(Object.entries(step.flags).map(([key, value]) => [key, substitute(value, known)])),
});

/** Solves a Dockerfile on a worker. */
export class BuildKit implements BuildSolver {
  readonly #worker: BuildWorker;
  readonly #caches: CacheMounts;
  constructor(worker: BuildWorker) {
    this.#worker = worker;
    this.#caches = new CacheMounts(worker);
  }

  *solve(request: SolveRequest): Routine<SolveResult> {
    return yield* new Solve(this.#worker, this.#caches, request).run();
  }

  diskUsage(): CacheRecord[] {
    return [...this.#worker.cache].map(([id, { entries: _, ...record }]) => ({ id, ...record }));
  }

  prune(): CacheRecord[] {
    const gone = this.diskUsage();
    this.#worker.cache.clear();
    this.#caches.clear();
    return gone;
  }
}

/** One build. */
class Solve {
  readonly #worker: BuildWorker;
  readonly #caches: CacheMounts;
  readonly #options: SolveRequest;
  readonly #progress: Progress;
  readonly #states = new Map<number, StageState>();
  /** Images of steps on the way. */
  readonly #made = new Set<string>();

  constructor(worker: BuildWorker, caches: CacheMounts, options: SolveRequest) {
    this.#worker = worker;
    this.#caches = caches;
    this.#options = options;
    this.#progress = new Progress(options.progress, () => worker.now());
  }

  *run(): Routine<SolveResult> {
    try {
      for (const each of this.#options.allow ?? [])
        if (!this.#worker.entitlements.includes(each)) throw new BuildError(`granting entitlement ${each} is not allowed by build daemon configuration`);
      const plan = yield* this.#loadDefinition();
      yield* this.#loadMetadata(plan);
      let context = false;
      for (const stage of plan.order) {
        const uses = stage.steps.some((step) => sourcesOf(step).includes(''));
        this.#states.set(stage.index, yield* this.#from(plan, stage));
        if (uses && !context) yield* this.#loadContext();
        context ||= uses;
        yield* this.#stage(plan, stage);
      }
      return yield* this.#export(this.#states.get(plan.order.at(-1)?.index ?? 0) as StageState);
    } finally {
      this.#worker.release([...this.#made]);
    }
  }

  *#loadDefinition(): Routine<Plan> {
    const { dockerfile, files, args, target } = this.#options;
    const source = files.find(({ path }) => path === dockerfile.replace(/^\.\//, ''))?.content;
    const name = dockerfile.slice(dockerfile.lastIndexOf('/') + 1).replace('.dockerfile.outside', 'Dockerfile');
    let plan: (() => Plan) | undefined;
    const envOf = (base: string): string[] | undefined =>
      base === 'scratch' ? [] : this.#worker.find(this.#worker.wholeName(base))?.config.config.Env?.map((each) => each.split('=')[0] ?? '');
    yield* this.#progress.vertex(`[internal] load build definition from ${name}`, function* (say) {
      yield* sleep(8);
      say('status', `transferring dockerfile: ${bytes(source === undefined ? 2 : byteLength(source) + 38)} done`);
      plan = answerOf(() => {
        if (source === undefined) throw new BuildError(`failed to read dockerfile: open ${name}: no such file or directory`);
        const made = planBuild(source, args, target);
        for (const each of lint(source, made, envOf)) say('warning', each);
        return made;
      });
    });
    return plan?.() as Plan;
  }

  /** The manifests of all base images are asked for at once, before anything is built. */
  *#loadMetadata(plan: Plan): Routine {
    const worker = this.#worker;
    const asked = new Set<string>();
    for (const [name, { line, end }] of imagesOf(plan)) {
      const full = worker.wholeName(name);
      if (asked.has(full)) continue;
      asked.add(full);
      const pull = this.#options.pull;
      try {
        yield* this.#progress.vertex(`[internal] load metadata for ${full}`, function* () {
          if (worker.find(full) && !pull) return void (yield* sleep(5));
          yield* worker.pull(full);
        });
      } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        throw new BuildError(`${name}: failed to resolve source metadata for ${full}: ${registryText(error.message, full)}`, [line, end]);
      }
    }
    const ignore = this.#options.files.find(({ path }) => path === '.dockerignore')?.content;
    yield* this.#progress.vertex('[internal] load .dockerignore', function* (say) {
      yield* sleep(4);
      say('status', `transferring context: ${bytes(ignore === undefined ? 2 : byteLength(ignore) + 40)} done`);
    });
  }

  *#loadContext(): Routine {
    const total = this.#options.files.reduce((sum, { path, content }) => sum + path.length + 20 + byteLength(content ?? ''), 32);
    yield* this.#progress.vertex('[internal] load build context', function* (say) {
      yield* sleep(6);
      say('status', `transferring context: ${bytes(total)} done`);
    });
  }

  *#from(plan: Plan, stage: PlannedStage): Routine<StageState> {
    const args = new Map<string, string>();
    const other = stageOf(plan.stages, stage.base, stage.index);
    if (other) {
      const state = this.#states.get(other.index) as StageState;
      return { ...state, args: new Map(state.args), command: false, quiet: [...state.quiet] };
    }
    if (stage.base === 'scratch') return { image: undefined, config: {}, key: 'scratch', created: this.#worker.now(), args, command: false, quiet: [] };
    const full = this.#worker.wholeName(stage.base);
    const image = this.#worker.find(full);
    if (!image) throw new BuildError(`${full}: not found`);
    yield* this.#progress.vertex(`${prefixOf(plan, stage, 1)} FROM ${full}@${image.id}`, function* (say, cached) {
      say('status', `resolve ${full}@${image.id} done`);
      if (stage.total > 1) cached();
    });
    return { image, config: image.config.config, key: image.id, created: Date.parse(image.config.created), args, command: false, quiet: [] };
  }

  *#stage(plan: Plan, stage: PlannedStage): Routine {
    const state = this.#states.get(stage.index) as StageState;
    let position = stage.total - stage.steps.filter(isVertex).length;
    const triggers = (state.config.OnBuild ?? []).map((text) => ({ ...toInstruction(text, stage.from.line), end: stage.from.end }));
    if (triggers.length > 0) state.config = { ...state.config, OnBuild: [] };
    for (const step of [...triggers, ...stage.steps]) {
      const instruction = substituted.has(step.name) ? expanded(step, variables(state)) : step;
      if (step.name === 'ARG') for (const [name, value] of argsOf(instruction, this.#options.args, plan.globals)) state.args.set(name, value);
      if (isVertex(step)) {
        if (!triggers.includes(step)) position++;
        yield* this.#vertex(plan, { stage, state, instruction, name: `${prefixOf(plan, stage, position)} ${titleOf(step)}` });
      } else this.#configure(state, instruction);
    }
  }

  #configure(state: StageState, instruction: Instruction): void {
    const { name } = instruction;
    state.config = configure(state.config, instruction, state.command) ?? state.config;
    if (name === 'CMD') state.command = true;
    if (name !== 'MAINTAINER') state.quiet.push(historyOf(instruction, state));
  }

  *#vertex(plan: Plan, at: { readonly stage: PlannedStage; readonly state: StageState; readonly instruction: Instruction; readonly name: string }): Routine {
    const { state, instruction, stage } = at;
    const { cache } = this.#worker;
    const located = (error: BuildError): BuildError => (error.lines ? error : new BuildError(error.message, [instruction.line, instruction.end]));
    try {
      const made = yield* this.#progress.vertex(at.name, (say, cached) => this.#make(plan, stage, state, instruction, { say, cached }));
      if (made.config) state.config = made.config;
      state.key = made.key;
      if (made.entries.length === 0 && instruction.name === 'WORKDIR') return void state.quiet.push(made.createdBy);
      const record = cache.get(made.key);
      state.created = record?.createdAt ?? this.#worker.now();
      yield* this.#commit(state, made.entries, made.createdBy);
      if (record) Object.assign(record, { lastUsedAt: this.#worker.now(), usageCount: record.usageCount + 1 });
      else cache.set(made.key, cacheEntry(state.created, at.name, made.entries));
    } catch (error) {
      throw error instanceof BuildError ? located(error) : error;
    }
  }

  /** The step's files, out of the cache where the same has been done before. */
  *#make(
    plan: Plan,
    stage: PlannedStage,
    state: StageState,
    instruction: Instruction,
    { say, cached }: { readonly say: (kind: 'status' | 'log', text: string) => void; readonly cached: () => void },
  ): Routine<StepMade & { readonly key: string }> {
    const worker = this.#worker;
    const from = instruction.flags['from'];
    const { noCache, noCacheFilter = [], network = 'default', secrets = {} } = this.#options;
    // One that was given from elsewhere is no part of the context.
    const files = this.#options.files.filter(({ path }) => path !== '.dockerfile.outside');
    const sources = { context: files, secrets, source: (name: string) => this.#sourceOf(plan, stage, name) };
    if (instruction.name === 'RUN') this.#checkEntitled(instruction, network);
    const step =
      instruction.name === 'RUN'
        ? runStep(worker, state, instruction, { caches: this.#caches, sources, network, log: (text) => say('log', text) })
        : instruction.name === 'WORKDIR'
          ? workdirStep(worker, state, instruction)
          : yield* copyStep(worker, state, instruction, { files, source: from === undefined ? undefined : this.#sourceOf(plan, stage, from) });
    const key = digestOf([state.key, step.digest]);
    const known = noCache || noCacheFilter.includes(stage.name) ? undefined : worker.cache.get(key);
    if (known) {
      cached();
      return { entries: known.entries, createdBy: step.createdBy, key, ...(step.config ? { config: step.config } : {}) };
    }
    return { ...(yield* step.make()), key };
  }

  /** What `--from` names: a stage, or an image. */
  #sourceOf(plan: Plan, stage: PlannedStage, from: string): { readonly image: BuildImage | undefined; readonly key: string } {
    const other = stageOf(plan.stages, from, stage.index);
    const state = other && this.#states.get(other.index);
    if (state) return { image: state.image, key: state.key };
    const full = this.#worker.wholeName(from);
    const image = this.#worker.find(full);
    if (!image) throw new BuildError(`${full}: not found`);
    return { image, key: image.id };
  }

  /** solver/llbsolver: what the caller did not grant is refused. */
  #checkEntitled({ flags }: Instruction, network: string): void {
    const wanted = [...((flags['network'] ?? network) === 'host' ? ['network.host'] : []), ...(flags['security'] === 'insecure' ? ['security.insecure'] : [])];
    const missing = wanted.find((each) => !this.#options.allow?.includes(each));
    if (missing !== undefined) throw new BuildError(`${missing} is not allowed`);
  }

  /** A layer on top of what the stage has. */
  *#commit(state: StageState, entries: readonly ArchiveEntry[] | undefined, createdBy: string): Routine {
    const image = yield* this.#worker.commit({
      parent: state.image,
      entries,
      config: state.config,
      createdBy,
      comment: 'buildkit.dockerfile.v0',
      created: state.created,
      before: state.quiet,
    });
    this.#made.add(image.id);
    state.image = image;
    state.quiet = [];
  }

  *#export(state: StageState): Routine<SolveResult> {
    const { labels } = this.#options;
    const labelled = Object.entries(labels);
    if (labelled.length > 0) {
      state.config = { ...state.config, Labels: { ...state.config.Labels, ...labels } };
      state.quiet.push(`LABEL ${labelled.map(([key, value]) => `${key}=${value}`).join(' ')}`);
    }
    const finish = (): Routine => this.#commit(state, undefined, state.quiet.pop() ?? '');
    const built = function* (): Routine<BuildImage> {
      if (state.quiet.length > 0) yield* finish();
      if (!state.image) throw new BuildError('no image was built: the stage is empty');
      return state.image;
    };
    const { result, kept } = yield* exportImage({ worker: this.#worker, progress: this.#progress, request: this.#options, built });
    for (const id of kept) this.#made.delete(id);
    return result;
  }
}
