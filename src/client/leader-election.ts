import type { Lease } from '../api/types.ts';
import { parseTime, rfc3339Micro } from '../apimachinery/time.ts';
import { type Milliseconds, type Routine, sleep } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { type Client, isRetriable } from './client.ts';
import type { ObjectKey } from './keys.ts';

/** kube-controller-manager's and kube-scheduler's defaults. */
const leaderElectionDefaults = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000, jitterFactor: 1.2 } as const;

type LeaderElectionOptions = {
  /** Name of the Lease in kube-system. */
  readonly name: string;
  /** `controlplane_<uuid>`. */
  readonly identity: string;
  /** Started as the leader, stopped when the lease is lost. */
  readonly lead: (scope: Sim) => void;
  /** Told when the lease is lost; the election is over then. Absent: it stands again. */
  readonly lost?: () => void;
  readonly retryPeriod?: Milliseconds;
  /**
   * How often the leader renews. Upstream does so every retryPeriod; each renewal is a write, and forty thousand of them a virtual day for each
   * component would cost more than all the rest of an idle cluster. Ten seconds keep the Lease valid just as well; what would have been renewed
   * between counts as renewed while the server could be reached.
   */
  readonly renewPeriod?: Milliseconds;
};

const defaultRenewPeriod: Milliseconds = 10_000;

/** client-go tools/leaderelection: takes the Lease, leads, renews it, and stops leading when it cannot be renewed in time. */
export function* runLeaderElection(sim: Sim, client: Client, options: LeaderElectionOptions): Routine {
  const { retryPeriod = leaderElectionDefaults.retryPeriod, renewPeriod = defaultRenewPeriod } = options;
  for (let term = 1; ; term++) {
    while (!tryAcquireOrRenew(sim, client, options)) yield* sleep(retryPeriod * (1 + leaderElectionDefaults.jitterFactor * sim.random.next()));
    const scope = sim.scope(`term-${term}`);
    options.lead(scope);
    /** Since when the lease has not been renewed. */
    let failing: Milliseconds | undefined;
    try {
      while (failing === undefined || sim.now - failing < leaderElectionDefaults.renewDeadline) {
        yield* sleep(failing === undefined ? renewPeriod : retryPeriod);
        failing = tryAcquireOrRenew(sim, client, options) ? undefined : (failing ?? client.options.outage?.since ?? sim.now);
      }
    } finally {
      scope.stop();
    }
    if (options.lost) return options.lost();
  }
}

function tryAcquireOrRenew(sim: Sim, client: Client, { name, identity }: LeaderElectionOptions): boolean {
  const key: ObjectKey = { namespace: 'kube-system', name };
  const now = rfc3339Micro(sim.now);
  try {
    const lease = client.get('leases.coordination.k8s.io', key);
    const spec = { holderIdentity: identity, leaseDurationSeconds: leaderElectionDefaults.leaseDuration / 1000, renewTime: now };
    if (lease === undefined) {
      const metadata = { name, namespace: key.namespace };
      client.create('leases.coordination.k8s.io', {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata,
        spec: { ...spec, acquireTime: now, leaseTransitions: 0 },
      });
      return true;
    }
    const mine = lease.spec.holderIdentity === identity;
    if (!mine && isHeld(lease, sim.now)) return false;
    const taken = mine ? {} : { acquireTime: now, leaseTransitions: (lease.spec.leaseTransitions ?? 0) + 1 };
    client.update('leases.coordination.k8s.io', { ...lease, spec: { ...lease.spec, ...spec, ...taken } });
    return true;
  } catch (error) {
    if (!isRetriable(error)) throw error;
    return false;
  }
}

function isHeld({ spec }: Lease, now: Milliseconds): boolean {
  if (!spec.holderIdentity || spec.renewTime === undefined) return false;
  return parseTime(spec.renewTime) + (spec.leaseDurationSeconds ?? 0) * 1000 > now;
}
