/** lsmod, modprobe, rmmod: modules of the kernel (kmod). */
import { Errno } from '../../linux/errno.ts';
import { type Call, Failure, tool } from '../tool.ts';

const lsmod = tool({
  usage: '',
  summary: 'Show the status of modules in the Linux Kernel.',
  options: [],
  *run(call) {
    yield* call.print('Module                  Size  Used by\n');
    for (const line of call.process.fs.read('/proc/modules').split('\n')) {
      const [name = '', size = '', uses = '', users = ''] = line.split(' ');
      if (name !== '') yield* call.print(`${name.padEnd(19)} ${size.padStart(8)}  ${uses}${users === '-' ? '' : ` ${users.replace(/,$/, '')}`}\n`);
    }
    return 0;
  },
});

const modprobe = tool({
  usage: '[options] [-i] [-b] modulename',
  summary: 'Add and remove modules from the Linux Kernel.',
  options: [
    ['a,all', 'consider every non-argument to be a module name to be inserted or removed'],
    ['r,remove', 'remove modules instead of inserting'],
    ['n,dry-run', 'do not execute operations, just print out'],
    ['q,quiet', 'disable messages'],
    ['v,verbose', 'enable more messages'],
  ],
  *run(call) {
    const { kernel } = call.process;
    if (call.operands.length === 0) throw new Failure("ERROR: missing parameters. See 'modprobe --help' for more information.");
    // Without -a and -r the further words are the module's own parameters.
    for (const name of call.has('a') || call.has('r') ? call.operands : call.operands.slice(0, 1)) {
      if (!kernel.modules.exists(name)) {
        if (call.has('q')) return 1;
        throw new Failure(`FATAL: Module ${name} not found${call.has('r') ? '.' : ` in directory /lib/modules/${kernel.release}`}`);
      }
      if (call.has('n')) continue;
      if (call.has('r')) remove(call, name);
      else insert(call, name);
    }
    return 0;
  },
});

const rmmod = tool({
  usage: '[options] modulename ...',
  summary: 'Remove a module from the Linux Kernel.',
  options: [
    ['f,force', 'forces a module unload and may crash your machine'],
    ['v,verbose', 'enables more messages'],
  ],
  *run(call) {
    if (call.operands.length === 0) throw new Failure('ERROR: missing module name.');
    for (const name of call.operands) {
      const { modules } = call.process.kernel;
      const users = modules.list().find((each) => each.name === name)?.users;
      if (users === undefined) throw new Failure(`ERROR: Module ${name} is not currently loaded`);
      if (users.length > 0) throw new Failure(`ERROR: Module ${name} is in use by: ${users.join(' ')}`);
      root(call, `ERROR: could not remove '${name}': Operation not permitted`);
      try {
        modules.remove(name);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        throw new Failure(`ERROR: Module ${name} is in use`);
      }
    }
    return 0;
  },
});

function insert(call: Call, name: string): void {
  if (call.process.kernel.modules.has(name.replaceAll('-', '_'))) return;
  root(call, `ERROR: could not insert '${name.replaceAll('-', '_')}': Operation not permitted`);
  call.process.kernel.modules.load(name);
}

function remove(call: Call, name: string): void {
  const { modules } = call.process.kernel;
  if (!modules.has(name.replaceAll('-', '_'))) return;
  root(call, `ERROR: could not remove '${name}': Operation not permitted`);
  try {
    modules.removeWithNeeds(name);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Failure(`FATAL: Module ${name} is in use.`);
  }
}

function root(call: Call, message: string): void {
  if (call.process.uid !== 0) throw new Failure(message);
}

export const modulePrograms = { lsmod, modprobe, rmmod };
