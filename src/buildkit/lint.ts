/** What is legal in a Dockerfile and yet not good (buildkit frontend/dockerfile/linter/ruleset.go, dockerfile2llb/validations.go). */
import { BuildError } from '../interfaces/buildkit.ts';
import { didYouMean, directives, type Instruction, jsonForm, words } from '../interfaces/dockerfile.ts';
import { type Plan, type PlannedStage, stageOf } from './plan.ts';

type Warn = (rule: string, line: number, text: string) => void;

/** `FromAsCasing: … (line 1)`, in the order in which BuildKit finds them. `envOf`: names that an image brings, where it is known. */
export function lint(source: string, plan: Plan, envOf: (base: string) => readonly string[] | undefined): string[] {
  const lines = source.split(/\r?\n/);
  const config = new Map((directives(lines).get('check') ?? '').split(';').map((each) => [each.split('=')[0]?.trim(), each.split('=')[1]?.trim() ?? '']));
  const skipped = (config.get('skip') ?? '').split(',').map((each) => each.trim());
  const found: string[] = [];
  const rules = new Set<string>();
  const warn: Warn = (rule, line, text) => {
    if (skipped.includes('all') || skipped.includes(rule)) return;
    rules.add(rule);
    found.push(`${rule}: ${text} (line ${line})`);
  };
  const written = ({ line }: Instruction): string => /^\S+/.exec(lines[line - 1]?.trim() ?? '')?.[0] ?? '';
  const all = plan.stages.flatMap(({ from, steps }) => [from, ...steps]);
  for (const each of all) spelling(each, written(each), warn);
  stageNames(plan, warn);
  casing(all, written, warn);
  for (const { from } of plan.stages)
    undefinedIn(words(from.text)[0] ?? '', plan.globals, (name, near) =>
      warn('UndefinedArgInFrom', from.line, `FROM argument '${name}' is not declared${near.replace('$', '')}`),
    );
  const envs = new Map<number, Set<string> | undefined>();
  for (const stage of plan.order) inStage(stage, plan, { envs, envOf, warn });
  if (config.get('error') === 'true' && rules.size > 0) throw new BuildError(`lint violation found for rules: ${[...rules].join(', ')}`);
  return found;
}

function spelling({ name, text, line }: Instruction, written: string, warn: Warn): void {
  if (name === 'MAINTAINER') warn('MaintainerDeprecated', line, 'Maintainer instruction is deprecated in favor of using label');
  if (name !== 'FROM') return;
  const [, as = '', stage = ''] = words(text);
  if (stage !== stage.toLowerCase()) warn('StageNameCasing', line, `Stage name '${stage}' should be lowercase`);
  const lower = (word: string): boolean => word === word.toLowerCase();
  if (as !== '' && (lower(written) ? !lower(as) : as !== as.toUpperCase()))
    warn('FromAsCasing', line, `'${as}' and '${written}' keywords' casing do not match`);
}

function stageNames({ stages }: Plan, warn: Warn): void {
  const seen = new Set<string>();
  for (const { from } of stages) {
    const name = words(from.text)[2]?.toLowerCase();
    if (name === undefined) continue;
    if (name === 'scratch' || name === 'context')
      warn('ReservedStageName', from.line, `Stage name should not use the same name as reserved stage ${JSON.stringify(name)}`);
    if (seen.has(name)) warn('DuplicateStageName', from.line, `Duplicate stage name ${JSON.stringify(name)}, stage names should be unique`);
    seen.add(name);
  }
}

function casing(all: readonly Instruction[], written: (each: Instruction) => string, warn: Warn): void {
  const names = all.map(written);
  const lower = names.filter((name) => name === name.toLowerCase()).length > names.filter((name) => name === name.toUpperCase()).length;
  for (const [i, name] of names.entries())
    if (name !== (lower ? name.toLowerCase() : name.toUpperCase()))
      warn(
        'ConsistentInstructionCasing',
        all[i]?.line ?? 0,
        `Command '${name}' should match the case of the command majority (${lower ? 'lowercase' : 'uppercase'})`,
      );
}

/** Variables of a text that nothing defines. */
function undefinedIn(text: string, known: { has(name: string): boolean; keys(): Iterable<string> }, tell: (name: string, near: string) => void): void {
  for (const [all, bare, braced] of text.matchAll(/\\\$|\$(?:(\w+)|\{(\w+)(?::[-+][^}]*)?\})/g)) {
    const name = bare ?? braced;
    if (all !== '\\$' && name !== undefined && !known.has(name)) tell(name, didYouMean(name, [...known.keys()]).replace('mean ', 'mean $'));
  }
}

type Found = { readonly envs: Map<number, Set<string> | undefined>; readonly envOf: (base: string) => readonly string[] | undefined; readonly warn: Warn };

const secret = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const harmless = /(?:_|^)(?:public|file|version)(?:_|$)/i;
const checked: ReadonlySet<string> = new Set(['ADD', 'COPY', 'ENV', 'EXPOSE', 'LABEL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR', 'ARG']);

function inStage(stage: PlannedStage, plan: Plan, { envs, envOf, warn }: Found): void {
  const other = stageOf(plan.stages, stage.base, stage.index);
  const base = other ? envs.get(other.index) : envOf(stage.base);
  const env = base && new Set(base);
  const args = new Set<string>();
  const once = new Map<string, number>();
  let workdir = other !== undefined;
  let shell = false;
  for (const step of stage.steps) {
    const { name, text, line } = step;
    const first = words(text)[0] ?? '';
    if (env && checked.has(name)) {
      const known = new Map([...args, ...env].map((each) => [each, true]));
      const inline = step.heredocs.filter(({ quoted }) => !quoted).map(({ content }) => content);
      for (const each of [text.replace(/'[^']*'/g, ''), ...inline])
        undefinedIn(each, known, (key, near) => warn('UndefinedVar', line, `Usage of undefined variable '$${key}'${near}`));
    }
    if ((name === 'ENV' || name === 'LABEL') && !first.includes('='))
      warn('LegacyKeyValueFormat', line, `"${name} key=value" should be used instead of legacy "${name} key value" format`);
    const keys = name === 'ARG' || name === 'ENV' ? words(text).map((each) => each.split('=')[0] ?? '') : [];
    for (const key of name === 'ENV' && !first.includes('=') ? keys.slice(0, 1) : keys) {
      if (secret.test(key) && !harmless.test(key))
        warn('SecretsUsedInArgOrEnv', line, `Do not use ARG or ENV instructions for sensitive data (${name} ${JSON.stringify(key)})`);
      (name === 'ARG' ? args : env)?.add(key);
    }
    if (name === 'WORKDIR') {
      if (!text.startsWith('/') && !/^\$/.test(text) && !workdir)
        warn('WorkdirRelativePath', line, `Relative workdir ${JSON.stringify(text)} can have unexpected results if the base image changes`);
      workdir = true;
    }
    if (name === 'SHELL') shell = true;
    if (name !== 'CMD' && name !== 'ENTRYPOINT' && name !== 'HEALTHCHECK') continue;
    const before = once.get(name);
    if (before !== undefined)
      warn(
        'MultipleInstructionsDisallowed',
        before,
        `Multiple ${name} instructions should not be used in the same stage because only the last one will be used`,
      );
    once.set(name, line);
    if (name !== 'HEALTHCHECK' && !jsonForm(text) && !shell)
      warn('JSONArgsRecommended', line, `JSON arguments recommended for ${name} to prevent unintended behavior related to OS signals`);
  }
  envs.set(stage.index, env);
}
