/** base64, base32, md5sum, sha1sum, sha256sum, sha512sum, cksum, xxd, od, hexdump. */
import { createHash } from 'node:crypto';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { decodeUtf8 } from '../../sim/stream.ts';
import { bytesOf, fromBinary, toBinary } from '../bytes.ts';
import { quote } from '../quote.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';

const base64 = tool({
  usage: '[OPTION]... [FILE]',
  summary: 'Base64 encode or decode FILE, or standard input, to standard output.',
  options: [
    ['d,decode,D', 'decode data'],
    ['i,ignore-garbage', 'when decoding, ignore non-alphabet characters'],
    ['w,wrap=COLS', 'wrap encoded lines after COLS character (default 76). Use 0 to disable line wrapping'],
  ],
  *run(call) {
    const [name = '-', extra] = call.operands;
    if (extra !== undefined) throw new UsageError(`extra operand ${quote(extra)}`);
    const columns = call.value('w') ?? '76';
    if (!/^\d+$/.test(columns)) throw new Failure(`invalid wrap size: ${quote(columns)}`);
    const text = yield* call.slurp(name);
    if (!call.has('d')) {
      const encoded = Buffer.from(bytesOf(toBinary(text))).toString('base64');
      const lines = Number(columns) === 0 ? [encoded] : (encoded.match(new RegExp(`.{1,${Number(columns)}}`, 'g')) ?? []);
      yield* call.print(lines.join('\n') + (Number(columns) > 0 && encoded !== '' ? '\n' : ''));
      return 0;
    }
    const clean = call.has('i') ? text.replace(/[^A-Za-z0-9+/=]/g, '') : text.replaceAll('\n', '');
    const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(clean)?.[0] ?? '';
    yield* call.print(decodeUtf8(Buffer.from(valid === clean ? clean : salvage(clean), 'base64')));
    if (valid !== clean) yield* call.complain('invalid input');
    return call.status;
  },
});

/** What comes before the first wrong character is still decoded. */
const salvage = (text: string): string => /^[A-Za-z0-9+/]*/.exec(text)?.[0] ?? '';

const checksum = (algorithm: string, bits: string): Program =>
  tool({
    usage: '[OPTION]... [FILE]...',
    summary: `Print or check ${bits} checksums.`,
    options: [
      ['b,binary', 'read in binary mode'],
      ['c,check', 'read checksums from the FILEs and check them'],
      ['t,text', 'read in text mode (default)'],
      ['quiet', "don't print OK for each successfully verified file"],
      ['status', "don't output anything, status code shows success"],
    ],
    *run(call) {
      if (call.has('c')) return yield* verify(call, algorithm);
      yield* call.eachFile(function* (file, name) {
        const sum = hash(algorithm, yield* call.whole(file));
        yield* call.print(`${sum} ${call.has('b') ? '*' : ' '}${name}\n`);
      });
      return call.status;
    },
  });

const hash = (algorithm: string, text: string): string =>
  createHash(algorithm)
    .update(bytesOf(toBinary(text)))
    .digest('hex');

function* verify(call: Call, algorithm: string): Routine<number> {
  let failed = 0;
  let unreadable = 0;
  for (const list of call.operands.length === 0 ? ['-'] : call.operands)
    for (const line of (yield* call.slurp(list)).split('\n')) {
      const parts = /^([0-9a-fA-F]+) [ *](.+)$/.exec(line);
      if (!parts) continue;
      const name = parts[2] as string;
      if (!call.process.fs.exists(name)) {
        yield* call.complain(`${name}: No such file or directory`);
        yield* call.print(`${name}: FAILED open or read\n`);
        unreadable++;
        continue;
      }
      const ok = hash(algorithm, yield* call.slurp(name)) === parts[1]?.toLowerCase();
      if (!ok) failed++;
      if (!call.has('status') && !(ok && call.has('quiet'))) yield* call.print(`${name}: ${ok ? 'OK' : 'FAILED'}\n`);
    }
  const warn = (count: number, text: string): string => `WARNING: ${count} ${count === 1 ? text.replace('{s}', '') : text.replace('{s}', 's')}`;

  if (unreadable > 0) yield* call.complain(warn(unreadable, 'listed file{s} could not be read'));
  if (failed > 0 && !call.has('status')) yield* call.complain(warn(failed, 'computed checksum{s} did NOT match'));
  return failed > 0 ? 1 : call.status;
}

const printable = (binary: string): string => binary.replace(/[^ -~]/g, '.');
const hex = (value: number, width = 2): string => value.toString(16).padStart(width, '0');

const xxd = tool({
  usage: '[options] [infile [outfile]]',
  summary: 'Make a hexdump or do the reverse.',
  options: [
    ['r,revert', 'reverse operation: convert hexdump into binary'],
    ['p,ps,plain', 'output in plain hexdump style'],
    ['c,cols=COLS', 'format COLS octets per line'],
    ['g,groupsize=BYTES', 'octets per group in normal output'],
    ['l,len=LEN', 'stop after LEN octets'],
    ['s,seek=SEEK', 'start at SEEK bytes'],
    ['u', 'use upper case hex letters'],
  ],
  *run(call) {
    const text = yield* call.slurp(call.operands[0] ?? '-');
    if (call.has('r')) {
      yield* call.print(fromBinary(call.has('p') ? fromHex(text) : text.split('\n').map(fromDumpLine).join('')));
      return 0;
    }
    const skip = Number(call.value('s') ?? 0);
    const binary = toBinary(text).slice(skip, call.has('l') ? skip + Number(call.value('l')) : undefined);
    const columns = Number(call.value('c') ?? (call.has('p') ? 30 : 16));
    const group = Number(call.value('g') ?? 2);
    for (let at = 0; at < binary.length; at += columns) {
      const row = binary.slice(at, at + columns);
      let digits = [...row].map((character) => hex(character.charCodeAt(0)));
      if (call.has('u')) digits = digits.map((each) => each.toUpperCase());
      if (call.has('p')) {
        yield* call.print(`${digits.join('')}\n`);
        continue;
      }
      const joined = digits.map((each, i) => each + (group > 0 && (i + 1) % group === 0 ? ' ' : '')).join('');
      const width = columns * 2 + (group > 0 ? Math.ceil(columns / group) : 1);
      yield* call.print(`${hex(at + skip, 8)}: ${joined.padEnd(width)} ${printable(row)}\n`);
    }
    return 0;
  },
});

const fromHex = (text: string): string =>
  (text.replace(/[^0-9a-fA-F]/g, '').match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('');
const fromDumpLine = (line: string): string => fromHex(/^[0-9a-f]+: ?((?:[0-9a-fA-F]+ ?)*)/.exec(line.split('  ')[0] ?? '')?.[1] ?? '');

const od = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Write an unambiguous representation, octal bytes by default, of FILE to standard output.',
  options: [
    ['A,address-radix=RADIX', 'output format for file offsets; RADIX is one of [doxn]'],
    ['t,format=TYPE', 'select output format'],
    ['N,read-bytes=BYTES', 'limit dump to BYTES input bytes'],
    ['j,skip-bytes=BYTES', 'skip BYTES input bytes first'],
    ['v,output-duplicates', 'do not use * to mark line suppression'],
    ['w,width[=BYTES]', 'output BYTES bytes per output line'],
    ['c', 'same as -t c'],
    ['x', 'same as -t x2'],
    ['b', 'same as -t o1'],
    ['d', 'same as -t u2'],
    ['o', 'same as -t o2'],
    ['a', 'same as -t a'],
  ],
  *run(call) {
    const short: Readonly<Record<string, string>> = { c: 'c', x: 'x2', b: 'o1', d: 'u2', o: 'o2', a: 'a' };
    const types = call.given.flatMap(({ key, value }) => (key === 't' ? ((value ?? '').match(/[acdoux]\d*z?/g) ?? []) : (short[key] ?? [])));
    let text = '';
    yield* call.eachFile(function* (file) {
      text += yield* call.whole(file);
    });
    const skip = Number(call.value('j') ?? 0);
    const binary = toBinary(text).slice(skip, call.has('N') ? skip + Number(call.value('N')) : undefined);
    // Each byte becomes a few words.
    call.memory.charge(binary.length * 8);
    const width = Number(call.value('w') ?? 16);
    const radix = { d: 10, o: 8, x: 16 }[call.value('A') ?? 'o'];
    const address = (at: number): string => (radix === undefined ? '' : (at + skip).toString(radix).padStart(radix === 16 ? 6 : 7, '0'));
    const chosen = types.length === 0 ? ['o2'] : types;
    const cell = Math.max(...chosen.map((type) => cellWidth(type) / unitSize(type)));
    let before: string | undefined;
    let starred = false;
    for (let at = 0; at < binary.length; at += width) {
      const row = binary.slice(at, at + width);
      if (row === before && row.length === width && !call.has('v')) {
        if (!starred) yield* call.print('*\n');
        starred = true;
        continue;
      }
      before = row;
      starred = false;
      for (const [i, type] of chosen.entries())
        yield* call.print(`${i === 0 ? address(at) : ' '.repeat(address(at).length)}${dumpRow(row, type, cell * unitSize(type))}\n`);
    }
    if (radix !== undefined) yield* call.print(`${address(binary.length)}\n`);
    return call.status;
  },
});

const unitSize = (type: string): number => (/^[ac]/.test(type) ? 1 : Number(/\d+/.exec(type)?.[0] ?? 4));
const digitsIn: Readonly<Record<string, readonly [number, number, number]>> = { x: [2, 4, 8], o: [3, 6, 11], u: [3, 5, 10], d: [4, 6, 11] };
const cellWidth = (type: string): number => (/^[ac]/.test(type) ? 4 : (digitsIn[type[0] as string]?.[Math.log2(unitSize(type))] ?? 8) + 1);
const odNames: Readonly<Record<number, string>> = { 0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' };

function dumpRow(row: string, type: string, width: number): string {
  const size = unitSize(type);
  let out = '';
  for (let i = 0; i < row.length; i += size) {
    let value = 0;
    for (let b = size - 1; b >= 0; b--) value = value * 256 + (row.charCodeAt(i + b) || 0);
    out += showUnit(value, type, size).padStart(width);
  }
  return out;
}

function showUnit(value: number, type: string, size: number): string {
  if (type.startsWith('c')) return odNames[value] ?? (value >= 32 && value < 127 ? String.fromCharCode(value) : value.toString(8).padStart(3, '0'));
  if (type.startsWith('a'))
    return (
      ['nul', 'soh', 'stx', 'etx', 'eot', 'enq', 'ack', 'bel', 'bs', 'ht', 'nl', 'vt', 'ff', 'cr'][value] ??
      (value === 32 ? 'sp' : String.fromCharCode(value & 127))
    );
  const base = { x: 16, o: 8 }[type[0] as 'x'] ?? 10;
  if (type.startsWith('d') && value >= 2 ** (size * 8 - 1)) return String(value - 2 ** (size * 8));
  return base === 10 ? String(value) : value.toString(base).padStart(digitsIn[type[0] as string]?.[Math.log2(size)] ?? 2, '0');
}

const hexdump = tool({
  usage: '[options] <file>...',
  summary: 'Display file contents in hexadecimal, decimal, octal, or ascii.',
  options: [
    ['C,canonical', 'canonical hex+ASCII display'],
    ['n,length=LENGTH', 'interpret only LENGTH bytes of input'],
    ['s,skip=OFFSET', 'skip OFFSET bytes from the beginning'],
    ['v,no-squeezing', 'output identical lines'],
  ],
  *run(call) {
    let text = '';
    yield* call.eachFile(function* (file) {
      text += yield* call.whole(file);
    });
    const skip = Number(call.value('s') ?? 0);
    const binary = toBinary(text).slice(skip, call.has('n') ? skip + Number(call.value('n')) : undefined);
    let before: string | undefined;
    let starred = false;
    for (let at = 0; at < binary.length; at += 16) {
      const row = binary.slice(at, at + 16);
      if (row === before && row.length === 16 && !call.has('v')) {
        if (!starred) yield* call.print('*\n');
        starred = true;
        continue;
      }
      before = row;
      starred = false;
      const cells = [...row].map((character) => hex(character.charCodeAt(0)));
      const half = (from: number): string => cells.slice(from, from + 8).join(' ');
      if (call.has('C')) yield* call.print(`${hex(at + skip, 8)}  ${`${half(0).padEnd(23)}  ${half(8)}`.padEnd(48)}  |${printable(row)}|\n`);
      else
        yield* call.print(
          `${hex(at + skip, 7)}${[...Array(8).keys()].map((i) => (i * 2 < row.length ? ` ${cells[i * 2 + 1] ?? '00'}${cells[i * 2]}` : '     ')).join('')}\n`,
        );
    }
    if (binary.length > 0) yield* call.print(`${hex(binary.length + skip, call.has('C') ? 8 : 7)}\n`);
    return call.status;
  },
});

export const encodePrograms = {
  base64,
  md5sum: checksum('md5', 'MD5 (128-bit)'),
  sha1sum: checksum('sha1', 'SHA1 (160-bit)'),
  sha224sum: checksum('sha224', 'SHA224 (224-bit)'),
  sha256sum: checksum('sha256', 'SHA256 (256-bit)'),
  sha384sum: checksum('sha384', 'SHA384 (384-bit)'),
  b2sum: checksum('blake2b512', 'BLAKE2b (512-bit)'),
  sha512sum: checksum('sha512', 'SHA512 (512-bit)'),
  xxd,
  od,
  hexdump,
};
