// Bundles everything into dist/: the package has no dependencies to install. Usage: node scripts/build.mjs [--meta]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeLicenses } from './licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));

/** Replaces modules that the bundle never needs, or needs in a faster form. */
const replace = {
  name: 'replace',
  setup(context) {
    context.onResolve({ filter: /^(react-devtools-core|ws)$/ }, ({ path }) => ({ path, namespace: 'empty' }));
    context.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default undefined;' }));
    if (!existsSync(`${root}/src/tui/fast-width.ts`)) return;
    context.onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      importer.endsWith('fast-width.ts') ? undefined : { path: `${root}/src/tui/fast-width.ts` },
    );
  },
};

const generated = spawnSync(process.execPath, [`${root}/scripts/generate-schema.mjs`], { stdio: 'inherit' });
if (generated.status !== 0) process.exit(generated.status ?? 1);

rmSync(`${root}/dist`, { recursive: true, force: true });
mkdirSync(`${root}/dist`, { recursive: true });
const result = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  keepNames: false,
  metafile: true,
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"', K8S_LAB_VERSION: JSON.stringify(version) },
  // Some libraries call require() for built-ins, which an ES module does not have.
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  plugins: [replace],
  logLevel: 'warning',
});
writeLicenses(root, result.metafile);
if (process.argv.includes('--meta')) writeFileSync(`${root}/dist/meta.json`, JSON.stringify(result.metafile));
