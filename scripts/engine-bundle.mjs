// The simulated world is one CommonJS file, engine.cjs: a V8 start-up snapshot can be made of it, and the rest of the bundle (ES modules, loaded
// in parts) takes it from there, so that it stands in the package once.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** What belongs to the engine. The views of a session are light, and are drawn before there is a world. */
const engineFiles =
  /^src\/(cluster|linux|interfaces|api|apimachinery)\/|^src\/grading\/(evaluate|cel)\.ts$|^src\/session\/(?!xray|cluster-view|lesson-view|kept|inputs|answers|submit|event-text)/;

/** Names that a module exports at run time. */
function exportsOf(file) {
  const source = readFileSync(file, 'utf8');
  const declared = [...source.matchAll(/^export (?:abstract )?(?:function\*?|class|const|let) (\w+)/gm)].map((match) => match[1]);
  const listed = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap((match) => match[1].split(',').map((each) => each.trim()));
  const again = listed.filter((each) => each !== '' && !each.startsWith('type ')).map((each) => each.split(' as ').at(-1));
  return [...new Set([...declared, ...again])];
}

/** A plugin for the ES modules, and the entry of the engine once they are built: `files` fills while the first build runs. */
export function engineBundle(root) {
  const files = new Map();
  const keyOf = (file) => {
    if (!files.has(file)) files.set(file, `m${files.size}`);
    return files.get(file);
  };
  const plugin = {
    name: 'engine',
    setup(context) {
      context.onResolve({ filter: /^engine:cjs$/ }, () => ({ path: './load-engine.cjs', external: true }));
      context.onResolve({ filter: /^\.\.?\// }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === 'resolving' || kind === 'entry-point') return undefined;
        const { path: file, errors } = await context.resolve(path, { importer, resolveDir, kind, pluginData: 'resolving' });
        if (errors.length > 0 || !engineFiles.test(relative(root, file).replaceAll('\\', '/'))) return undefined;
        return { path: file, namespace: 'engine' };
      });
      context.onLoad({ filter: /.*/, namespace: 'engine' }, ({ path }) => ({
        contents: `import engine from 'engine:cjs';\nexport const { ${exportsOf(path).join(', ')} } = engine.${keyOf(path)};`,
        loader: 'js',
        resolveDir: root,
      }));
    },
  };
  const entry = () => ({
    contents: `${[...files].map(([file, key]) => `export * as ${key} from ${JSON.stringify(file)};`).join('\n')}\nimport ${JSON.stringify(`${root}/src/headless/world.ts`)};`,
    resolveDir: root,
    sourcefile: 'engine.js',
    loader: 'js',
  });
  return { plugin, entry };
}
