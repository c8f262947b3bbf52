/** capsh and getpcaps (libcap 2.75): capabilities in words. */
import { capabilityNames, capabilitySets } from '../../linux/capabilities.ts';
import type { Process } from '../../linux/process.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { groupName, userName } from '../users.ts';

const namesOf = (bits: bigint): string[] => capabilityNames.flatMap((name, i) => ((bits >> BigInt(i)) & 1n ? [`cap_${name.toLowerCase()}`] : []));

/** libcap's text of three sets (cap_to_text): the commonest combination of flags first, then what differs from it. */
function textOf(process: Process): string {
  const { effective, permitted, inheritable } = capabilitySets(process.credentials);
  const flagsOf = (i: number): string => [effective, inheritable, permitted].map((set, at) => ((set >> BigInt(i)) & 1n ? 'eip'[at] : '')).join('');
  const groups = new Map<string, string[]>();
  for (const [i, name] of capabilityNames.entries()) groups.set(flagsOf(i), [...(groups.get(flagsOf(i)) ?? []), `cap_${name.toLowerCase()}`]);
  const [base = ''] = [...groups].sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
  const rest = [...groups].filter(([flags]) => flags !== base);
  if (base === '') return rest.length === 0 ? '=' : rest.map(([flags, names]) => `${names.join()}=${flags}`).join(' ');
  const change = (flags: string): string => {
    const [more, less] = [[...flags].filter((flag) => !base.includes(flag)).join(''), [...base].filter((flag) => !flags.includes(flag)).join('')];
    return `${more === '' ? '' : `+${more}`}${less === '' ? '' : `-${less}`}`;
  };
  return [`=${base}`, ...rest.map(([flags, names]) => `${names.join()}${change(flags)}`)].join(' ');
}

function everything(call: Call): string {
  const { process } = call;
  const { bounding, ambient, inheritable } = capabilitySets(process.credentials);
  const { uid, gid, groups } = process.credentials;
  const iab = capabilityNames.flatMap((name, i) => {
    const has = (set: bigint): boolean => ((set >> BigInt(i)) & 1n) === 1n;
    const mark = `${has(bounding) ? '' : '!'}${has(ambient) ? '^' : has(inheritable) ? '%' : ''}`;
    return mark === '' ? [] : [`${mark}cap_${name.toLowerCase()}`];
  });
  const user = userName(process, uid);
  return `Current: ${textOf(process)}
Bounding set =${namesOf(bounding).join()}
Ambient set =${namesOf(ambient).join()}
Current IAB: ${iab.join()}
Securebits: 00/0x0/1'b0 (no-new-privs=${process.credentials.noNewPrivs ? 1 : 0})
 secure-noroot: no (unlocked)
 secure-no-suid-fixup: no (unlocked)
 secure-keep-caps: no (unlocked)
 secure-no-ambient-raise: no (unlocked)
uid=${uid}(${user === String(uid) ? '???' : user}) euid=${uid}(${user === String(uid) ? '???' : user})
gid=${gid}(${groupName(process, gid)})
groups=${groups.map((each) => `${each}(${groupName(process, each)})`).join()}
Guessed mode: HYBRID (4)
`;
}

const capsh = tool({
  usage: '[args ...]',
  summary: 'Capability shell wrapper.',
  raw: true,
  options: [],
  *run(call) {
    for (const word of call.operands) {
      const hex = /^--decode=(?:0x)?([0-9a-fA-F]+)$/.exec(word)?.[1];
      if (hex !== undefined) yield* call.print(`0x${hex.padStart(16, '0')}=${namesOf(BigInt(`0x${hex}`)).join()}\n`);
      else if (word === '--print') yield* call.print(everything(call));
      else throw new Failure(`k8s-lab: capsh ${word} is not simulated`, 70, true);
    }
    return 0;
  },
});

const getpcaps = tool({
  usage: '<pid> [<pid> ...]',
  summary: 'Display process capabilities.',
  options: [],
  *run(call) {
    for (const pid of call.operands) {
      const found = call.process.namespaces.pid.processes.get(Number(pid));
      if (found) yield* call.print(`${pid}: ${textOf(found)}\n`);
      else yield* call.complain(`Failed to get cap's for process ${pid}: (No such process)`);
    }
    return call.status;
  },
});

export const capabilityPrograms = { capsh, getpcaps };
