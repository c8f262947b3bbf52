import { type EtcdApi, EtcdError } from '../interfaces/etcd.ts';
import { type Routine, sleep } from '../sim/routine.ts';

const interval = 5 * 60 * 1000;

/** Every five minutes etcd forgets what is older than five minutes (apiserver/pkg/storage/etcd3/compact.go). Watches from before get 410 Gone. */
export function* compactor(etcd: EtcdApi): Routine {
  let last = 0;
  for (;;) {
    yield* sleep(interval);
    try {
      const { revision } = etcd.range({ key: 'compact_rev_key' });
      if (last > 0) etcd.compact(last);
      last = revision > last ? revision : 0;
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error; // Another apiserver compacted, or etcd is away: next time.
    }
  }
}
