import { createHash } from 'node:crypto';
import { sortedJson } from '../../apimachinery/json.ts';
import { nameOf, type Obj } from './json.ts';

/** The suffix of generated config maps and secrets: kubernetes kubectl/pkg/util/hash, kustomize api/hasher. */
export function contentHash(object: Obj, name = nameOf(object)): string {
  const { kind, data, binaryData, type } = object as { readonly [field: string]: unknown };
  const secret = kind === 'Secret';
  const text = sortedJson({
    kind,
    name,
    data: data ?? '',
    ...(binaryData !== undefined && { binaryData }),
    ...(secret && { type: type ?? '' }),
  });
  const hex = createHash('sha256').update(text).digest('hex');
  return [...hex.slice(0, 10)].map((char) => letters[char] ?? char).join('');
}

/** Vowels and look-alikes are left out, so that no suffix spells a word. */
const letters: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };
