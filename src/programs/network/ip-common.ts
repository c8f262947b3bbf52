/** What the parts of ip and bridge have in common: how they refuse, abbreviate and print. */
import type { Interface, NetworkNamespace } from '../../linux/network.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Call, Failure } from '../tool.ts';

/** iproute2 does not say its name. */
export class Refusal extends Failure {
  constructor(message: string, status: number) {
    super(message, status, true);
  }
}

/** What the kernel says to a change. */
export const answers = (message: string): Refusal => new Refusal(`RTNETLINK answers: ${message}`, 2);
/** The same with words of its own (extended acknowledgement). */
export const saysKernel = (message: string, status = 2): Refusal => new Refusal(`Error: ${message}`, status);

/** The first of the words that begins so. */
export const pick = (word: string | undefined, words: readonly string[]): string | undefined =>
  words.find((each) => word !== undefined && word !== '' && each.startsWith(word));

/** Throws what ip says of a device that is not there. */
export function device(network: NetworkNamespace, name: string | undefined): Interface {
  const found = network.interfaces.get(name ?? '');
  if (!found) throw new Refusal(`Cannot find device "${name ?? ''}"`, 1);
  return found;
}

/** A list as text, or with -j as JSON. */
export function* shown(call: Call, objects: readonly object[], text: string): Routine {
  if (!call.has('json')) return yield* call.print(text);
  yield* call.print(`${call.has('pretty') ? pretty(objects, 0) : JSON.stringify(objects)}\n`);
}

/** iproute2 lib/json_writer.c: lists stay on a line, what is in braces goes below. */
function pretty(value: unknown, depth: number): string {
  if (Array.isArray(value)) return value.length === 0 ? '[ ]' : `[ ${value.map((each) => pretty(each, depth + 1)).join(',')} ]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = Object.entries(value).map(([key, each]) => `${' '.repeat((depth + 1) * 4)}${JSON.stringify(key)}: ${pretty(each, depth + 1)}`);
  return inner.length === 0 ? '{}' : `{\n${inner.join(',\n')}\n${' '.repeat(depth * 4)}}`;
}
