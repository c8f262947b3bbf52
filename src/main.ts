/** The command line: reads the arguments, and starts a screen or a headless run. Parts are loaded when they are needed. */
import { readArguments, seedOf, UsageError } from './arguments.ts';

declare const K8S_LAB_VERSION: string;

const usage = `k8s-lab ${K8S_LAB_VERSION}: how Kubernetes and container runtimes work, by doing it

  k8s-lab                              the lessons
  k8s-lab TRACK/LESSON                 one lesson
  k8s-lab sh                           a shell in a simulated cluster
  k8s-lab sh -c COMMAND | FILE | -     run a line, a script, or standard input; the exit status is the script's
  k8s-lab sh --transcript FILE         replay a recording of real tools ('-' for standard input)
  k8s-lab lesson list                  all lessons, and how far you are
  k8s-lab lesson check [DIR…]          prove lessons: schema, solutions, wrong samples
  k8s-lab lesson play ID --script FILE play a script of lines and @answer, @hint, @next in a lesson

  --lang en|ko      language (default: from LANG)
  --seed N          the world's chance (default 1)
  --world NAME      kubeadm-3 (default) or node
  --plain           lines instead of a screen: for screen readers, pipes and dumb terminals
  --json            machine-readable output (lesson list, check, play)
  --lessons DIR     lessons of your own instead of those that come with the lab
  --version, --help

Exit status: 0 fine; 1 a check or lesson failed; 2 wrong usage; 70 not simulated, or a bug; otherwise the script's own.
`;

async function main(): Promise<number> {
  const { values, positionals } = readArguments(process.argv.slice(2));
  if (values.help) return say(usage);
  if (values.version) return say(`${K8S_LAB_VERSION}\n`);
  const [command, ...rest] = positionals;
  if (command === 'sh') return (await import('./headless/commands.ts')).shell(values, rest);
  if (command === 'lesson') return (await import('./headless/commands.ts')).lesson(values, rest);
  return (await import('./headless/screen.ts')).openScreen({ values, target: command, seed: seedOf(values) });
}

const say = (text: string): number => {
  process.stdout.write(text);
  return 0;
};

// A reader that has gone (`k8s-lab sh … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 141 : 1));

try {
  process.exitCode = await main();
} catch (error) {
  const usageProblem = error instanceof UsageError;
  process.stderr.write(
    usageProblem
      ? `k8s-lab: ${error.message}\nTry 'k8s-lab --help'.\n`
      : `k8s-lab: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = usageProblem ? 2 : 70;
}
