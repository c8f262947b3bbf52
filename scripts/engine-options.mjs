/** How the sources are compiled, in the bundle and in the benchmark alike. */
export const engineOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Fields set by plain assignment: V8 makes objects with defined fields several times slower where classes extend each other.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, jsx: 'react-jsx' } },
};
