/** All builtins, by name. */
import type { Builtin } from '../shell.ts';
import { completionBuiltins } from './completion.ts';
import { controlBuiltins } from './control.ts';
import { declareBuiltins } from './declare.ts';
import { directoryBuiltins } from './directories.ts';
import { historyBuiltins } from './history.ts';
import { inputBuiltins } from './input.ts';
import { jobBuiltins } from './jobs.ts';
import { lookupBuiltins } from './lookup.ts';
import { optionBuiltins } from './options.ts';
import { outputBuiltins } from './output.ts';
import { parameterBuiltins } from './parameters.ts';
import { signalBuiltins } from './signals.ts';
import { testBuiltins } from './test.ts';

/** Name → what it does. */
export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>(
  [
    completionBuiltins,
    controlBuiltins,
    declareBuiltins,
    directoryBuiltins,
    historyBuiltins,
    inputBuiltins,
    jobBuiltins,
    lookupBuiltins,
    optionBuiltins,
    outputBuiltins,
    parameterBuiltins,
    signalBuiltins,
    testBuiltins,
  ].flatMap((group) => Object.entries(group)),
);
