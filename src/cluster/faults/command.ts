/** `fault`: breaks the sandbox on purpose. It is the lab's own command; in lessons it is not there. */
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Cluster } from '../cluster.ts';
import { lineOf } from './fault.ts';
import { beginFault, clearFault, FaultError, faults, findFault, fitsWorld } from './index.ts';

const help = `Break this cluster on purpose, and find out why.

Usage:
  fault list                    the faults there are
  fault inject ID [--node NODE] bring one about
  fault random                  bring one about without saying which
  fault symptoms ID             what it is known by
  fault mend ID                 the steps that mend it, to be typed by hand
  fault clear                   take back what was injected
`;

type Active = { readonly id: string; readonly node: string | undefined };

/** The command of one cluster; what was injected is remembered for \`clear\`. */
export function newFaultProgram(cluster: () => Cluster): Program {
  const active: Active[] = [];
  return function* (argv, process) {
    const [verb = '', ...rest] = argv.slice(1);
    try {
      return yield* dispatch(process, cluster(), active, verb, rest);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      yield* process.printError(`fault: ${error.message}\n`);
      return 1;
    }
  };
}

function* dispatch(process: Process, cluster: Cluster, active: Active[], verb: string, args: readonly string[]): Routine<number> {
  const at = args.findIndex((arg) => arg === '--node' || arg.startsWith('--node='));
  const node = at < 0 ? undefined : (args[at]?.split('=')[1] ?? args[at + 1]);
  const [id] = args.filter((_arg, i) => i !== at && !(at >= 0 && args[at] === '--node' && i === at + 1));
  if (verb === 'list') return yield* list(process);
  if (verb === 'clear') return yield* clear(process, cluster, active);
  if (verb === 'random')
    return yield* inject(process, cluster, active, process.sim.random.pick(faults.filter((each) => fitsWorld(cluster, each))).id, node, true);
  if (verb === '' || verb === 'help' || verb === '--help' || verb === '-h') {
    yield* process.print(help);
    return 0;
  }
  if (!['inject', 'symptoms', 'mend'].includes(verb)) throw new FaultError(`unknown command "${verb}"; see fault --help`);
  if (id === undefined) throw new FaultError(`${verb} needs the id of a fault; \`fault list\` shows them`);
  if (verb === 'inject') return yield* inject(process, cluster, active, id, node, false);
  const fault = findFault(id);
  if (!fault) throw new FaultError(`there is no fault ${id}; \`fault list\` shows them`);
  const lines = verb === 'mend' ? [...fault.mend, ...(fault.tidy ?? [])] : fault.symptoms.map(({ run }) => run);
  for (const text of lines) {
    const { onNode, line } = lineOf(text, node ?? fault.on);
    yield* process.print(`${onNode ? (node ?? fault.on) : cluster.home}# ${line}\n`);
  }
  return 0;
}

const korean = (process: Process): boolean => (process.env['LANG'] ?? '').startsWith('ko');

function* list(process: Process): Routine<number> {
  const width = Math.max(...faults.map(({ id }) => id.length));
  for (const { id, on, fixed, summary } of faults)
    yield* process.print(`${id.padEnd(width)}   ${(fixed ? '-' : on).padEnd(6)}   ${korean(process) ? summary.ko : summary.en}\n`);
  return 0;
}

function* inject(process: Process, cluster: Cluster, active: Active[], id: string, node: string | undefined, secret: boolean): Routine<number> {
  const { fault, machine, running } = beginFault(cluster, id, node);
  active.push({ id, node });
  while (running && running.exitStatus === undefined) yield { on: [running.changed] };
  const shown = `its symptoms show after ${fault.shownAfter} s`;
  yield* process.print(secret ? `something is wrong now; ${shown}\n` : `${id} is on ${machine.name}; ${shown}\n`);
  return 0;
}

function* clear(process: Process, cluster: Cluster, active: Active[]): Routine<number> {
  if (active.length === 0) throw new FaultError('nothing was injected');
  for (const { id, node } of active.splice(0).reverse()) {
    for (const running of clearFault(cluster, id, node)) while (running.exitStatus === undefined) yield { on: [running.changed] };
    yield* process.print(`${id} was mended\n`);
  }
  return 0;
}
