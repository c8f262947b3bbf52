/** What may be changed of a cluster's members, and what not (etcd server/etcdserver/server.go, `--strict-reconfig-check`). */
import { EtcdError, type EtcdMember } from '../interfaces/etcd.ts';

const tooFew = () => new EtcdError('invalid', 'etcdserver: re-configuration failed due to not enough started members');

/** Throws EtcdError when a member with these URLs may not come in. */
export function checkAdd(members: readonly EtcdMember[], peerUrls: readonly string[], learner: boolean): void {
  if (members.some((member) => member.peerUrls.some((url) => peerUrls.includes(url)))) throw new EtcdError('invalid', 'etcdserver: Peer URLs already exists');
  if (learner && members.some((member) => member.learner)) throw new EtcdError('invalid', 'etcdserver: too many learner members in cluster');
  const started = members.filter((member) => member.status === 'started' && !member.learner).length;
  // As many as a quorum of the new size must be there already; one alone may always grow.
  if (!learner && members.length > 1 && started < Math.floor((members.length + 1) / 2) + 1) throw tooFew();
}

/** Throws EtcdError when the rest could not go on without it. */
export function checkRemove(members: readonly EtcdMember[], member: EtcdMember): void {
  const rest = members.filter((each) => each !== member);
  const started = rest.filter((each) => each.status === 'started').length;
  if (rest.length === 0 || (member.status === 'started' && started < Math.floor(rest.length / 2) + 1)) throw tooFew();
}

/** Throws EtcdError when a member may not vote yet. */
export function checkPromote({ learner, status }: EtcdMember): void {
  if (!learner) throw new EtcdError('invalid', 'etcdserver: can only promote a learner member');
  if (status !== 'started') throw new EtcdError('invalid', 'etcdserver: can only promote a learner member which is in sync with leader');
}
