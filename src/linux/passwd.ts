/** Users and groups as a root directory's own /etc/passwd and /etc/group have them. */
import { DirectoryNode } from './inode.ts';

type PasswdUser = {
  readonly uid: number;
  readonly gid: number;
  /** '' for a number that has no name. */
  readonly name: string;
  readonly home: string | undefined;
  /** Groups that name the user as a member. */
  readonly memberships: readonly number[];
};

/** What a name stands for that the files do not have. */
export type Missing = 'user' | 'group';

/** `nginx`, `101`, `101:101`, '' for root; which of the two has no such name. */
export function userOf(root: object, text: string): PasswdUser | Missing {
  const [user = '', group] = text.split(':');
  const passwd = entry(root, 'passwd', user === '' ? '0' : user);
  if (!passwd && !/^\d*$/.test(user)) return 'user';
  const named = group === undefined || group === '' ? undefined : entry(root, 'group', group);
  if (group !== undefined && !named && !/^\d*$/.test(group)) return 'group';
  const name = passwd?.[0] ?? '';
  return {
    uid: Number(passwd?.[2] ?? user),
    gid: named ? Number(named[2]) : group === undefined || group === '' ? Number(passwd?.[3] ?? 0) : Number(group),
    name,
    home: passwd?.[5],
    memberships: name === '' ? [] : rows(root, 'group').flatMap((fields) => ((fields[3] ?? '').split(',').includes(name) ? [Number(fields[2])] : [])),
  };
}

const entry = (root: object, file: string, wanted: string): string[] | undefined => rows(root, file).find(([name, , id]) => name === wanted || id === wanted);

function rows(root: object, file: string): string[][] {
  const etc = root instanceof DirectoryNode ? root.lookup('etc') : undefined;
  const inode = etc?.type === 'directory' ? etc.lookup(file) : undefined;
  if (inode?.type !== 'file') return [];
  return inode
    .read()
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(':'));
}
