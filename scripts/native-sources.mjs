/** The sources as plain modules that Node loads by itself: what tests run is as fast as the bundle, and vitest need not touch it. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { engineOptions } from './engine-options.mjs';

const slashes = (path) => path.replaceAll('\\', '/');
const root = slashes(fileURLToPath(new URL('..', import.meta.url)));
const sources = `${root}src`;
// Inside node_modules, where vitest leaves modules to Node.
const folder = `${root}node_modules/.k8s-lab-sources`;

const compiledName = (name) => slashes(name).replace(/\.tsx?$/, '.js');
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Compiles what has changed in src/ since it was compiled, a module a file. */
async function compile() {
  const script = changedAt(fileURLToPath(import.meta.url));
  const stale = readdirSync(sources, { recursive: true })
    .filter((name) => /\.tsx?$/.test(name))
    .filter((name) => changedAt(`${folder}/${compiledName(name)}`) <= Math.max(script, changedAt(`${sources}/${name}`)));
  if (stale.length === 0) return;
  const { bundle: _bundle, alias: _alias, ...options } = engineOptions;
  const { outputFiles } = await build({
    ...options,
    entryPoints: stale.map((name) => `${sources}/${slashes(name)}`),
    outbase: sources,
    outdir: folder,
    format: 'esm',
    sourcemap: true,
    write: false,
  });
  for (const directory of new Set(outputFiles.map(({ path }) => dirname(path)))) mkdirSync(directory, { recursive: true });
  for (const { path, text } of outputFiles) writeFileSync(path, path.endsWith('.js') ? withNeighbours(path, text) : text);
}

/** Neighbours by the names that they have here; JSON where it is. */
function withNeighbours(path, text) {
  const source = dirname(slashes(path).replace(folder, sources));
  return text
    .replace(/(\bfrom |\bimport |\bimport\()"(\.{1,2}\/[^"\n]+)\.tsx?"/g, '$1"$2.js"')
    .replace(
      /^import (\w+) from "(\.{1,2}\/[^"\n]+\.json)".*$/gm,
      (_, name, file) =>
        `import { createRequire as require_${name} } from "node:module"; const ${name} = require_${name}(import.meta.url)(${JSON.stringify(resolve(source, file))});`,
    );
}

/** For vitest: what tests import from src/ is the compiled module. */
export async function nativeSources() {
  await compile();
  return {
    name: 'native-sources',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!importer || !/^\.{1,2}\//.test(source)) return undefined;
      const path = slashes(resolve(dirname(importer.replace(/\?.*/, '')), source));
      return path.startsWith(`${sources}/`) && /\.tsx?$/.test(path)
        ? { id: `${folder}/${compiledName(path.slice(sources.length + 1))}`, external: true }
        : undefined;
    },
  };
}
