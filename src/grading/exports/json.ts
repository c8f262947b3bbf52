import { visibleJson } from '../visible.ts';
import type { Exporter } from './export.ts';

/** Everything, for programs. A grade a line. */
export const json: Exporter = function* (grades, problems, { engine }) {
  yield `{"format":"k8s-lab/grades","version":1,"engine":${JSON.stringify(engine)},"grades":[`;
  let first = true;
  for (const grade of grades) {
    yield `${first ? '' : ','}\n${visibleJson(grade)}`;
    first = false;
  }
  yield `\n],"problems":[${problems.map((each) => `\n${visibleJson(each)}`).join(',')}\n]}\n`;
};
