import type { Client } from '../client/client.ts';
import { type Context, type Controller, runController } from '../client/controller.ts';
import { EventRecorder } from '../client/recorder.ts';
import { SharedInformers } from '../client/shared-informers.ts';
import { TokenBucket } from '../client/token-bucket.ts';
import type { WorkQueue } from '../client/workqueue.ts';
import type { Sim } from '../sim/sim.ts';
import { constants } from './constants.ts';
import type { SigningCa } from './controllers/certificates.ts';
import { type ControllerEntry, controllerEntries } from './registry.ts';

type ControllerManagerOptions = {
  readonly sim: Sim;
  /** As system:kube-controller-manager: for the informers. */
  readonly client: Client;
  /** As one of kube-system's ServiceAccounts: each controller has its own user. */
  readonly clientFor: (serviceAccount: string) => Client;
  /** PEM of the cluster's CA, which pods get in kube-root-ca.crt. */
  readonly rootCa?: string;
  readonly clusterCidr?: string;
  /** With what approved certificate requests are signed (`--cluster-signing-cert-file`, `-key-file`); absent: nobody signs. */
  readonly signingCa?: SigningCa;
  /** With what tokens in Secrets are signed; absent: nobody makes them. */
  readonly tokens?: { readonly key: string; readonly unasked: boolean };
  /** Of the release, 35 for v1.35: default. */
  readonly minor?: number;
  /** Names as `--controllers` has them; default all. */
  readonly controllers?: readonly string[];
  /** False: no limit on requests (for benchmarks of what lies behind). */
  readonly limitRequests?: boolean;
  /** Where the controllers' queues are entered. */
  readonly queues?: WorkQueue[];
};

/** Starts kube-controller-manager in the given scope: cmd/kube-controller-manager/app/controllermanager.go. */
export function runControllerManager(options: ControllerManagerOptions): void {
  const informers = new SharedInformers(options.sim, options.client);
  for (const entry of controllerEntries(options)) {
    if (options.controllers !== undefined && !options.controllers.includes(entry.name)) continue;
    start(entry, contextOf(entry, options, informers));
  }
}

function contextOf({ name, user, component }: ControllerEntry, options: ControllerManagerOptions, informers: SharedInformers): Context {
  const sim = options.sim.scope(name);
  const base = user === '' ? options.client : options.clientFor(user);
  const limiter = options.limitRequests === false ? undefined : new TokenBucket(sim, { qps: constants.kubeApiQps.value, burst: constants.kubeApiBurst.value });
  const userAgent = `kube-controller-manager/${user || name}`;
  // Events go out over a client of their own, as upstream: they do not eat the controller's budget.
  return {
    sim,
    informers,
    client: base.with({ userAgent, ...(limiter && { limiter }) }),
    recorder: new EventRecorder(sim, base.with({ userAgent }), { component }),
    ...(options.queues && { queues: options.queues }),
  };
}

function start({ controller }: ControllerEntry, context: Context): void {
  if (isController(controller)) runController(controller, context);
  else controller(context);
}

const isController = (controller: Controller | ((context: Context) => void)): controller is Controller => typeof controller !== 'function';
