/** The shape of crictl's commands. */
import type { Routine } from '../../sim/routine.ts';
import type { Command, FlagSpec } from '../flags.ts';
import type { Context } from './context.ts';

type Run = (context: Context) => Routine<void>;
/** One command of the table. */
export type CrictlCommand = Command<Run>;

const flag = (type: FlagSpec['type'], name: string, short: string, usage: string, defaultValue?: string): FlagSpec => ({
  name,
  ...(type === undefined ? {} : { type }),
  ...(short === '' ? {} : { short }),
  usage,
  ...(defaultValue === undefined ? {} : { default: defaultValue }),
});

/** Flags by kind: `text('id', '', 'Filter by pod id')`. */
export const text = (name: string, short: string, usage: string, defaultValue?: string): FlagSpec => flag('string', name, short, usage, defaultValue);
/** A flag; `short` is '' where it has none. */
export const bool = (name: string, short: string, usage: string): FlagSpec => flag('bool', name, short, usage);
/** As bool, with a whole number. */
export const int = (name: string, short: string, usage: string, defaultValue?: string): FlagSpec => flag('int', name, short, usage, defaultValue);
/** May be given several times. */
export const list = (name: string, short: string, usage: string): FlagSpec => flag('stringArray', name, short, usage);
/** Go's form: `10s`. */
export const duration = (name: string, short: string, usage: string, defaultValue?: string): FlagSpec => flag('duration', name, short, usage, defaultValue);
