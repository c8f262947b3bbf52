/** Who a container runs as: numbers or names of its own /etc/passwd and /etc/group (oci.WithUser). */
import { CriError } from '../interfaces/cri.ts';
import type { DirectoryNode } from '../linux/inode.ts';
import { type Missing, userOf } from '../linux/passwd.ts';

/** Whom a process runs as. */
export type User = { readonly uid: number; readonly gid: number; readonly groups: readonly number[]; readonly name: string };

type AskedUser = {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsUsername?: string;
  readonly supplementalGroups?: readonly number[];
};

/** What is said of a name that the container's files do not have. */
export type UserTexts = Readonly<Record<Missing, (name: string) => string>>;

/** As containerd says it. */
const missing: UserTexts = { user: () => 'no users found', group: () => 'no groups found' };

/** `imageUser` is the image's `User`: `nginx`, `101`, `101:101`. */
export function resolveUser(root: DirectoryNode, imageUser: string, asked: AskedUser, texts = missing): User {
  const text = asked.runAsUser !== undefined ? String(asked.runAsUser) : (asked.runAsUsername ?? imageUser);
  const [user = '', group = ''] = text.split(':');
  // A group that is asked for takes the place of the one beside the user's name, which need not exist then.
  const found = userOf(root, asked.runAsGroup === undefined ? text : user);
  if (typeof found === 'string') throw new CriError('Unknown', texts[found](found === 'user' ? user : group));
  const gid = asked.runAsGroup ?? found.gid;
  return { uid: found.uid, gid, name: found.name, groups: [...new Set([gid, ...found.memberships, ...(asked.supplementalGroups ?? [])])] };
}
