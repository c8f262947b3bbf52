/** kube-scheduler and kube-controller-manager as processes. */

import type { Family } from '../../apimachinery/metrics.ts';
import type { Client } from '../../client/client.ts';
import { runLeaderElection } from '../../client/leader-election.ts';
import { TokenBucket } from '../../client/token-bucket.ts';
import { queueFamilies, type WorkQueue } from '../../client/workqueue.ts';
import { runControllerManager } from '../../controller-manager/controller-manager.ts';
import type { SigningCa } from '../../controller-manager/controllers/certificates.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { SchedulerMetrics } from '../../scheduler/metrics.ts';
import { runScheduler } from '../../scheduler/scheduler.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { Sim } from '../../sim/sim.ts';
import { minorOf, versionOf } from '../releases.ts';
import { checkFeatureGates, clientFromKubeconfig, type Flags, fatal, listen, logger, readFlags, serveHttp, untilTerminated } from './component.ts';
import { controlPlanePages, leaderFamily } from './pages.ts';
import { schedulerConfig } from './scheduler-config.ts';

const schedulerFlags =
  'authentication-kubeconfig authorization-kubeconfig bind-address config feature-gates kubeconfig leader-elect leader-elect-lease-duration profiling secure-port v'.split(
    ' ',
  );
const managerFlags =
  'allocate-node-cidrs authentication-kubeconfig authorization-kubeconfig bind-address client-ca-file cluster-cidr cluster-name cluster-signing-cert-file cluster-signing-key-file controllers feature-gates kubeconfig leader-elect node-cidr-mask-size node-monitor-grace-period node-monitor-period profiling requestheader-client-ca-file root-ca-file secure-port service-account-private-key-file service-cluster-ip-range terminated-pod-gc-threshold use-service-account-credentials v'.split(
    ' ',
  );

type Elected = {
  readonly process: Process;
  readonly client: Client;
  readonly flags: Flags;
  readonly name: string;
  readonly port: number;
  readonly lead: (scope: Sim) => void;
  readonly families: () => readonly Family[];
};

/** Serves its pages, takes part in the election, and leads with `lead` when it is chosen; without its lease it ends. */
function* electedComponent({ process, client, flags, name, port, lead, families }: Elected): Routine<number> {
  const state = { leads: false };
  const pages = controlPlanePages({ process, client, flags, families: () => [...families(), leaderFamily(name, state.leads)] });
  listen(process, flags.get('bind-address') ?? '127.0.0.1', Number(flags.get('secure-port') ?? port), [serveHttp(pages)]);
  const log = logger(process);
  log('I', 'server.go:176', `"Starting" version="${versionOf(process)}"`);
  log('I', 'leaderelection.go:257', `attempting to acquire leader lease kube-system/${name}...`);
  const identity = `${process.namespaces.uts.hostname}_${process.sim.random.uuid()}`;
  process.sim.go(
    runLeaderElection(process.sim, client, {
      name,
      identity,
      lead: (scope) => {
        log('I', 'leaderelection.go:271', `successfully acquired lease kube-system/${name}`);
        state.leads = true;
        lead(scope);
      },
      // Upstream ends the process, so that nothing of a leader is left; its kubelet starts it anew.
      lost: () => {
        log('I', 'leaderelection.go:299', `failed to renew lease kube-system/${name}: context deadline exceeded`);
        log('E', lostAt[name] ?? 'server.go:287', '"Leaderelection lost"');
        process.sim.go(endSoon(process));
      },
    }),
  );
  return yield* untilTerminated(process, () => {});
}

/** Schedules only while it holds the lease. */
const lostAt: Readonly<Record<string, string>> = { 'kube-controller-manager': 'controllermanager.go:349' };

/** After what it still had to say. */
function* endSoon(process: Process): Routine {
  yield* sleep(1);
  process.terminate(1);
}

export const kubeSchedulerProgram: Program = function* (argv, process) {
  const set = yield* readFlags(process, argv, schedulerFlags);
  yield* checkFeatureGates(process, set.get('feature-gates'), versionOf(process));
  const config = yield* schedulerConfig(process, set.get('config'));
  const client = yield* clientFromKubeconfig(process, config.kubeconfig ?? set.get('kubeconfig') ?? '', `kube-scheduler/${versionOf(process)}`);
  process.allocate(75 * 1024 * 1024);
  process.steady(4);
  const metrics = new SchedulerMetrics();
  const hostname = process.namespaces.uts.hostname;
  return yield* electedComponent({
    process,
    client,
    flags: set,
    name: 'kube-scheduler',
    port: 10259,
    families: () => metrics.families(),
    lead: (scope) => {
      const limited = client.with({ limiter: new TokenBucket(scope, { qps: 50, burst: 100 }) });
      for (const { name, plugins } of config.profiles) runScheduler({ sim: scope, client: limited, hostname, metrics, name, plugins });
    },
  });
};

/** Runs its controllers only while it holds the lease. */
export const kubeControllerManagerProgram: Program = function* (argv, process) {
  const set = yield* readFlags(process, argv, managerFlags);
  yield* checkFeatureGates(process, set.get('feature-gates'), versionOf(process));
  const client = yield* clientFromKubeconfig(process, set.get('kubeconfig') ?? '', `kube-controller-manager/${versionOf(process)}`);
  const rootCa = set.get('root-ca-file');
  if (rootCa !== undefined && !process.fs.exists(rootCa))
    return yield* fatal(
      process,
      'controllermanager.go:229',
      `"Error building controller" err="error reading root-ca-file at ${rootCa}: open ${rootCa}: no such file or directory"`,
    );
  process.allocate(140 * 1024 * 1024);
  process.steady(18);
  const queues: WorkQueue[] = [];
  return yield* electedComponent({
    process,
    client,
    flags: set,
    name: 'kube-controller-manager',
    port: 10257,
    families: () => queueFamilies(queues),
    lead: (scope) => {
      queues.length = 0;
      runControllerManager({
        sim: scope,
        client,
        queues,
        minor: minorOf(versionOf(process)),
        clusterCidr: set.get('cluster-cidr') ?? '10.244.0.0/16',
        ...(rootCa ? { rootCa: process.fs.read(rootCa) } : {}),
        ...signingCa(process, set),
        ...tokenKey(process, set),
        clientFor: (serviceAccount) => serviceAccountClient(scope, client, serviceAccount),
      });
    },
  });
};

/** `--cluster-signing-cert-file` and `-key-file`: without them nobody signs certificate requests. */
function signingCa({ fs, kernel }: Process, set: ReadonlyMap<string, string>): { readonly signingCa?: SigningCa } {
  const [certificate, key] = [set.get('cluster-signing-cert-file'), set.get('cluster-signing-key-file')];
  return certificate && key && fs.exists(certificate) && fs.exists(key)
    ? { signingCa: { certificate: fs.read(certificate), key: fs.read(key), clock: () => kernel.now } }
    : {};
}

/** `--service-account-private-key-file`. */
function tokenKey(process: Process, set: ReadonlyMap<string, string>): { readonly tokens?: { readonly key: string; readonly unasked: boolean } } {
  const path = set.get('service-account-private-key-file');
  return path && process.fs.exists(path) ? { tokens: { key: process.fs.read(path), unasked: minorOf(versionOf(process)) < 24 } } : {};
}

/** `--use-service-account-credentials`: a client as one of kube-system's ServiceAccounts (made at once), with a token that is asked for when needed and renewed in time. */
function serviceAccountClient(sim: Sim, client: Client, name: string): Client {
  const path = '/api/v1/namespaces/kube-system/serviceaccounts';
  let token = '';
  let renewAt = 0;
  const create = (): unknown =>
    client.raw({ method: 'POST', path, body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } } });
  create();
  const renew = (): void => {
    create();
    const response = client.raw({
      method: 'POST',
      path: `${path}/${name}/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: tokenSeconds } },
    });
    token = (response.body as { status?: { token?: string } }).status?.token ?? '';
    renewAt = sim.now + tokenSeconds * 800;
  };
  return client.with({
    credentials: () => {
      if (sim.now >= renewAt) renew();
      return { token };
    },
  });
}

const tokenSeconds = 3600;
