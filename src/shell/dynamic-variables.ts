/** Variables that the shell computes when they are looked at. */
import type { Shell } from './shell.ts';
import { IndexedArray } from './variable-values.ts';
import type { DynamicVariable, DynamicVariables } from './variables.ts';

/** `$RANDOM`, `$SECONDS`, `$LINENO` and their like, for one shell; made when asked for, since every stage of a pipeline is a shell. */
export const dynamicVariables = (shell: Shell): DynamicVariables => ({
  names: shell.flavor === 'dash' ? dashNames : names,
  get: (name) => (table[name] as Make)(shell),
});

const { floor } = Math;

type Make = (shell: Shell) => DynamicVariable;

const table: Readonly<Record<string, Make>> = {
  RANDOM: (shell) => ({ get: () => String(shell.process.sim.random.int(32768)), set: () => {} }),
  SRANDOM: (shell) => ({ get: () => String(shell.process.sim.random.int(2 ** 32)) }),
  SECONDS: (shell) => ({
    get: () => String(floor((shell.process.now - shell.secondsFrom) / 1000)),
    set: (value) => {
      shell.secondsFrom = shell.process.now - (Number(value) || 0) * 1000;
    },
  }),
  EPOCHSECONDS: (shell) => ({ get: () => String(floor(shell.process.now / 1000)) }),
  EPOCHREALTIME: (shell) => ({ get: () => (shell.process.now / 1000).toFixed(6) }),
  LINENO: (shell) => ({ get: () => String(shell.line), set: () => {} }),
  BASHPID: (shell) => ({ get: () => String(shell.process.pids.get(shell.process.namespaces.pid) ?? shell.process.pid) }),
  BASH_SUBSHELL: (shell) => ({ get: () => String(shell.level) }),
  BASH_COMMAND: (shell) => ({ get: () => shell.commandText }),
  PPID: (shell) => ({ get: () => String(shell.process.parent ? (shell.process.parent.pids.get(shell.process.namespaces.pid) ?? 0) : 0) }),
  UID: (shell) => ({ get: () => String(shell.process.uid) }),
  EUID: (shell) => ({ get: () => String(shell.process.uid) }),
  GROUPS: (shell) => ({ get: () => IndexedArray.from([shell.process.credentials.gid, ...shell.process.credentials.groups].map(String)) }),
  PIPESTATUS: (shell) => ({ get: () => IndexedArray.from(shell.pipeStatus.map(String)) }),
  DIRSTACK: (shell) => ({ get: () => IndexedArray.from([shell.process.cwd, ...shell.directories]) }),
  FUNCNAME: (shell) => ({
    get: () => {
      const names = shell.frames.map((frame) => frame.name).reverse();
      return names.length === 0
        ? undefined
        : IndexedArray.from(shell.interactive || shell.options.has('command') || shell.options.has('stdin') ? names : [...names, 'main']);
    },
  }),
  BASH_SOURCE: (shell) => ({ get: () => IndexedArray.from([shell.source.name, ...shell.frames.map((frame) => frame.source.name).reverse()]) }),
  BASH_LINENO: (shell) => ({ get: () => IndexedArray.from([...shell.frames.map((frame) => String(frame.line)).reverse(), '0']) }),
  HISTCMD: (shell) => ({ get: () => String(shell.history.length + shell.historyOffset + 1) }),
  SHELLOPTS: (shell) => ({ get: () => [...shell.options].sort().join(':') }),
  BASHOPTS: (shell) => ({ get: () => [...shell.shopt].sort().join(':') }),
};

const names: ReadonlySet<string> = new Set(Object.keys(table));
const dashNames: ReadonlySet<string> = new Set(['LINENO', 'PPID']);
