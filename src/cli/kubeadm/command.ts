/** A command of kubeadm as data. */
import type { Routine } from '../../sim/routine.ts';
import type { Command } from '../flags.ts';
import type { Context } from './context.ts';

/** One command of the tree. */
export type KubeadmCommand = Command<(context: Context) => Routine>;

/** Of init, join and reset. */
export const ignoreFlag = {
  name: 'ignore-preflight-errors',
  type: 'stringSlice',
  usage: "A list of checks whose errors will be shown as warnings. Example: 'IsPrivilegedUser,Swap'. Value 'all' ignores errors from all checks.",
} as const;
/** Of whatever talks to the container runtime. */
export const criSocketFlag = { name: 'cri-socket', usage: 'Path to the CRI socket to connect.' } as const;
/** Of init and join. */
export const configFlag = { name: 'config', usage: 'Path to a kubeadm configuration file.' } as const;
