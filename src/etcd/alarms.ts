/** What stands in the way of writes, the same for all members (etcd server/etcdserver/apply, server/storage/quota.go). */
import { type EtcdAlarm, EtcdError } from '../interfaces/etcd.ts';

export class Alarms {
  readonly list: EtcdAlarm[] = [];

  change(change: 'disarm' | EtcdAlarm): readonly EtcdAlarm[] {
    if (change === 'disarm') return this.list.splice(0);
    if (!this.list.some((each) => each.memberId === change.memberId && each.alarm === change.alarm)) this.list.push(change);
    return [change];
  }

  /** As `etcdctl endpoint status` shows them. */
  get texts(): string[] {
    return this.list.map(({ memberId, alarm }) => `memberID:${BigInt(`0x${memberId}`)} alarm:${alarm} `);
  }

  /** Throws EtcdError while there is one. */
  check(): void {
    if (this.list.length > 0) throw new EtcdError('noSpace', 'etcdserver: mvcc: database space exceeded');
  }
}
