/** A later compose file over an earlier one: mappings by key, lists one after the other, what a list says once only (compose-go override). */
import { type Fields, isRecord } from './compose-file.ts';

/** Lists of these are mappings in short. */
const mappings: Readonly<Record<string, (items: readonly unknown[]) => Fields>> = {
  ...Object.fromEntries(['environment', 'labels', 'annotations', 'sysctls', 'args'].map((key) => [key, pairsOf])),
  depends_on: (items) => Object.fromEntries(items.map((each) => [String(each), { condition: 'service_started', required: true }])),
  networks: (items) => Object.fromEntries(items.map((each) => [String(each), null])),
};

/** `- K=v` as a mapping; null where there is no value. */
export function pairsOf(items: readonly unknown[]): Fields {
  return Object.fromEntries(
    items.map((each) => {
      const text = String(each);
      const at = text.indexOf('=');
      return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** `key` is the name under which the values stand. */
export function mergeCompose(below: unknown, above: unknown, key = ''): unknown {
  const short = mappings[key];
  if (short && Array.isArray(below) !== Array.isArray(above))
    return mergeCompose(Array.isArray(below) ? short(below) : below, Array.isArray(above) ? short(above) : above, key);
  if (short && Array.isArray(below) && Array.isArray(above)) return mergeCompose(short(below), short(above), key);
  if (isRecord(below) && isRecord(above))
    return Object.fromEntries(
      [...new Set([...Object.keys(below), ...Object.keys(above)])].map((name) => [
        name,
        name in above && name in below ? mergeCompose(below[name], above[name], name) : (above[name] ?? below[name] ?? null),
      ]),
    );
  if (!Array.isArray(below) || !Array.isArray(above)) return above ?? below;
  if (key === 'command' || key === 'entrypoint' || key === 'test') return above;
  return [...new Map([...below, ...above].map((each) => [key === 'volumes' ? targetOf(each) : JSON.stringify(each), each])).values()];
}

/** A volume takes the place of another at the same path. */
const targetOf = (volume: unknown): string => (isRecord(volume) ? String(volume['target']) : (String(volume).split(':')[1] ?? String(volume)));
