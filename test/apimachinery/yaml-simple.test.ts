import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfigYaml, parseSimpleYaml } from '../../src/apimachinery/yaml-simple.ts';

const asText = (word: string): string => word;

test('reads what kubeadm writes', () => {
  const text = 'a: 1\nb:\n- x: "0"\n  y: {}\n- z\nc:\n  d.e/f: https://10.0.0.1:6443\n  g:\n  h: null\nlist:\n  - - 1\n    - two\n';
  expect(parseConfigYaml(text)).toEqual(parse(text));
  expect(parseSimpleYaml(text, asText)).toBeDefined();
});

test('leaves the rest to the library', () => {
  for (const text of [
    '',
    'a: [1]',
    'a: |\n  b',
    'a: &x b',
    'a: b # c',
    'a: b\n  c',
    'a: b: c',
    'a: "\\n"',
    '<<: a',
    'a: 1\na: 2',
    '- a\nb: c',
    '---\na: b',
    'a:\n   b: c\n  d: e',
  ])
    expect([text, parseSimpleYaml(text, asText)]).toEqual([text, undefined]);
});

test('says the same as the library wherever it says anything', () => {
  const word = fc.constantFrom(
    'a',
    'b: c',
    'key:',
    'x: 1',
    '- ',
    '- - y',
    '-',
    '- a: b',
    '- k:',
    '"q"',
    'n: 0x1f',
    'v: 1.5',
    'w: ~',
    '- null',
    "s: 't'",
    'e: {}',
    'p: -3',
    'a: --',
    'u: x:y',
    'o: 007',
    'z: .5',
    '# c',
    'm: 1_0',
    '-1',
    't: 12:30',
  );
  const line = fc.tuple(fc.nat(4), word).map(([indent, text]) => ' '.repeat(indent) + text);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 7 }), (lines) => {
      const text = lines.join('\n');
      let expected: unknown;
      try {
        expected = parse(text);
      } catch (error) {
        expect(() => parseConfigYaml(text)).toThrow((error as Error).message);
        return;
      }
      expect(parseConfigYaml(text)).toEqual(expected);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

test('says the same of every lesson', () => {
  const files = readdirSync('lessons', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  for (const name of files) {
    const text = readFileSync(`lessons/${name}`, 'utf8');
    expect(parseConfigYaml(text)).toEqual(parse(text));
  }
});
