/** Who a container runs as: numbers or names of its own /etc/passwd and /etc/group (oci.WithUser). */
import { CriError } from '../interfaces/cri.ts';
import type { DirectoryNode } from '../linux/inode.ts';

export type User = { readonly uid: number; readonly gid: number; readonly groups: readonly number[]; readonly name: string };

export type AskedUser = {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsUsername?: string;
  readonly supplementalGroups?: readonly number[];
};

/** What is said of a name that the container's files do not have; as containerd says it. */
const missing = { user: (_name: string): string => 'no users found', group: (_name: string): string => 'no groups found' };

/** `imageUser` is the image's `User`: `nginx`, `101`, `101:101`. */
export function resolveUser(root: DirectoryNode, imageUser: string, asked: AskedUser, texts = missing): User {
  const text = asked.runAsUser !== undefined ? String(asked.runAsUser) : (asked.runAsUsername ?? imageUser);
  const [user = '', group] = text.split(':');
  const found = find(root, user);
  if (!found && !/^\d*$/.test(user)) throw new CriError('Unknown', texts.user(user));
  const uid = found?.uid ?? (user === '' ? 0 : Number(user));
  const gid = asked.runAsGroup ?? (group === undefined || group === '' ? (found?.gid ?? 0) : groupId(root, group, texts));
  const name = found?.name ?? '';
  const member = name === '' ? [] : memberships(root, name);
  return { uid, gid, name, groups: [...new Set([gid, ...member, ...(asked.supplementalGroups ?? [])])] };
}

function find(root: DirectoryNode, user: string): { readonly uid: number; readonly gid: number; readonly name: string } | undefined {
  const wanted = user === '' ? '0' : user;
  for (const line of lines(root, 'passwd')) {
    const [name = '', , uid, gid] = line.split(':');
    if (name === wanted || uid === wanted) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

function groupId(root: DirectoryNode, group: string, texts: typeof missing): number {
  for (const line of lines(root, 'group')) {
    const [name, , gid] = line.split(':');
    if (name === group) return Number(gid);
  }
  if (/^\d+$/.test(group)) return Number(group);
  throw new CriError('Unknown', texts.group(group));
}

function memberships(root: DirectoryNode, user: string): number[] {
  return lines(root, 'group')
    .map((line) => line.split(':'))
    .filter(([, , , members]) => (members ?? '').split(',').includes(user))
    .map(([, , gid]) => Number(gid));
}

function lines(root: DirectoryNode, file: string): string[] {
  const etc = root.lookup('etc');
  const inode = etc?.type === 'directory' ? etc.lookup(file) : undefined;
  return inode?.type === 'file' ? inode.read().split('\n').filter(Boolean) : [];
}
