/** How the sources are compiled, in the bundle and in the benchmark alike. */
export const engineOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // The same library as ES modules: what is not called is left out.
  alias: { yaml: `${import.meta.dirname}/../node_modules/yaml/browser/dist/index.js` },
  // Fields set by plain assignment: V8 makes objects with defined fields several times slower where classes extend each other.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, jsx: 'react-jsx' } },
};
