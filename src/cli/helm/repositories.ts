import type { Routine } from '../../sim/routine.ts';
import type { Call } from './call.ts';
import type { Chart } from './chart.ts';
import { HelmError } from './error.ts';

export function* fetchedChart(_call: Call, name: string): Routine<{ readonly chart: Chart }> {
  throw new HelmError(
    name.includes('/') ? `repo ${name.split('/')[0]} not found` : `non-absolute URLs should be in form of repo_name/path_to_chart, got: ${name}`,
  );
}
