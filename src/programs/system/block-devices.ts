/** lsblk, blkid (util-linux 2.41): the machine's one disk and the file system on it. */
import type { Process } from '../../linux/process.ts';
import { humanSize } from '../numbers.ts';
import { aligned } from '../table.ts';
import { type Call, Failure, tool } from '../tool.ts';

/** Of the file system on a machine's disk. */
function uuidOf({ kernel }: Process): string {
  const id = kernel.machineId;
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`;
}

type Device = Readonly<Record<string, string>>;

function devices({ kernel }: Process, bytes: boolean): Device[] {
  const { disk } = kernel;
  const size = (value: number): string => (bytes ? String(value) : humanSize(value).replace(/\.0/, ''));
  const common = { RM: '0', SIZE: size(disk.capacityBytes), RO: '0', ROTA: '1', OWNER: 'root', GROUP: 'disk', MODE: 'brw-rw----' };
  return [
    { ...common, NAME: 'vda', KNAME: 'vda', PATH: '/dev/vda', 'MAJ:MIN': '254:0', TYPE: 'disk' },
    {
      ...common,
      ...{ NAME: 'vda1', KNAME: 'vda1', PATH: '/dev/vda1', PKNAME: 'vda', 'MAJ:MIN': '254:1', TYPE: 'part' },
      ...{ MOUNTPOINTS: '/', MOUNTPOINT: '/', FSTYPE: 'ext4', FSVER: '1.0', UUID: 'uuid', FSROOTS: '/' },
      ...{ FSSIZE: size(disk.capacityBytes), FSUSED: size(disk.usedBytes), FSAVAIL: size(disk.capacityBytes - disk.usedBytes) },
      'FSUSE%': `${Math.round((disk.usedBytes / disk.capacityBytes) * 100)}%`,
    },
  ];
}

const empty = ['LABEL', 'PARTLABEL', 'PARTUUID', 'MODEL', 'SERIAL', 'VENDOR', 'PKNAME'];
const toTheRight = new Set(['RM', 'SIZE', 'RO', 'ROTA', 'FSSIZE', 'FSUSED', 'FSAVAIL', 'FSUSE%']);

const lsblk = tool({
  usage: '[options] [<device> ...]',
  summary: 'List information about block devices.',
  options: [
    ['f,fs', 'output info about filesystems'],
    ['o,output=list', 'output columns'],
    ['J,json', 'use JSON output format'],
    ['n,noheadings', "don't print headings"],
    ['l,list', 'use list format output'],
    ['p,paths', 'print complete device path'],
    ['b,bytes', 'print SIZE in bytes rather than in human readable format'],
    ['d,nodeps', "don't print slaves or holders"],
    ['m,perms', 'output info about permissions'],
    ['a,all', ''],
    ['i,ascii', ''],
    ['r,raw', ''],
  ],
  *run(call) {
    const { process } = call;
    if (call.has('r')) throw new Failure('k8s-lab: lsblk -r is not simulated', 70, true);
    let all = devices(process, call.has('b')).map((each) => (each['UUID'] ? { ...each, UUID: uuidOf(process) } : each));
    const usual = call.has('f')
      ? 'NAME,FSTYPE,FSVER,LABEL,UUID,FSAVAIL,FSUSE%,MOUNTPOINTS'
      : call.has('m')
        ? 'NAME,SIZE,OWNER,GROUP,MODE'
        : 'NAME,MAJ:MIN,RM,SIZE,RO,TYPE,MOUNTPOINTS';
    const given = call.value('o')?.toUpperCase();
    const columns = (given?.startsWith('+') ? `${usual},${given.slice(1)}` : (given ?? usual)).split(',');
    const unknown = columns.find((name) => !empty.includes(name) && !all.some((each) => name in each));
    if (unknown !== undefined) throw new Failure(`unknown column: ${call.value('o')}`);
    if (call.operands.length > 0) {
      const names = call.operands.map((path) => path.replace(/^\/dev\//, ''));
      for (const name of names)
        if (!all.some((each) => each['NAME'] === name)) yield* call.complain(`${call.operands[names.indexOf(name)]}: not a block device`, 32);
      all = all.filter((each) => names.some((name) => each['NAME'] === name || each['PKNAME'] === name));
    }
    if (all.length === 0) return call.status;
    if (call.has('d')) all = all.filter((each) => each['TYPE'] === 'disk' || call.operands.length > 0);
    if (call.has('J')) yield* call.print(json(call, all, columns));
    else yield* call.print(table(call, all, columns));
    return call.status;
  },
});

const named = (call: Call, each: Device, column: string): string => (column === 'NAME' && call.has('p') ? (each['PATH'] ?? '') : (each[column] ?? ''));

function table(call: Call, all: readonly Device[], columns: readonly string[]): string {
  const tree = call.has('l') || all.length < 2 || call.has('d') ? '' : call.has('i') ? '`-' : '└─';
  const rows = all.map((each) => columns.map((column) => `${column === 'NAME' && each['TYPE'] === 'part' ? tree : ''}${named(call, each, column)}`));
  const least = columns.map((column) => (column === 'SIZE' ? 5 : 0));
  return aligned(call.has('n') ? rows : [columns, ...rows], (i) => toTheRight.has(columns[i] ?? ''), least);
}

function json(call: Call, all: readonly Device[], columns: readonly string[]): string {
  const object = (each: Device): Record<string, unknown> =>
    Object.fromEntries(
      columns.map((column) => {
        const value = named(call, each, column);
        if (column === 'MOUNTPOINTS' || column === 'FSROOTS') return [column.toLowerCase(), value === '' ? [] : [value]];
        if (/^(RM|RO|ROTA)$/.test(column)) return [column.toLowerCase(), value === '1'];
        return [column.toLowerCase(), value === '' ? null : call.has('b') && /SIZE|USED|AVAIL/.test(column) ? Number(value) : value];
      }),
    );
  const [first, ...rest] = all.map(object);
  const list = call.has('l') || call.has('d') ? [first, ...rest] : [{ ...first, ...(rest.length > 0 ? { children: rest } : {}) }];
  // libsmartcols puts what follows in a list on the line of the brace before it.
  return `${JSON.stringify({ blockdevices: list }, null, 3).replace(/\},\s+\{/g, '},{')}\n`;
}

const blkid = tool({
  usage: '[options] [<dev>...]',
  summary: 'Locate/print block device attributes.',
  trouble: 4,
  options: [
    ['o,output=format', 'output format; can be value, device, export or full'],
    ['s,match-tag=tag', 'show specified tag(s)'],
    ['p,probe', ''],
    ['c,cache-file=file', ''],
  ],
  *run(call) {
    // Without root there is no reading of the disk, and nothing in the cache.
    const found = call.process.uid === 0 && (call.operands.length === 0 || call.operands.includes('/dev/vda1'));
    if (!found) return 2;
    const tags = [
      ['UUID', uuidOf(call.process)],
      ['BLOCK_SIZE', '4096'],
      ['TYPE', 'ext4'],
    ].filter(([name]) => !call.has('s') || call.all('s').includes(name ?? ''));
    const format = call.value('o') ?? 'full';
    if (!['value', 'device', 'export', 'full'].includes(format)) throw new Failure(`unsupported output format ${format}`, 4);
    if (format === 'device') yield* call.print('/dev/vda1\n');
    else if (format === 'value') yield* call.print(tags.map(([, value]) => `${value}\n`).join(''));
    else if (format === 'export') yield* call.print(`DEVNAME=/dev/vda1\n${tags.map(([name, value]) => `${name}=${value}\n`).join('')}`);
    else yield* call.print(`/dev/vda1: ${tags.map(([name, value]) => `${name}="${value}"`).join(' ')}\n`);
    return 0;
  },
});

export const blockDevicePrograms = { lsblk, blkid };
