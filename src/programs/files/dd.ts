/** dd: bytes in blocks from here to there. */
import { Errno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { fromBinary, toBinary } from '../bytes.ts';
import { humanSize, parseSize } from '../numbers.ts';
import { quote } from '../quote.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';

const dd = tool({
  usage: '[OPERAND]...',
  summary: 'Copy a file, converting and formatting according to the operands.',
  options: [],
  *run(call) {
    const operands = new Map(call.operands.map((operand) => operand.split(/=(.*)/s).slice(0, 2) as [string, string]));
    for (const [key] of operands)
      if (!['if', 'of', 'bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'conv', 'status', 'iflag', 'oflag'].includes(key))
        throw new UsageError(`unrecognized operand ${quote(key)}`);
    const number = (key: string, otherwise: number): number => {
      const text = operands.get(key);
      const value = text === undefined ? otherwise : parseSize(text);
      if (value === undefined) throw new Failure(`invalid number: ${quote(text ?? '')}`);
      return value;
    };
    const size = number('bs', number('ibs', 512));
    return yield* blocks(call, operands, { size, skip: number('skip', 0), count: operands.has('count') ? number('count', 0) : Number.POSITIVE_INFINITY });
  },
});

/** So many bytes are one step of the engine. */
const bytesPerStep = 600;

function* blocks(
  call: Call,
  operands: ReadonlyMap<string, string>,
  { size, skip, count }: { readonly size: number; readonly skip: number; readonly count: number },
): Routine<number> {
  const { process } = call;
  const open = (name: string | undefined, flags: Parameters<typeof process.kernel.open>[2]): ReturnType<typeof process.kernel.open> | undefined => {
    try {
      return name === undefined ? undefined : process.kernel.open(process, name, flags);
    } catch (error) {
      if (error instanceof Errno) throw new Failure(`failed to open ${quote(name ?? '')}: ${error.message}`);
      throw error;
    }
  };
  const began = process.now;
  const input = open(operands.get('if'), { read: true }) ?? process.stdin.retain();
  const output = open(operands.get('of'), { write: true, create: true, truncate: !operands.get('conv')?.includes('notrunc') }) ?? process.stdout.retain();
  let left = count * size;
  let toSkip = skip * size;
  let copied = 0;
  let failure: Errno | undefined;
  try {
    while (left > 0) {
      const text = yield* input.read();
      if (text === undefined) break;
      const binary = toBinary(text).slice(toSkip);
      toSkip -= Math.min(toSkip, text.length);
      const piece = binary.slice(0, left);
      process.toil(1 + binary.length / bytesPerStep);
      if (piece === '') continue;
      yield* output.write(fromBinary(piece));
      copied += piece.length;
      left -= piece.length;
      yield* process.work(0.005 + piece.length * 1e-6);
    }
  } catch (error) {
    if (!(error instanceof Errno) || error.code === 'EPIPE') throw error;
    failure = error;
  } finally {
    input.close();
    output.close();
  }
  if (failure) yield* call.complain(`error writing ${quote(operands.get('of') ?? 'standard output')}: ${failure.message}`);
  yield* process.printError(summary(copied, size, process.now - began, operands.get('status')));
  return call.status;
}

function summary(copied: number, size: number, milliseconds: number, status: string | undefined): string {
  if (status === 'none') return '';
  const records = `${Math.floor(copied / size)}+${copied % size > 0 ? 1 : 0}`;
  const head = `${records} records in\n${records} records out\n`;
  if (status === 'noxfer') return head;
  const seconds = Math.max(milliseconds / 1000, 1e-5);
  const decimal = (value: number): string =>
    value < 1000 ? `${value} B` : `${humanSize(value, 1000).replace(/([\d.]+)([A-Za-z])/, '$1 $2')}B`.replace('K', 'k');
  const names = copied >= 1000 ? ` (${decimal(copied)}, ${copied >= 1024 ? `${humanSize(copied).replace(/([\d.]+)([A-Z])/, '$1 $2i')}B` : `${copied} B`})` : '';
  return `${head}${copied} bytes${names} copied, ${Number(seconds.toPrecision(6))} s, ${decimal(Math.round(copied / seconds))}/s\n`;
}

export const ddPrograms = { dd };
