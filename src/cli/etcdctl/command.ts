/** A command of etcdctl as data. */
import type { Routine } from '../../sim/routine.ts';
import type { Command } from '../flags.ts';
import type { Context } from './context.ts';

export type EtcdctlCommand = Command<(context: Context) => Routine>;
