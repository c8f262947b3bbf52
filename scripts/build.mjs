// Bundles everything into dist/: the package has no dependencies to install. Usage: node scripts/build.mjs [--pack] [--meta]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { engineBundle } from './engine-bundle.mjs';
import { engineOptions } from './engine-options.mjs';
import { writeLicenses } from './licenses.mjs';
import { packed } from './packing.mjs';
import { unicodeTables } from './unicode-tables.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));

/** Replaces modules that the bundle never needs, or needs in a faster form. */
const replace = {
  name: 'replace',
  setup(context) {
    // Ink's devtools; `serve` has real WebSockets.
    context.onResolve({ filter: /^(react-devtools-core|ws)$/ }, ({ path, importer }) =>
      path === 'ws' && importer.includes('src') && !importer.includes('node_modules') ? undefined : { path, namespace: 'empty' },
    );
    context.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default undefined;' }));
    context.onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      importer.endsWith('fast-width.ts') ? undefined : { path: `${root}/src/tui/fast-width.ts` },
    );
    // Yoga carries its WebAssembly as text, and would load Node's whole fetch to read it: here it is a file beside the bundle.
    context.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const [whole, base64] = /"data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)"/.exec(source) ?? [];
      const contents = source
        .replace(whole, '"yoga.wasm"')
        .replace('loadYoga = loadYoga || {};', "loadYoga = { wasmBinary: readYoga(new URL('yoga.wasm', import.meta.url)) };");
      if (!base64 || !contents.includes('readYoga')) throw new Error('Yoga has changed: its WebAssembly cannot be taken out');
      writeFileSync(`${root}/dist/yoga.wasm`, Buffer.from(base64, 'base64'));
      return { contents: `import { readFileSync as readYoga } from 'node:fs';\n${contents}`, resolveDir: dirname(path) };
    });
    // Unicode's tables for graphemes are read when the first one is made: not before there is a text that needs them.
    context.onLoad({ filter: /(string-width[\\/]index|slice-ansi[\\/]tokenize-ansi)\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const contents = source.replace(
        /^const (\w+) = (new Intl\.Segmenter\([^)]*\));$/m,
        'let made;\nconst $1 = { segment: (text) => (made ??= $2).segment(text) };',
      );
      if (contents === source) throw new Error(`${path} has changed: its segmenter cannot be made later`);
      return { contents };
    });
    // execa opens the author's editor, on the terminal itself: what it does with pipes, messages, logs and synchronously is never called.
    context.onLoad(
      { filter: /execa[\\/]lib[\\/](convert|pipe|verbose|ipc[\\/](buffer-messages|graceful|ipc-input|methods)|methods[\\/]main-sync)\b.*\.js$/ },
      ({ path }) => {
        const made = { getIpcExport: '({})', waitForIpcOutput: '[]', getBufferedIpcOutput: '[]' };
        const names = [...readFileSync(path, 'utf8').matchAll(/^export const (\w+)/gm)].map(([, name]) => name);
        return { contents: names.map((name) => `export const ${name} = () => ${name in made ? made[name] : 'undefined'};`).join('\n') };
      },
    );
    // Ink measures every line of every frame anew: what it has measured is kept between frames, up to a size.
    context.onLoad({ filter: /ink[\\/]build[\\/]output\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const shared = source.replace('caches = new OutputCaches();', 'caches = sharedCaches();');
      if (shared === source) throw new Error('Ink has changed: its output caches cannot be shared');
      return {
        contents: `${shared}
let kept = new OutputCaches();
function sharedCaches() {
  if (kept.widths.size + kept.blockWidths.size + kept.styledChars.size > 5000) kept = new OutputCaches();
  return kept;
}`,
      };
    });
  },
};

const generated = spawnSync(process.execPath, [`${root}/scripts/generate-schema.mjs`], { stdio: 'inherit' });
if (generated.status !== 0) process.exit(generated.status ?? 1);

rmSync(`${root}/dist`, { recursive: true, force: true });
mkdirSync(`${root}/dist`, { recursive: true });
/** The generated texts are files beside the bundle, read when first needed: parsing them as source would cost every start. */
const assets = (format) => ({
  name: 'assets',
  setup(context) {
    context.onLoad({ filter: /src[\\/]api[\\/]generated[\\/].*\.ts$/ }, async ({ path }) => {
      const [, name, text] = /export const (\w+) = \(\): string => (".*");\n$/s.exec(readFileSync(path, 'utf8'));
      const folder = format === 'esm' ? "new URL('./', import.meta.url)" : "'file://' + __dirname + '/'";
      writeFileSync(`${root}/dist/${name}.json`, JSON.parse(text));
      return {
        contents: `import { readFileSync } from 'node:fs';\nexport const ${name} = () => readFileSync(new URL('${name}.json', ${folder}), 'utf8');`,
        loader: 'js',
        resolveDir: root,
      };
    });
  },
});

/** The same sources make the same id: what is kept of a build belongs to it alone. */
const buildId = readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(tsx?|json)$/.test(name))
  .sort()
  .reduce((hash, name) => hash.update(name).update(readFileSync(`${root}/src/${name}`)), createHash('sha256').update(version))
  .digest('hex')
  .slice(0, 12);
const common = {
  ...engineOptions,
  absWorkingDir: root,
  outdir: 'dist',
  minify: true,
  metafile: true,
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"', K8S_LAB_VERSION: JSON.stringify(version), K8S_LAB_BUILD: JSON.stringify(buildId) },
  logLevel: 'warning',
};
const engine = engineBundle(root);
const screen = await build({
  ...common,
  entryPoints: { main: 'src/main.ts', 'grade-worker': 'src/headless/grade-worker.ts' },
  outExtension: { '.js': '.mjs' },
  splitting: true,
  format: 'esm',
  // Some libraries call require() for built-ins, which an ES module does not have.
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  plugins: [replace, unicodeTables, engine.plugin, assets('esm')],
});
/** One file, since each module that a start loads costs it a millisecond; main comes only where it is needed. */
const mainApart = {
  name: 'main-apart',
  setup: (context) => context.onResolve({ filter: /^\.\/main\.ts$/ }, () => ({ path: './main.mjs', external: true })),
};
await build({ ...common, entryPoints: ['src/start.ts'], outExtension: { '.js': '.mjs' }, format: 'esm', plugins: [mainApart] });
const commonJs = { ...common, outdir: undefined, outfile: 'dist/engine.cjs', format: 'cjs', plugins: [unicodeTables, assets('cjs')] };
// Where a snapshot is made, a script has no module object.
const world = await build({ ...commonJs, banner: { js: 'var module;module??={exports:{}};' }, stdin: engine.entry() });
await build({ ...commonJs, outfile: 'dist/keep.cjs', entryPoints: ['src/headless/keep.ts'] });
copyFileSync(`${root}/src/headless/load-engine.cjs`, `${root}/dist/load-engine.cjs`);
const result = { metafile: { outputs: { ...screen.metafile.outputs, ...world.metafile.outputs } } };
for (const entry of ['src/headless/screen.ts', 'src/headless/grade.ts']) mustStartWithoutEngine(screen.metafile.outputs, entry);
writeCatalogue();
writeLicenses(root, result.metafile);
if (process.argv.includes('--pack')) await pack();
if (process.argv.includes('--meta')) writeFileSync(`${root}/dist/meta.json`, JSON.stringify(result.metafile));

/**
 * The bundle and the lessons as one file of the package, which the first start unpacks (bin/unpack.mjs): together they compress a quarter better than npm
 * makes them. A line of JSON with names and lengths in bytes, then the contents.
 */
async function pack() {
  for (const name of readdirSync(`${root}/dist`)) if (/^engine\.cjs$|\.mjs$/.test(name)) await shorten(`${root}/dist/${name}`);
  const built = readdirSync(`${root}/dist`).sort((a, b) => Number(a === 'start.mjs') - Number(b === 'start.mjs'));
  const lessons = readdirSync(`${root}/lessons`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  const files = [
    ...lessons.map((name) => `lessons/${name.replaceAll('\\', '/')}`).map((name) => [name, readFileSync(`${root}/${name}`)]),
    ...built.map((name) => [name, readFileSync(`${root}/dist/${name}`)]),
  ];
  const index = Buffer.from(`${JSON.stringify(files.map(([name, { length }]) => [name, length]))}\n`);
  const whole = packed(Buffer.concat([index, ...files.map(([, content]) => content)]));
  // Named by what is in it: where it was unpacked into a cache, another package must not take it for its own, and what was damaged is not unpacked.
  writeFileSync(`${root}/dist/${createHash('sha256').update(whole).digest('hex').slice(0, 12)}.packed`, whole);
}

/** Terser names things so that they compress better, and finds more that is used once or never (statements compress better than what commas join); it is too slow for every build. */
async function shorten(file) {
  const { minify } = await import('terser');
  // A CommonJS file is the body of a function: all of its names are its own but those that it is handed.
  const mangle = { toplevel: true, reserved: ['module', 'exports', 'require', '__filename', '__dirname'] };
  const options = {
    module: file.endsWith('.mjs'),
    compress: { toplevel: true, passes: 2, sequences: false },
    mangle,
    ecma: 2020,
    format: { ecma: 2020, comments: false },
  };
  const { code } = await minify(readFileSync(file, 'utf8'), options);
  writeFileSync(file, code);
}

/** What the menu needs of all lessons, in one small file: the first frame reads nothing else. Broken lessons are told by `lesson check`. */
function writeCatalogue() {
  const read = (path) => parse(readFileSync(`${root}/lessons/${path}`, 'utf8'));
  const entry = (track, name) => {
    const [facts, en, ko] = ['lesson', 'en', 'ko'].map((file) => read(`${track}/${name}/${file}.yaml`));
    return { key: `${track}/${name}`, minutes: facts.minutes, title: { en: en.title, ko: ko.title }, world: facts.world.name };
  };
  const present = (track) => (name) => existsSync(`${root}/lessons/${track}/${name}/ko.yaml`);
  const tracks = read('tracks.yaml').tracks.map(({ id, title, lessons }) => ({
    id,
    title,
    lessons: lessons.filter(present(id)).map((name) => entry(id, name)),
  }));
  writeFileSync(`${root}/dist/catalogue.json`, JSON.stringify(tracks));
}

/** The first frame is drawn before the engine is read, and who gives files to workers needs no world: what these import at once must not reach it. */
function mustStartWithoutEngine(outputs, entry) {
  const [first] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry);
  const seen = new Set();
  const walk = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind !== 'import-statement') continue;
      if (path.endsWith('load-engine.cjs'))
        throw new Error(`${entry} reaches the engine by ${Object.keys(outputs[file].inputs).join(', ')}: see engineFiles in scripts/engine-bundle.mjs`);
      walk(path);
    }
  };
  walk(first);
}
