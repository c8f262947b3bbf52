/** Users and groups as files hold them: useradd, usermod, userdel, groupadd, groupdel, gpasswd (shadow-utils). Passwords are not kept. */
import type { Process } from '../../linux/process.ts';
import { run } from '../execute.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { findGroup, findUser, groups, users } from '../users.ts';

const passwdFile = '/etc/passwd';
const groupFile = '/etc/group';

/** Exit statuses of shadow-utils. */
const noRights = 1;
const noSuch = 6;
const inUse = 9;

function onlyRoot(call: Call, file: string): void {
  if (call.process.uid === 0) return;
  throw new Failure(`Permission denied.\n${call.name}: cannot lock ${file}; try again later.`, noRights);
}

const rowsOf = (process: Process, file: string): string[] => (process.fs.find(file)?.type === 'file' ? process.fs.read(file).split('\n').filter(Boolean) : []);
const save = (process: Process, file: string, rows: readonly string[]): void => process.fs.write(file, rows.map((row) => `${row}\n`).join(''));

const removeRow = (process: Process, file: string, name: string): void =>
  save(
    process,
    file,
    rowsOf(process, file).filter((row) => !row.startsWith(`${name}:`)),
  );

/** The files are read and written again for each account: see Sim.toil. */
const rowsPerStep = 20;

/** The first number from 1000 on (of a system's own: below 1000) that nobody has. */
function freeId(process: Process, all: readonly number[], system: boolean): number {
  process.toil(all.length / rowsPerStep);
  const used = new Set(all);
  let id = system ? 999 : 1000;
  while (used.has(id)) id += system ? -1 : 1;
  return id;
}

function validName(name: string, what: string): void {
  if (/^[a-z_][a-z0-9_-]*\$?$/.test(name) && name.length <= 32) return;
  throw new Failure(`invalid ${what} name '${name}': use --badname to ignore`, 3);
}

function addGroup(process: Process, name: string, gid: number): void {
  save(process, groupFile, [...rowsOf(process, groupFile), `${name}:x:${gid}:`]);
}

/** The members of a group become others. */
function changeMembers(process: Process, group: string, change: (members: readonly string[]) => readonly string[]): void {
  const rows = rowsOf(process, groupFile).map((row) => {
    const [name = '', password = 'x', gid = '', members = ''] = row.split(':');
    return name === group ? [name, password, gid, change(members.split(',').filter(Boolean)).join(',')].join(':') : row;
  });
  save(process, groupFile, rows);
}

const join = (process: Process, group: string, user: string): void =>
  changeMembers(process, group, (members) => (members.includes(user) ? members : [...members, user]));
const leave = (process: Process, group: string, user: string): void => changeMembers(process, group, (members) => members.filter((each) => each !== user));

function groupsNamed(call: Call, text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((each) => {
      const group = findGroup(call.process, each);
      if (!group) throw new Failure(`group '${each}' does not exist`, noSuch);
      return group.name;
    });
}

function one(call: Call): string {
  const [name] = call.operands;
  if (name === undefined || call.operands.length > 1) throw new UsageError('one name is needed');
  return name;
}

const useradd = tool({
  usage: '[options] LOGIN',
  summary: 'Make a new user.',
  options: [
    ['m,create-home', "create the user's home directory"],
    ['M,no-create-home', "do not create the user's home directory"],
    ['d,home-dir=HOME_DIR', 'home directory of the new account'],
    ['s,shell=SHELL', 'login shell of the new account'],
    ['u,uid=UID', 'user ID of the new account'],
    ['g,gid=GROUP', 'name or ID of the primary group'],
    ['G,groups=GROUPS', 'list of supplementary groups'],
    ['c,comment=COMMENT', 'GECOS field of the new account'],
    ['r,system', 'create a system account'],
    ['p,password=PASSWORD', ''],
    ['N,no-user-group', ''],
    ['U,user-group', ''],
  ],
  trouble: 2,
  *run(call) {
    const { process } = call;
    const name = one(call);
    validName(name, 'user');
    if (findUser(process, name)) throw new Failure(`user '${name}' already exists`, inUse);
    onlyRoot(call, passwdFile);
    const wanted = call.value('u');
    const system = call.has('r');
    const all = users(process);
    if (wanted !== undefined && all.some(({ uid }) => uid === Number(wanted))) throw new Failure(`UID ${wanted} is not unique`, 4);
    const uid = wanted === undefined ? freeId(process, [...all.map((each) => each.uid), ...groups(process).map(({ gid }) => gid)], system) : Number(wanted);
    const more = groupsNamed(call, call.value('G'));
    const primary = call.value('g');
    const gid = primary === undefined ? uid : findGroup(process, primary)?.gid;
    if (gid === undefined) throw new Failure(`group '${primary}' does not exist`, noSuch);
    if (primary === undefined) {
      if (findGroup(process, name)) throw new Failure(`group ${name} exists - if you want to add this user to that group, use -g.`, inUse);
      addGroup(process, name, gid);
    }
    const home = call.value('d') ?? `/home/${name}`;
    save(process, passwdFile, [...rowsOf(process, passwdFile), `${name}:x:${uid}:${gid}:${call.value('c') ?? ''}:${home}:${call.value('s') ?? '/bin/sh'}`]);
    for (const group of more) join(process, group, name);
    if (call.has('m') && !process.fs.exists(home)) {
      process.fs.mkdir(home, { parents: true });
      process.fs.chown(home, uid, gid);
    }
    return 0;
  },
});

const usermod = tool({
  usage: '[options] LOGIN',
  summary: 'Change a user.',
  options: [
    ['a,append', 'append the user to the supplementary GROUPS'],
    ['G,groups=GROUPS', 'new list of supplementary GROUPS'],
    ['r,remove', 'remove the user from only the supplementary GROUPS'],
    ['s,shell=SHELL', 'new login shell'],
    ['d,home=HOME_DIR', 'new home directory'],
    ['c,comment=COMMENT', 'new value of the GECOS field'],
    ['g,gid=GROUP', 'new primary GROUP'],
    ['L,lock', ''],
    ['U,unlock', ''],
    ['m,move-home', ''],
  ],
  trouble: 2,
  *run(call) {
    const { process } = call;
    const name = one(call);
    if (!findUser(process, name)) throw new Failure(`user '${name}' does not exist`, noSuch);
    const wanted = groupsNamed(call, call.value('G'));
    onlyRoot(call, passwdFile);
    if (call.has('G')) {
      if (call.has('r')) for (const group of wanted) leave(process, group, name);
      else {
        if (!call.has('a')) for (const { name: group } of groups(process)) if (!wanted.includes(group)) leave(process, group, name);
        for (const group of wanted) join(process, group, name);
      }
    }
    const primary = call.value('g');
    const gid = primary === undefined ? undefined : findGroup(process, primary)?.gid;
    if (primary !== undefined && gid === undefined) throw new Failure(`group '${primary}' does not exist`, noSuch);
    const rows = rowsOf(process, passwdFile).map((row) => {
      const [login = '', password = 'x', uid = '', group = '', comment = '', home = '', shell = ''] = row.split(':');
      if (login !== name) return row;
      return [login, password, uid, gid ?? group, call.value('c') ?? comment, call.value('d') ?? home, call.value('s') ?? shell].join(':');
    });
    save(process, passwdFile, rows);
    return 0;
  },
});

const userdel = tool({
  usage: '[options] LOGIN',
  summary: 'Take a user away.',
  options: [
    ['r,remove', 'remove home directory and mail spool'],
    ['f,force', 'force removal, even if the user is logged in'],
  ],
  trouble: 2,
  *run(call) {
    const { process } = call;
    const name = one(call);
    const user = findUser(process, name);
    if (!user) throw new Failure(`user '${name}' does not exist`, noSuch);
    onlyRoot(call, passwdFile);
    const busy = [...process.kernel.processes.values()].find((each) => each.uid === user.uid && each.state === 'running');
    if (busy && !call.has('f')) throw new Failure(`user ${name} is currently used by process ${busy.pid}`, 8);
    removeRow(process, passwdFile, name);
    for (const { name: group } of groups(process)) leave(process, group, name);
    removeRow(process, groupFile, name);
    if (call.has('r') && process.fs.exists(user.home)) yield* run(call, ['rm', '-rf', user.home]);
    return 0;
  },
});

const groupadd = tool({
  usage: '[options] GROUP',
  summary: 'Make a new group.',
  options: [
    ['g,gid=GID', 'use GID for the new group'],
    ['r,system', 'create a system account'],
    ['f,force', 'exit successfully if the group already exists'],
  ],
  trouble: 2,
  *run(call) {
    const { process } = call;
    const name = one(call);
    validName(name, 'group');
    if (findGroup(process, name)) {
      if (call.has('f')) return 0;
      throw new Failure(`group '${name}' already exists`, inUse);
    }
    onlyRoot(call, groupFile);
    const wanted = call.value('g');
    const used = groups(process).map(({ gid }) => gid);
    if (wanted !== undefined && used.includes(Number(wanted))) throw new Failure(`GID '${wanted}' already exists`, 4);
    addGroup(process, name, wanted === undefined ? freeId(process, used, call.has('r')) : Number(wanted));
    return 0;
  },
});

const groupdel = tool({
  usage: '[options] GROUP',
  summary: 'Take a group away.',
  options: [],
  trouble: 2,
  *run(call) {
    const { process } = call;
    const name = one(call);
    const group = findGroup(process, name);
    if (!group) throw new Failure(`group '${name}' does not exist`, noSuch);
    onlyRoot(call, groupFile);
    const owner = users(process).find(({ gid }) => gid === group.gid);
    if (owner) throw new Failure(`cannot remove the primary group of user '${owner.name}'`, 8);
    removeRow(process, groupFile, name);
    return 0;
  },
});

const gpasswd = tool({
  usage: '[option] GROUP',
  summary: "Change a group's members.",
  options: [
    ['a,add=USER', 'add USER to GROUP'],
    ['d,delete=USER', 'remove USER from GROUP'],
  ],
  *run(call) {
    const { process } = call;
    const name = one(call);
    const [added, removed] = [call.value('a'), call.value('d')];
    const user = added ?? removed;
    if (user === undefined) throw new Failure('k8s-lab: passwords of groups are not simulated', 70);
    if (process.uid !== 0) throw new Failure('Permission denied.', noRights);
    if (!findUser(process, user)) throw new Failure(`user '${user}' does not exist`, 3);
    const group = findGroup(process, name);
    if (!group) throw new Failure(`group '${name}' does not exist in ${groupFile}`, 3);
    if (added === undefined && !group.members.includes(user)) throw new Failure(`user '${user}' is not a member of '${name}'`, 3);
    yield* call.print(added === undefined ? `Removing user ${user} from group ${name}\n` : `Adding user ${user} to group ${name}\n`);
    (added === undefined ? leave : join)(process, name, user);
    return 0;
  },
});

export const accountPrograms = { useradd, usermod, userdel, groupadd, groupdel, gpasswd };
