/** The first thing that runs: a shell line goes to a world that was kept running in memory, if there is one; everything else goes to main. */
import { readArguments } from './arguments.ts';
import { runInKeptWorld } from './headless/kept-world.ts';

const status = tryKeptWorld();
if (status === undefined) await import('./main.ts');
else process.exitCode = status;

function tryKeptWorld(): number | undefined {
  if (process.argv[2] !== 'sh') return undefined;
  try {
    return runInKeptWorld(readArguments(process.argv.slice(2)));
  } catch {
    return undefined; // main says what is wrong.
  }
}
