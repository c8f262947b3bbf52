/** Where a chart comes from: a folder, an archive, a repository. */
import type { Routine } from '../../sim/routine.ts';
import type { Call } from './call.ts';
import { type Chart, loadChart } from './chart.ts';
import { HelmError } from './error.ts';
import { fetchedChart } from './repositories.ts';

/** The chart of an argument: helm pkg/action LocateChart. Throws HelmError. */
export function* locateChart(call: Call, name: string): Routine<Chart> {
  const { process, flags } = call;
  if (flags.text('repo') === '' && process.fs.exists(process.path(name))) return loadChart(process, name);
  if (name.startsWith('/') || name.startsWith('.')) throw new HelmError(`path ${JSON.stringify(name)} not found`);
  return (yield* fetchedChart(call, name)).chart;
}
