/** From a Dockerfile to what has to be built: stages, those that are wanted, names of vertices (buildkit frontend/dockerfile/dockerfile2llb). */
import { BuildError } from '../interfaces/buildkit.ts';
import { type Instruction, parseDockerfile, parseRunMount, substitute, words } from '../interfaces/dockerfile.ts';

/** A stage that is built. */
export type PlannedStage = {
  readonly index: number;
  /** `AS name`, or `stage-N`. */
  readonly name: string;
  readonly from: Instruction;
  /** The image's name, or another stage's. */
  readonly base: string;
  readonly steps: readonly Instruction[];
  /** Steps that are vertices, FROM of an image included: the N of `[2/N]`. */
  readonly total: number;
};

/** What of a Dockerfile is built, in order. */
export type Plan = {
  readonly stages: readonly PlannedStage[];
  /** In the order in which they have to be built; the last is the target. */
  readonly order: readonly PlannedStage[];
  /** ARGs before the first FROM. */
  readonly globals: ReadonlyMap<string, string>;
};

const vertices: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR']);
/** BuildKit knows these without an ARG of their own value. */
const platformArgs: readonly [string, string][] = [
  ['BUILDPLATFORM', 'linux/amd64'],
  ['TARGETPLATFORM', 'linux/amd64'],
  ['BUILDOS', 'linux'],
  ['TARGETOS', 'linux'],
  ['BUILDARCH', 'amd64'],
  ['TARGETARCH', 'amd64'],
];

/** Whether an instruction is a step of its own in the progress. */
export const isVertex = ({ name }: Instruction): boolean => vertices.has(name);

/** The stages that the target needs. Throws BuildError. */
export function planBuild(source: string, args: Readonly<Record<string, string>>, target: string): Plan {
  if (source === '') throw new BuildError('the Dockerfile cannot be empty');
  const steps = parseDockerfile(source);
  const globals = new Map<string, string>(platformArgs);
  const stages: PlannedStage[] = [];
  for (const step of steps) {
    if (step.name === 'FROM') stages.push(newStage(step, stages, globals));
    else if (stages.length === 0) for (const [name, value] of argsOf(step, args, globals)) globals.set(name, value);
    else {
      checkMounts(step);
      const last = stages.pop() as PlannedStage;
      stages.push({ ...last, steps: [...last.steps, step], total: last.total + (isVertex(step) ? 1 : 0) });
    }
  }
  if (stages.length === 0) throw new BuildError('dockerfile contains no stages to build');
  const wanted = target === '' ? stages.at(-1) : stages.find((stage) => stage.name.toLowerCase() === target.toLowerCase() || String(stage.index) === target);
  if (!wanted) throw new BuildError(`target stage ${JSON.stringify(target)} could not be found`);
  return { stages, order: inOrder(wanted, stages), globals };
}

function newStage(from: Instruction, stages: readonly PlannedStage[], globals: ReadonlyMap<string, string>): PlannedStage {
  const all = words(substitute(from.text, globals));
  const [base = '', , name] = all;
  if (base === '') throw new BuildError(`base name (${from.text}) should not be blank`, [from.line, from.end]);
  const index = stages.length;
  const total = base === 'scratch' || stageOf(stages, base, index) ? 0 : 1;
  return { index, name: name ?? `stage-${index}`, from, base, steps: [], total };
}

/** What an ARG brings in: the caller's value, its default, or that of the global one. */
export function argsOf({ text }: Instruction, given: Readonly<Record<string, string>>, globals: ReadonlyMap<string, string>): [string, string][] {
  return words(text).flatMap((word): [string, string][] => {
    const [name = '', ...value] = word.split('=');
    const known = given[name] ?? (word.includes('=') ? value.join('=') : globals.get(name));
    return known === undefined ? [] : [[name, known]];
  });
}

/** A stage by its name or number, of those before another. */
export const stageOf = (stages: readonly PlannedStage[], name: string, before: number): PlannedStage | undefined =>
  stages.slice(0, before).findLast((stage) => stage.name.toLowerCase() === name.toLowerCase() || String(stage.index) === name);

/** What a step takes from elsewhere: `--from`, `--mount=from=`; '' is the build's context. */
export function sourcesOf({ name, flags, heredocs }: Instruction): string[] {
  if (name === 'RUN')
    return (flags['mount'] ?? '').split('\n').flatMap((each) => {
      const field = (key: string): string | undefined => each.split(',').find((part) => part.toLowerCase().startsWith(`${key}=`));
      return each === '' || !/^(type=)?bind$/.test(field('type') ?? 'bind') ? (field('from')?.slice(5) ?? []) : (field('from')?.slice(5) ?? '');
    });
  if (name !== 'COPY' && name !== 'ADD') return [];
  return flags['from'] !== undefined ? [flags['from']] : heredocs.length === 0 ? [''] : [];
}

function inOrder(target: PlannedStage, stages: readonly PlannedStage[]): PlannedStage[] {
  const done: PlannedStage[] = [];
  const visit = (stage: PlannedStage): void => {
    if (done.includes(stage)) return;
    for (const name of [stage.base, ...stage.steps.flatMap(sourcesOf)]) {
      const other = stageOf(stages, name, stage.index);
      if (other) visit(other);
    }
    done.push(stage);
  };
  visit(target);
  return done;
}

/** The images that are needed, as written, with who asks first. */
export function imagesOf({ order, stages }: Plan): ReadonlyMap<string, Instruction> {
  const found = new Map<string, Instruction>();
  for (const stage of order)
    for (const step of [stage.from, ...stage.steps])
      for (const name of step === stage.from ? [stage.base] : sourcesOf(step))
        if (name !== '' && name !== 'scratch' && !stageOf(stages, name, stage.index) && !found.has(name)) found.set(name, step);
  return found;
}

/** Mounts are looked at before anything is done; those with variables when their turn comes. */
function checkMounts(step: Instruction): void {
  for (const each of (step.flags['mount'] ?? '').split('\n'))
    if (each !== '' && !each.includes('$')) {
      try {
        parseRunMount(each);
      } catch (error) {
        throw error instanceof BuildError ? new BuildError(error.message, [step.line, step.end]) : error;
      }
    }
}

/** `[2/3]`, or `[build 2/3]` where there are several stages. */
export const prefixOf = (plan: Plan, stage: PlannedStage, position: number): string =>
  `[${plan.stages.length > 1 ? `${stage.name} ` : ''}${position}/${stage.total}]`;
