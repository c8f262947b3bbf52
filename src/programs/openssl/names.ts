/** Distinguished names: as typed (`/CN=jane/O=dev`), as DER, as printed. */

import { type DerNode, der, objectId, readObjectId, sequence, tags, text } from '../../apimachinery/der.ts';
import { own } from '../../sim/own.ts';

const types: readonly (readonly [short: string, id: string])[] = [
  ['CN', '2.5.4.3'],
  ['C', '2.5.4.6'],
  ['L', '2.5.4.7'],
  ['ST', '2.5.4.8'],
  ['O', '2.5.4.10'],
  ['OU', '2.5.4.11'],
  ['emailAddress', '1.2.840.113549.1.9.1'],
];

/** `type` is CN, O, C … */
export type NamePart = { readonly type: string; readonly value: string };

/** `/CN=jane/O=dev`; a text where it cannot be read. */
export function parseSubject(given: string): readonly NamePart[] | string {
  if (!given.startsWith('/'))
    return `req: subject name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may be escaped by \\. This name is not in that format: '${given.replace(/^[/]/, '')}'`;
  const parts: NamePart[] = [];
  for (const piece of given.slice(1).split(/(?<!\\)\//)) {
    if (piece === '') continue;
    const at = piece.indexOf('=');
    if (at < 0) return `req: Missing '=' after RDN type string '${piece}' in subject name string`;
    const type = piece.slice(0, at);
    if (!types.some(([short]) => short === type)) return `req warning: Skipping unknown subject name attribute "${type}"`;
    if (piece.length > at + 1) parts.push({ type, value: piece.slice(at + 1).replace(/\\(.)/g, '$1') });
  }
  return parts;
}

/** One part a set, in the order given. */
export const encodeName = (parts: readonly NamePart[]): Uint8Array =>
  sequence(
    ...parts.map(({ type, value }) =>
      der(tags.set, sequence(objectId(types.find(([short]) => short === type)?.[1] ?? ''), text(type === 'C' ? tags.printable : tags.utf8, value))),
    ),
  );

/** How -nameopt says that a name be written: between the parts, between type and value. */
const styles: Readonly<Record<string, readonly [between: string, equals: string]>> = { rfc2253: [',', '='], oneline: [', ', ' = '], compat: ['/', '='] };

/** `O=dev, CN=jane`, in the order in which it is written; of RFC 2253 the other way round. */
export function printName(name: DerNode, option = ''): string {
  const style = option.toLowerCase();
  const [between, equals] = own(styles, style) ?? [', ', '='];
  const parts = name.children
    .flatMap((set) => set.children)
    .map((pair) => {
      const id = readObjectId(pair.children[0]?.content ?? new Uint8Array());
      return `${types.find(([, each]) => each === id)?.[0] ?? id}${equals}${Buffer.from(pair.children[1]?.content ?? []).toString('utf8')}`;
    });
  return (style === 'compat' ? '/' : '') + (style === 'rfc2253' ? parts.reverse() : parts).join(between);
}
