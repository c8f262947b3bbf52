/** The bundle has RE2's tables of Unicode from V8: they are the same ones. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { withoutTables } from '../../scripts/unicode-tables.mjs';

type Library = { readonly RE2JS: { compile(pattern: string): { matcher(text: string): { find(): boolean } } } };

test('categories and scripts are those of the library', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-unicode-'));
  const file = join(folder, 're2js.mjs');
  writeFileSync(file, withoutTables(readFileSync(join(process.cwd(), 'node_modules/re2js/build/index.js'), 'utf8')));
  const [own, theirs] = (await Promise.all([import(pathToFileURL(file).href), import('re2js')])) as [Library, Library];
  rmSync(folder, { recursive: true });
  const samples = ['가', '漢', 'a', 'Z', '9', '_', 'я', 'é', '\u{10330}', '\u{1F600}', '\u0301', ' ', '\u00a0', '\u{20000}', '€', 'ﬁ', '٣'];
  for (const name of [
    'Hangul',
    'Han',
    'Latin',
    'Cyrillic',
    'Gothic',
    'L',
    'Lu',
    'Ll',
    'Lo',
    'M',
    'Mn',
    'N',
    'Nd',
    'P',
    'S',
    'Sc',
    'So',
    'Z',
    'Zs',
    'C',
    'Cn',
  ]) {
    const found = ({ RE2JS }: Library): string[] => samples.filter((each) => RE2JS.compile(`\\p{${name}}`).matcher(each).find());
    expect([name, ...found(own)]).toEqual([name, ...found(theirs)]);
  }
});
