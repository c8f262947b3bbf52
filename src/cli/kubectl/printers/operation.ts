/** What commands that change something print: `pod/web created (dry run)`, or the object when -o asks for it. */
import type { Routine } from '../../../sim/routine.ts';
import type { Obj } from '../json.ts';
import type { DryRun, Kubectl } from '../kubectl.ts';
import { type ObjectPrinter, objectPrinter, resourceSlashName } from './object-printer.ts';

/** `operation` is the past participle: created, configured, unchanged. */
export type OperationPrinter = (object: Obj, operation: string) => Routine;

const suffixes: Readonly<Record<DryRun, string>> = { none: '', client: ' (dry run)', server: ' (server dry run)' };

/** Made once a command, before anything is sent, so that a bad -o is found first. */
export function operationPrinter(k: Kubectl, dryRun: DryRun = 'none', options: { readonly typed?: boolean } = {}): OperationPrinter {
  const printer: ObjectPrinter | undefined = objectPrinter(k, options);
  return function* (object, operation) {
    if (printer) yield* k.print(printer(object));
    else yield* k.print(`${resourceSlashName(object)} ${operation}${suffixes[dryRun]}\n`);
  };
}
