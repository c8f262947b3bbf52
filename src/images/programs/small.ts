/** Entrypoints and one-shot programs of images. */
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { execCommand, flag, log, waitForSignal } from './service.ts';

/** An entrypoint that passes on what it is given: options without a command are those of the image's own. The first argument is the script itself. */
const entrypointOf = (own: string): Program =>
  function* (argv, process) {
    const command = argv.slice(1);
    return yield* execCommand(process, command[0] === undefined || command[0].startsWith('-') ? [own, ...command] : command);
  };

export const entrypoints: Readonly<Record<string, Program>> = Object.fromEntries(
  ['bash', 'curl', 'memcached', 'mongod', 'redis-server'].map((name) => [`${name}-entrypoint`, entrypointOf(name)]),
);

/** `hello-world`'s text, then exit 0. */
export const helloWorld: Program = function* (_argv, process) {
  yield* process.print(
    [
      '',
      'Hello from a container!',
      'This message says that your installation works.',
      '',
      'What happened on the way to it:',
      ' 1. The client asked the container engine to run an image.',
      ' 2. The engine fetched the image "hello-world" from its registry.',
      ' 3. The engine made a container of it, and the runtime started this program.',
      ' 4. What the program printed went back to your terminal.',
      '',
      '',
    ].join('\n'),
  );
  return 0;
};

/** Stands for a program that the lab has not: exit 70. */
export const notSimulated: Program = function* (argv, process) {
  const name = (argv[0] ?? '').slice((argv[0] ?? '').lastIndexOf('/') + 1);
  yield* process.printError(`k8s-lab: ${name} is not simulated\n`);
  return 70;
};

/** Nothing to do but be there: controllers whose work the lab does elsewhere or not at all. */
export const idle: Program = function* (_argv, process) {
  yield* waitForSignal(process);
  return 0;
};

/** /go-runner of Kubernetes' images: runs its arguments. */
export const goRunner: Program = function* (argv, process) {
  const rest = argv.slice(1).filter((arg) => !/^--?(log-file|also-stdout|redirect-stderr)/.test(arg));
  return yield* execCommand(process, rest);
};

/** `stress --vm 1 --vm-bytes 150M --cpu 2`: uses memory and CPU. */
export const stress: Program = function* (argv, process) {
  const bytes = flag(argv, 'vm-bytes') ?? flag(argv, 'mem-total');
  const workers = Number(flag(argv, 'vm') ?? 0);
  const cpus = Number(flag(argv, 'cpu') ?? flag(argv, 'c') ?? flag(argv, 'cpus') ?? 0);
  yield* log(process, `stress: info: [${process.pids.get(process.namespaces.pid) ?? process.pid}] dispatching hogs: ${cpus} cpu, 0 io, ${workers} vm, 0 hdd`);
  if (bytes !== undefined || workers > 0) {
    for (let i = 0; i < Math.max(1, workers); i++) {
      yield* sleep(20);
      process.allocate(sizeOf(bytes ?? '256M'));
    }
  }
  const until = process.now + (Number.parseFloat(flag(argv, 'timeout') ?? flag(argv, 't') ?? 'Infinity') || Number.POSITIVE_INFINITY) * 1000;
  while (process.now < until) yield* burn(process, cpus);
  return 0;
};

function* burn(process: Parameters<Program>[1], cpus: number): Routine {
  const slice = 200;
  if (cpus === 0) return yield* sleep(slice);
  const before = process.now;
  yield* process.work(slice);
  const shares = Math.min(cpus, process.kernel.cpus) - 1;
  // More workers burn beside the first, as far as a quota lets them.
  if (shares > 0 && process.now - before <= slice) process.cgroup.burn(slice * 1000 * shares);
}

function sizeOf(text: string): number {
  const [, digits = '0', unit = ''] = /^(\d+(?:\.\d+)?)([kKmMgGbB]?)/.exec(text) ?? [];
  return Number(digits) * ({ k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase()] ?? 1);
}
