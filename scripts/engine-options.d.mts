export const engineOptions: import('esbuild').BuildOptions;
