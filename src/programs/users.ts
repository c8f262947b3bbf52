/** Names of users and groups, from /etc/passwd and /etc/group. */

import type { Process } from '../linux/process.ts';
import { remembered } from '../sim/remembered.ts';

type User = { readonly name: string; readonly uid: number; readonly gid: number; readonly home: string; readonly shell: string };
type Group = { readonly name: string; readonly gid: number; readonly members: readonly string[] };

const textOf = (process: Process, file: string): string => (process.fs.find(file)?.type === 'file' ? process.fs.read(file) : '');

const rows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));

// Asked for every row of `ps` and `ls -l`.
const usersIn = remembered((text: string): readonly User[] =>
  rows(text).map(([name = '', , uid, gid, , home = '/', shell = '/bin/sh']) => ({ name, uid: Number(uid), gid: Number(gid), home, shell })),
);

const groupsIn = remembered((text: string): readonly Group[] =>
  rows(text).map(([name = '', , gid, members = '']) => ({ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') })),
);

/** In the order of the file; none where it is missing. */
export const users = (process: Process): readonly User[] => usersIn(textOf(process, '/etc/passwd'));
/** In the order of the file. */
export const groups = (process: Process): readonly Group[] => groupsIn(textOf(process, '/etc/group'));

/** By name, or by number where it is one. */
export const findUser = (process: Process, name: string): User | undefined => users(process).find((user) => user.name === name || String(user.uid) === name);
/** By name, or by number. */
export const findGroup = (process: Process, name: string): Group | undefined =>
  groups(process).find((group) => group.name === name || String(group.gid) === name);

/** The number itself where no name is known, as in an image without /etc/passwd. */
export const userName = (process: Process, uid: number): string => users(process).find((user) => user.uid === uid)?.name ?? String(uid);
/** The number itself where nobody has it. */
export const groupName = (process: Process, gid: number): string => groups(process).find((group) => group.gid === gid)?.name ?? String(gid);
