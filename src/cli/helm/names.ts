/** Names of releases: helm pkg/action NameAndChart, pkg/chart/v2/util ValidateReleaseName. */
import { parseTemplate, renderTemplate } from '../../apimachinery/go-template.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Call } from './call.ts';
import { HelmError } from './error.ts';
import { chartFunctions } from './functions/index.ts';

/** What stands on the command line; `usual` is the name where it may be left out. Throws HelmError. */
export function nameAndChart({ flags, args, now, process }: Call, usual?: string): { readonly name: string; readonly chart: string } {
  const [first = '', second, ...more] = args;
  if (more.length > 0) throw new HelmError(`expected at most two arguments, unexpected arguments: ${more.join(', ')}`);
  const generates = flags.bool('generate-name');
  const pattern = flags.text('name-template');
  if (second !== undefined) {
    if (generates) throw new HelmError('cannot set --generate-name and also specify a name');
    if (pattern !== '') throw new HelmError('cannot set --name-template and also specify a name');
    return { name: first, chart: second };
  }
  if (pattern !== '') {
    const functions = chartFunctions(now, process.sim.random);
    return { name: renderTemplate(parseTemplate(pattern, { functions, name: 'name-template' }), {}, { functions }), chart: first };
  }
  if (usual !== undefined && !generates) return { name: usual, chart: first };
  if (!generates) throw new HelmError('must either provide a name or specify --generate-name');
  const base = first
    .replace(/\/+$/, '')
    .replace(/^.*\//, '')
    .replace(/-\d+\.\d+\.\d+.*$|\.tgz$/, '');
  return { name: `${base === '' || base === '.' ? 'chart' : base}-${Math.floor(now / 1000)}`, chart: first };
}

const pattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

export function nameProblem(name: string): string | undefined {
  if (name !== '' && name.length <= 53 && new RegExp(pattern).test(name)) return undefined;
  return `release name ${JSON.stringify(name)}: ${name === '' ? 'no name provided' : `invalid release name, must match regex ${pattern} and the length must not be longer than 53`}`;
}

/** Throws HelmError. */
export function* checkName(call: Call, name: string): Routine {
  const problem = nameProblem(name);
  if (problem === undefined) return;
  yield* call.log('ERROR', 'release name check failed', { error: problem });
  throw new HelmError(`release name check failed: ${problem}`);
}
