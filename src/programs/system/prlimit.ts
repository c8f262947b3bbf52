/** prlimit: resource limits of a process, or of a command to be run (util-linux 2.41 sys-utils/prlimit.c). */
import type { Process } from '../../linux/process.ts';
import { resources, rlimitOf, setRlimit, unsimulated } from '../../linux/rlimits.ts';
import { start } from '../execute.ts';
import { Failure, tool } from '../tool.ts';

const text = (value: number): string => (value < 0 ? 'unlimited' : String(value));
const units: Readonly<Record<string, string>> = { us: 'microsecs' };

/** `soft:hard`, `soft:`, `:hard`, or one number for both. */
function readLimit(value: string, before: { readonly soft: number; readonly hard: number }, name: string): { soft: number; hard: number } {
  const one = (part: string, otherwise: number): number =>
    part === '' ? otherwise : part === 'unlimited' ? -1 : /^\d+$/.test(part) ? Number(part) : Number.NaN;
  const [soft = '', hard = value.includes(':') ? '' : soft] = value.split(':');
  const limit = { soft: one(soft, before.soft), hard: one(hard, before.hard) };
  if (Number.isNaN(limit.soft) || Number.isNaN(limit.hard)) throw new Failure(`failed to parse ${name} limit`);
  return limit;
}

const prlimit = tool({
  usage: '[options] [--<resource>=<limit>] [-p PID | COMMAND]',
  summary: 'Show or change the resource limits of a process.',
  inOrder: true,
  options: [
    ['p,pid=pid', 'process id'],
    ['o,output=list', 'define which output columns to use'],
    ['noheadings', "don't print headings"],
    ...resources.map(([name, letter, , description]): readonly [string, string] => [`${letter},${name.toLowerCase()}[=limit]`, description]),
  ],
  *run(call) {
    const { process } = call;
    const pid = call.value('p');
    const target = pid === undefined ? process : process.namespaces.pid.processes.get(Number(pid));
    const asked = resources.filter(([, letter]) => call.has(letter));
    if (!target) throw new Failure(`failed to get the ${asked[0]?.[0] ?? 'AS'} resource limit: No such process`);
    const changes = asked.flatMap(([name, letter]) => (call.value(letter) === undefined ? [] : [[name, call.value(letter) ?? ''] as const]));
    for (const [name, value] of changes) {
      if (unsimulated.has(name)) throw new Failure(`k8s-lab: limits of ${name} are not simulated`, 70);
      const refused = setRlimit(target, name, readLimit(value, rlimitOf(target, name), name), process);
      if (refused) throw new Failure(`failed to set the ${name} resource limit: ${refused === 'EPERM' ? 'Operation not permitted' : 'Invalid argument'}`);
    }
    if (call.operands.length > 0) {
      yield* call.out.flush();
      return yield* process.wait(start(call, call.operands));
    }
    const shown = asked.length === 0 ? [...resources].sort(([a], [b]) => (a < b ? -1 : 1)) : asked.filter(([, letter]) => call.value(letter) === undefined);
    const names = (call.value('o') ?? columns.join()).toUpperCase().split(',');
    const unknown = names.find((name) => !columns.includes(name));
    if (unknown !== undefined) throw new Failure(`unknown column: ${unknown}`);
    if (shown.length > 0) yield* call.print(table(target, shown, names, call.has('noheadings')));
    return 0;
  },
});

const columns = ['RESOURCE', 'DESCRIPTION', 'SOFT', 'HARD', 'UNITS'];

function table(target: Process, shown: typeof resources, names: readonly string[], bare: boolean): string {
  const rows = shown.map(([name, , , description, unit]) => {
    const { soft, hard } = rlimitOf(target, name);
    const row = [name, description, text(soft), text(hard), units[unit] ?? unit];
    return names.map((each) => row[columns.indexOf(each)] ?? '');
  });
  const all = [...(bare ? [] : [names]), ...rows];
  const widths = names.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const cell = (value: string, i: number): string =>
    /^(SOFT|HARD)$/.test(names[i] ?? '') ? value.padStart(widths[i] ?? 0) : i === names.length - 1 ? value : value.padEnd(widths[i] ?? 0);
  return all.map((row) => `${row.map(cell).join(' ')}\n`).join('');
}

export const prlimitPrograms = { prlimit };
