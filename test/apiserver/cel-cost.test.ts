import { expect, test } from 'vitest';
import { Cel } from '../../src/apiserver/admission/cel/environment.ts';

test('loops within loops end where the apiserver ends them, each time', () => {
  const cel = new Cel();
  const nested = [...'abcdefghi'].reduce((inside, name) => `[1,2,3,4,5,6,7,8,9,10].all(${name}, ${inside})`, 'true');
  for (let i = 0; i < 2; i++) expect(() => cel.compile(nested)({})).toThrow('operation cancelled: actual cost limit exceeded');
  const all = { items: Array.from({ length: 300 }, (_, index) => BigInt(index)) };
  const fair = cel.compile(
    'items.all(a, items.exists(b, b == a)) && items.map(a, a + 1).filter(a, a > 299).size() == 1 && {"a": items}.exists_one(k, k == "a")',
  );
  for (let i = 0; i < 9; i++) expect(fair(all)).toBe(true);
});
