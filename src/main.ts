/** The command line: reads the arguments, and starts a screen or a headless run. Parts are loaded when they are needed. */
import { readArguments, UsageError } from './arguments.ts';

declare const K8S_LAB_VERSION: string;

const usage = `k8s-lab ${K8S_LAB_VERSION}: how Kubernetes and container runtimes work, by doing it

  k8s-lab                              the lessons
  k8s-lab TRACK/LESSON                 one lesson
  k8s-lab sh                           a shell in a simulated cluster
  k8s-lab sh -c COMMAND | FILE | -     run a line, a script, or standard input; the exit status is the script's
  k8s-lab sh --transcript FILE         replay a recording of real tools ('-' for standard input)
  k8s-lab serve                        a cluster for your own kubectl, Helm and clients, on this computer only
  k8s-lab lesson list                  all lessons, and how far you are
  k8s-lab lesson new TRACK/NAME        begin a lesson of your own: three small files that teach the format
  k8s-lab lesson check [DIR…]          prove lessons: schema, solutions, wrong samples
  k8s-lab lesson edit DIR              a lesson's files in $EDITOR, then what is wrong with them
  k8s-lab lesson play ID --script FILE play a script of lines and @answer, @hint, @next in a lesson
  k8s-lab lesson export --for learners [DIR] -o FOLDER
                                       lessons without solutions and hidden checks, for learners
  k8s-lab submit [LESSON…] -o FILE     hand in what you did, to be graded by replay (--show: read it first)
  k8s-lab grade FILE|FOLDER…           grade what was handed in; docs/grading.md tells more
  k8s-lab grade --open FILE [LESSON]   look through a submission, event by event

  --lang en|ko      language (default: from LANG)
  --seed N          the world's chance (default 1)
  --world NAME      kubeadm-3 (default) or node
  --plain           lines instead of a screen: for screen readers, pipes and dumb terminals
  --json            machine-readable output (lesson list, check, play)
  --lessons DIR     lessons of your own instead of those that come with the lab
  --dir DIR         where lesson new begins it (default: here)
  --name WHO        who you are: lessons get a seed of your own, and submit says your name
  --save            keep what lesson play did, to hand it in
  -o FILE           where submit, grade, export and lesson new write
  --seeds N         lesson check: under how many seeds (default 3)
  --standard        lesson check: what the lab's own lessons hold themselves to as well

  of grade:
  --format NAME     table (default), json, csv, csv-long, junit, classroom50 or markdown
  --for learners    leave out what hidden checks say
  --jobs N          worker threads (default: one a processor, 4 at most)
  --since, --due T  mark what is earlier or later: a day (UTC) or a moment such as 2026-11-22T18:00:00+09:00
  --seeds WHICH     learner (each their own), common (default: also lessons begun without a name) or any; --seed N: one for all
  --similar FILE    a report on submissions that are more alike than the lesson explains
  --budget STEPS    what one lesson may take of the simulator
  --fail-under N    exit status 1 if somebody has less than N percent
  of serve:
  --port P          a port instead of any that is free
  --kubeconfig FILE where to write the kubeconfig (default: a new file, removed at the end)
  --version, --help

Exit status: 0 fine; 1 a check or lesson failed; 2 wrong usage; 3 not written; 70 not simulated, or a bug; otherwise the script's own.
`;

async function main(): Promise<number> {
  const { values, positionals } = readArguments(process.argv.slice(2));
  if (values.help) return say(usage);
  if (values.version) return say(`${K8S_LAB_VERSION}\n`);
  const [command, ...rest] = positionals;
  if (command === 'sh') return (await import('./headless/commands.ts')).shell(values, rest);
  if (command === 'serve') return (await import('./headless/serve.ts')).serveCommand(values);
  if (command === 'lesson') return (await import('./headless/commands.ts')).lesson(values, rest);
  if (command === 'submit') return (await import('./headless/submit.ts')).submitCommand(values, rest);
  if (command === 'grade') return (await import('./headless/grade.ts')).gradeCommand(values, rest);
  return (await import('./headless/screen.ts')).openScreen({ values, target: command });
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
