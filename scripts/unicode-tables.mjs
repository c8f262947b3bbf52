// RE2's tables of Unicode's categories and scripts are a hundredth of the package, and V8 has the same ones (Unicode 17): the bundle works them out when
// a pattern first names one, from what \p{…} matches. Tests run the library as it is; test/headless/unicode-tables.test.ts compares both.
import { readFileSync } from 'node:fs';

/** Runs in the bundle: pairs of first and last code point, with the stride that the library expects. */
function tableOf(property) {
  const ranges = [];
  const add = (first, last) => {
    if (ranges.length > 0 && ranges.at(-2) === first - 1) ranges[ranges.length - 2] = last;
    else ranges.push(first, last, 1);
  };
  const one = new RegExp(`\\p{${property}}`, 'u');
  const many = new RegExp(`\\p{${property}}+`, 'gu');
  const step = 0x1000;
  for (let from = 0; from <= 0x10ffff; from += step) {
    const points = Array.from({ length: step }, (_, i) => from + i);
    if (from === 0xd000) {
      // Surrogates would pair up in a text.
      for (const point of points) if (one.test(String.fromCodePoint(point))) add(point, point);
      continue;
    }
    const width = from > 0xffff ? 2 : 1;
    for (const { 0: found, index } of String.fromCodePoint(...points).matchAll(many)) add(from + index / width, from + (index + found.length) / width - 1);
  }
  return Uint32Array.from(ranges);
}

/** Throws where the library is not as it was. */
export function withoutTables(source) {
  let result = source;
  for (const [name, prefix] of [
    ['CATEGORIES', ''],
    ['SCRIPTS', 'Script='],
  ]) {
    const [whole, body = ''] = new RegExp(`static ${name} = new LazyMap\\(\\{\\n([\\s\\S]*?)\\n\\t\\}\\);`).exec(result) ?? [];
    const entries = body.split('\n').map((line) => /^\t\t(\w+): \(\) => new UnicodeRangeTable\(decodeRanges\("[^"]*", \w+\)\),?$/.exec(line)?.[1]);
    if (!whole || entries.includes(undefined)) throw new Error('re2js has changed: its Unicode tables cannot be left out');
    const names = JSON.stringify(entries.join(' '));
    result = result.replace(
      whole,
      () =>
        `static ${name} = new LazyMap(Object.fromEntries(${names}.split(" ").map((name) => [name, () => new UnicodeRangeTable(tableOf("${prefix}" + name))])));`,
    );
  }
  return `${result}\n${tableOf}`;
}

/** For esbuild. */
export const unicodeTables = {
  name: 'unicode-tables',
  setup(context) {
    context.onLoad({ filter: /re2js[\\/]build[\\/]index\.js$/ }, ({ path }) => ({ contents: withoutTables(readFileSync(path, 'utf8')) }));
  },
};
