/** Which builtins dash and busybox's ash lack. */
import type { Flavor } from './shell.ts';

const onlyBash = new Set(
  'declare typeset pushd popd dirs shopt mapfile readarray disown logout enable caller compgen complete builtin suspend bind help'.split(' '),
);
const notDash = new Set(['source', 'let', 'history']);

/** Whether a builtin of bash's is one of the shell's own. */
export const hasBuiltin = (flavor: Flavor, name: string): boolean => flavor === 'bash' || (!onlyBash.has(name) && !(flavor === 'dash' && notDash.has(name)));
