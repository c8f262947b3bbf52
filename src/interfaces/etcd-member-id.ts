/** Numbers that etcd makes from what is configured, so that all members find the same ones (etcd server/etcdserver/api/membership). */
import { createHash } from 'node:crypto';
import type { EtcdMember } from './etcd.ts';

/** Go's `%x` of a uint64: no leading zeros. */
const hex64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.subarray(0, 8))
    .toString('hex')
    .replace(/^0+(?=.)/, '');

/** membership.NewMember: of a first member its URLs and the cluster's token; of one that is added also the second it was added in. */
export function memberIdOf(peerUrls: readonly string[], clusterToken: string, addedAt?: number): string {
  const seconds = addedAt === undefined ? '' : String(Math.floor(addedAt / 1000));
  return hex64(
    createHash('sha1')
      .update([...peerUrls].sort().join('') + clusterToken + seconds)
      .digest(),
  );
}

/** RaftCluster.genID: over the ids of the first members. */
export function clusterIdOf(memberIds: readonly string[]): string {
  const hash = createHash('sha1');
  for (const id of [...memberIds].map((each) => each.padStart(16, '0')).sort()) hash.update(Buffer.from(id, 'hex'));
  return hex64(hash.digest());
}

/** `a=https://1:2380,b=https://2:2380` as members. */
export function readInitialCluster(text: string, token: string): EtcdMember[] {
  const urls = new Map<string, string[]>();
  for (const pair of text.split(',').filter(Boolean)) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    urls.set(name, [...(urls.get(name) ?? []), pair.slice(at + 1)]);
  }
  return [...urls].map(([name, peerUrls]) => ({
    id: memberIdOf(peerUrls, token),
    name,
    status: 'unstarted' as const,
    peerUrls,
    clientUrls: [],
    learner: false,
  }));
}
