/** apparmor_parser, aa-status and their kin (AppArmor 4.1). */
import type { Profile } from '../../linux/apparmor.ts';
import { type Parsed, ProfileError, parseProfiles } from '../../linux/apparmor-parser.ts';
import type { Process } from '../../linux/process.ts';
import { become } from '../execute.ts';
import { type Call, Failure, tool } from '../tool.ts';

const folder = '/etc/apparmor.d';

function profilesOf(process: Process, path: string): Parsed[] {
  const included = (name: string): string | undefined => {
    const file = name.startsWith('/') ? name : `${folder}/${name}`;
    return process.fs.find(file)?.type === 'file' ? process.fs.read(file) : undefined;
  };
  try {
    return parseProfiles(process.fs.read(path), included);
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    if (error.kind === 'absent') throw new Failure(`k8s-lab: ${error.message} in ${path} are not simulated`, 70, true);
    const what = error.kind === 'include' ? `Could not open '${error.message}'` : error.message;
    const place = error.kind === 'include' ? `${path} at line ${error.line}` : `${path} in profile ${path} at line ${error.line}`;
    throw new Failure(`AppArmor parser error for ${place}: ${what}`, 1, true);
  }
}

const apparmorParser = tool({
  usage: '[options] [profile]',
  summary: 'Load AppArmor profiles into the kernel.',
  options: [
    ['a,add', 'Add apparmor definitions [default]'],
    ['r,replace', 'Replace apparmor definitions'],
    ['R,remove', 'Remove apparmor definitions'],
    ['C,Complain', 'Force the profile into complain mode'],
    ['N,names', 'Dump profile names to stdout.'],
    ['Q,skip-kernel-load', 'Do everything except loading into kernel'],
    ['q,quiet', "Don't emit warnings"],
    ['v,verbose', 'Show profile names as they load'],
    ['K,skip-cache', 'Do not attempt to load or save cached profiles'],
    ['T,skip-read-cache', 'Do not attempt to load cached profiles'],
    ['W,write-cache', 'Save cached profile (force with -T)'],
    ['V,version', 'Display version info and exit'],
  ],
  *run(call) {
    const { process } = call;
    if (call.has('V')) {
      yield* call.print('AppArmor parser version 4.1.0\nCopyright (C) 1999-2008 Novell Inc.\nCopyright 2009-2018 Canonical Ltd.\n');
      return 0;
    }
    const kernelAsked = !call.has('N') && !call.has('Q');
    if (kernelAsked && process.uid !== 0) throw new Failure(`${call.name}: Sorry. You need root privileges to run this program.\n`, 1, true);
    for (const operand of call.operands) {
      const found = process.fs.find(operand);
      if (!found) yield* failed(call, `File ${operand} not found, skipping...`, 2);
      const files =
        found?.type === 'directory' ? process.fs.list(operand).flatMap(([name, { type }]) => (type === 'file' ? [`${operand}/${name}`] : [])) : [operand];
      if (found) for (const file of files) for (const each of profilesOf(process, file)) yield* take(call, each);
    }
    return call.status;
  },
});

function* failed(call: Call, text: string, status: number) {
  yield* call.process.printError(`${text}\n`);
  call.status = status;
}

function* take(call: Call, { unasked, ...profile }: Parsed) {
  const { profiles } = call.process.kernel.apparmor;
  const { name } = profile;
  if (call.has('N')) yield* call.print(`${name}\n`);
  if (call.has('N') || call.has('Q')) return;
  const [verb, done] = call.has('R') ? ['remove', 'Removal'] : call.has('r') ? ['replace', 'Replacement'] : ['add', 'Addition'];
  const why = verb === 'remove' && !profiles.has(name) ? "Profile doesn't exist" : verb === 'add' && profiles.has(name) ? 'Profile already exists' : undefined;
  if (why !== undefined) return yield* failed(call, `${call.name}: Unable to ${verb} "${name}".  ${why}`, verb === 'remove' ? 254 : 239);
  if (verb === 'remove') profiles.delete(name);
  else profiles.set(name, call.has('C') ? { ...profile, mode: 'complain' } : profile);
  if (call.has('v')) yield* call.print(`${done} succeeded for "${name}".\n`);
  if (unasked.length > 0 && verb !== 'remove')
    yield* call.process.printError(`k8s-lab: of ${name} only the rules about files are enforced, not: ${unasked.join(', ')}\n`);
}

const modes = ['enforce', 'complain', 'prompt', 'kill', 'unconfined'] as const;

const aaStatus = tool({
  usage: '[OPTIONS]',
  summary: 'Displays various information about the currently loaded AppArmor policy.',
  options: [
    ['enabled', 'returns error code if AppArmor not enabled'],
    ['profiled', 'prints the number of loaded policies'],
    ['enforced', 'prints the number of loaded enforcing policies'],
    ['complaining', 'prints the number of loaded non-enforcing policies'],
    ['v,verbose', '(default) displays data points about loaded policy set'],
  ],
  *run(call) {
    const { kernel, uid } = call.process;
    if (call.has('enabled')) return 0;
    if (uid !== 0) {
      yield* call.process.printError('apparmor module is loaded.\nYou do not have enough privilege to read the profile set.\n');
      return 4;
    }
    const profiles = [...kernel.apparmor.profiles.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const inMode = (mode: string): Profile[] => profiles.filter((each) => each.mode === mode);
    const asked = (['profiled', 'enforced', 'complaining'] as const).find((each) => call.has(each));
    if (asked) {
      yield* call.print(`${asked === 'profiled' ? profiles.length : inMode(asked === 'enforced' ? 'enforce' : 'complain').length}\n`);
      return 0;
    }
    const confined = [...kernel.processes.values()].flatMap(({ pid, exe, credentials: { confinement } }) => {
      const profile = confinement?.profile();
      return profile ? [{ mode: profile.mode, line: `   ${exe} (${pid}) ${exe === profile.name ? '' : profile.name}\n` }] : [];
    });
    const lines = (mode: string): string[] => confined.flatMap((each) => (each.mode === mode ? [each.line] : []));
    yield* call.print(
      [
        `apparmor module is loaded.\n${profiles.length} profiles are loaded.\n`,
        ...modes.flatMap((mode) => [`${inMode(mode).length} profiles are in ${mode} mode.\n`, ...inMode(mode).map(({ name }) => `   ${name}\n`)]),
        `${confined.length} processes have profiles defined.\n`,
        ...modes.slice(0, 4).flatMap((mode) => [`${lines(mode).length} processes are in ${mode} mode.\n`, ...lines(mode)]),
        `${lines('unconfined').length} processes are unconfined but have a profile defined.\n0 processes are in mixed mode.\n`,
      ].join(''),
    );
    return 0;
  },
});

const aaEnabled = tool({
  usage: '[options]',
  summary: 'Print whether AppArmor is enabled.',
  options: [['q,quiet', 'print no messages']],
  *run(call) {
    if (!call.has('q')) yield* call.print('Yes\n');
    return 0;
  },
});

const aaExec = tool({
  usage: '[OPTION] -- PROG [ARGS]',
  summary: 'Confine a program with the specified AppArmor profile.',
  inOrder: true,
  options: [['p,profile=PROFILE', 'profile to confine <prog> with']],
  *run(call) {
    const [name, { process }] = [call.value('p') ?? '', call];
    const confinement = process.kernel.apparmor.confinement(name);
    if (!confinement) throw new Failure(`[${process.pid}] aa-exec: ERROR: profile '${name}' does not exist\n`, 1, true);
    process.credentials = { ...process.credentials, confinement };
    return yield* become(call, call.operands);
  },
});

/** aa-enforce and aa-complain write the mode into the profile's file and load it anew. */
const setter = (mode: 'enforce' | 'complain') =>
  tool({
    usage: '[options] <profile> [<profile> ...]',
    summary: `Set AppArmor profiles to ${mode} mode.`,
    options: [],
    *run(call) {
      const { fs, kernel } = call.process;
      for (const operand of call.operands) {
        const file = [operand, `${folder}/${operand}`].find((path) => fs.find(path)?.type === 'file');
        if (file === undefined)
          throw new Failure(
            `Can't find ${operand} in the system path list. If the name of the application\nis correct, please run 'which ${operand}' as a user with correct PATH\nenvironment set up in order to find the fully-qualified path and\nuse the full path as parameter.`,
            1,
            true,
          );
        yield* call.print(`Setting ${file} to ${mode} mode.\n`);
        const text = fs
          .read(file)
          .replace(/^([ \t]*(?:profile\s+\S+|\/\S+)[^{\n]*?)(?:\s+(?:flags\s*=\s*)?\(([^)]*)\))?\s*\{[ \t]*$/gm, (_all, head: string, given = '') => {
            const flags = given.split(/[\s,]+/).filter((each: string) => each !== '' && each !== 'complain');
            if (mode === 'complain') flags.push('complain');
            return `${head}${flags.length > 0 ? ` flags=(${flags.join(', ')})` : ''} {`;
          });
        fs.write(file, text);
        for (const { unasked: _unasked, ...profile } of profilesOf(call.process, file)) kernel.apparmor.profiles.set(profile.name, profile);
      }
      return 0;
    },
  });

export const apparmorPrograms = {
  apparmor_parser: apparmorParser,
  'aa-status': aaStatus,
  'aa-enabled': aaEnabled,
  'aa-exec': aaExec,
  'aa-enforce': setter('enforce'),
  'aa-complain': setter('complain'),
};
