import { humanDuration } from '../../../../apimachinery/duration.ts';
import { tryParseTime } from '../../../../apimachinery/time.ts';
import { at, nameOf, type Obj, objs, text } from '../../json.ts';

/** A server's answer as a Table; objects and lists that are none get NAME and AGE. */
export function plainTable(answer: Obj, now: number): Obj {
  if (answer['kind'] === 'Table') return answer;
  const items = Array.isArray(answer['items']) ? objs(answer['items']) : [answer];
  return {
    kind: 'Table',
    metadata: answer['metadata'],
    columnDefinitions: [
      { name: 'Name', priority: 0, format: 'name' },
      { name: 'Age', priority: 0 },
    ],
    rows: items.map((object) => ({ cells: [nameOf(object), age(text(at(object, 'metadata.creationTimestamp')), now)], object })),
  };
}

/** The AGE of a timestamp: `<unknown>` without one. */
function age(timestamp: string, now: number): string {
  const then = tryParseTime(timestamp);
  return then === undefined ? '<unknown>' : humanDuration(now - then);
}
