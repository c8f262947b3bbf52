/** Names of users and groups, from /etc/passwd and /etc/group. */
import type { Process } from '../linux/process.ts';

export type User = { readonly name: string; readonly uid: number; readonly gid: number; readonly home: string; readonly shell: string };
export type Group = { readonly name: string; readonly gid: number; readonly members: readonly string[] };

const rows = (process: Process, file: string): string[][] =>
  (process.fs.find(file)?.type === 'file' ? process.fs.read(file) : '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));

export const users = (process: Process): User[] =>
  rows(process, '/etc/passwd').map(([name = '', , uid, gid, , home = '/', shell = '/bin/sh']) => ({ name, uid: Number(uid), gid: Number(gid), home, shell }));

export const groups = (process: Process): Group[] =>
  rows(process, '/etc/group').map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members.split(',').filter((member) => member !== ''),
  }));

export const findUser = (process: Process, name: string): User | undefined => users(process).find((user) => user.name === name || String(user.uid) === name);
export const findGroup = (process: Process, name: string): Group | undefined =>
  groups(process).find((group) => group.name === name || String(group.gid) === name);

/** The number itself where no name is known, as in an image without /etc/passwd. */
export const userName = (process: Process, uid: number): string => users(process).find((user) => user.uid === uid)?.name ?? String(uid);
export const groupName = (process: Process, gid: number): string => groups(process).find((group) => group.gid === gid)?.name ?? String(gid);
