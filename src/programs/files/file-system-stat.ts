/** stat -f: the file system that holds a file (coreutils src/stat.c, the names of its magic numbers). */
import { quote } from '../quote.ts';
import { type Call, Failure } from '../tool.ts';
import { fileSystems, holding, spaceOf } from './usage.ts';

const magic: Readonly<Record<string, readonly [number: string, name: string]>> = {
  ext4: ['ef53', 'ext2/ext3'],
  cgroup2: ['63677270', 'cgroup2fs'],
  tmpfs: ['1021994', 'tmpfs'],
  proc: ['9fa0', 'proc'],
  sysfs: ['62656572', 'sysfs'],
  overlay: ['794c7630', 'overlayfs'],
  devpts: ['1cd1', 'devpts'],
  mqueue: ['19800202', 'mqueue'],
};
const blockSize = 4096;

export function fileSystemStat(call: Call, path: string): string {
  const { fs } = call.process;
  if (!fs.exists(path)) throw new Failure(`cannot read file system information for ${quote(path)}: No such file or directory`);
  const row = holding(fileSystems(call), fs.realpath(path));
  const { bytes, used, nodes, taken } = spaceOf(call, row);
  const kernels = ['proc', 'cgroup2', 'sysfs', 'devpts', 'mqueue'].includes(row.type);
  const count = (number: number): string => String(kernels ? 0 : Math.floor(number));
  const [hex, name] = magic[row.type] ?? ['0', 'UNKNOWN (0x0)'];
  const [major = '0', minor = '0'] = row.device.split(':');
  const fields: Readonly<Record<string, string>> = {
    a: count((bytes - used) / blockSize),
    b: count(bytes / blockSize),
    c: count(nodes),
    d: count(nodes - taken),
    f: count((bytes - used) / blockSize),
    i: `${Number(major).toString(16)}${Number(minor).toString(16).padStart(8, '0')}`,
    l: '255',
    n: path,
    s: String(blockSize),
    S: String(blockSize),
    t: hex,
    T: name,
    '%': '%',
  };
  const format = call.value('c') ?? call.value('printf');
  if (format !== undefined)
    return (call.has('printf') ? format.replaceAll('\\n', '\n') : `${format}\n`).replace(/%([a-zA-Z%])/g, (_whole, letter: string) => fields[letter] ?? '?');
  return `  File: "${path}"
    ID: ${fields['i']?.padEnd(16)} Namelen: ${fields['l']?.padEnd(7)} Type: ${name}
Block size: ${String(blockSize).padEnd(10)} Fundamental block size: ${blockSize}
Blocks: Total: ${fields['b']?.padEnd(10)} Free: ${fields['f']?.padEnd(10)} Available: ${fields['a']}
Inodes: Total: ${fields['c']?.padEnd(10)} Free: ${fields['d']}
`;
}
