/** One node with a kubelet over a real containerd, and a control plane: etcd, apiserver, scheduler, controllers. */
import type { Pod } from '../../src/api/types.ts';
import { toText } from '../../src/apimachinery/field-error.ts';
import { issue, newCa } from '../../src/apimachinery/pki.ts';
import { ApiServer } from '../../src/apiserver/api-server.ts';
import { validatePod } from '../../src/apiserver/validation/pod.ts';
import { Client } from '../../src/client/client.ts';
import { EventRecorder } from '../../src/client/recorder.ts';
import { runControllerManager } from '../../src/controller-manager/controller-manager.ts';
import { Etcd } from '../../src/etcd/etcd.ts';
import { CriError, type CriServer } from '../../src/interfaces/cri.ts';
import { KubeletError } from '../../src/interfaces/kubelet.ts';
import { isSession, type StreamSession } from '../../src/interfaces/streams.ts';
import { type Kubelet, runKubelet } from '../../src/kubelet/kubelet.ts';
import type { Program } from '../../src/linux/program.ts';
import { programs } from '../../src/programs/index.ts';
import { runScheduler } from '../../src/scheduler/scheduler.ts';
import { shellPrograms } from '../../src/shell/index.ts';
import { type Routine, sleep } from '../../src/sim/routine.ts';
import { newWorld } from '../containerd/world.ts';

const nginx: Program = function* (_argv, process) {
  yield* process.print('start worker processes\n');
  process.onSignal('SIGQUIT', () => process.exit(0));
  process.onSignal('SIGTERM', () => process.exit(0));
  for (;;) yield* sleep(1e9);
};
const entrypoint: Program = function* (argv, process) {
  return yield* nginx(argv, process);
};
/** Web server of the tests: answers / until its file is removed. */
const more: Record<string, Program> = { ...programs, ...shellPrograms, nginx, 'nginx-entrypoint': entrypoint, sleep: sleeper(), rm: remover(), eater: eater() };

/** Takes so much memory and stays. */
function eater(): Program {
  return function* (argv, process) {
    process.allocate(Number(argv[1]));
    yield* sleep(1e9);
    return 0;
  };
}

function remover(): Program {
  return function* (argv, process) {
    process.fs.unlink(argv[argv.length - 1] as string);
    return 0;
  };
}

function sleeper(): Program {
  return function* (argv) {
    yield* sleep(Number(argv[1]) * 1000);
    return 0;
  };
}

export type KubeletWorld = ReturnType<typeof newKubeletWorld>;

export function newKubeletWorld(options: { readonly controllers?: readonly string[]; readonly config?: Record<string, unknown> } = {}) {
  const world = newWorld({}, more);
  const { sim, kernel } = world;
  const fs = world.files();
  const ca = newCa({ commonName: 'kubernetes', notBefore: sim.now, notAfter: sim.now + 1e12 });
  const credentials = (commonName: string, organization: string) => ({
    clientCertificate: issue(ca, { commonName, organizations: [organization], notBefore: sim.now, notAfter: sim.now + 1e11 }).certificate,
  });
  const etcd = new Etcd({ sim, name: 'default' });
  const state: { kubelet?: Kubelet; scope?: ReturnType<typeof sim.scope>; containerdDown: boolean } = { containerdDown: false };
  const dialKubelet = () => {
    if (!state.kubelet) throw new Error('dial tcp 172.30.0.2:10250: connect: connection refused');
    return state.kubelet.server;
  };
  const server = new ApiServer({ sim, etcd, dialKubelet, caPem: ca.certificate, serviceAccountKey: 'key' });
  const clientOf = (user: string, group: string) => new Client({ server: () => server, credentials: credentials(user, group), userAgent: 'test' });
  const admin = clientOf('kubernetes-admin', 'system:masters');
  runControllerManager({
    sim: sim.scope('kcm'),
    client: admin,
    clientFor: () => admin,
    rootCa: ca.certificate,
    ...(options.controllers && { controllers: options.controllers }),
  });
  runScheduler({ sim: sim.scope('scheduler'), client: admin });
  const node = clientOf('system:node:node01', 'system:nodes').with({ userAgent: 'kubelet/v1.35.6' });
  const cri = (): CriServer => {
    if (state.containerdDown)
      throw new CriError(
        'Unavailable',
        'connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"',
      );
    return world.containerd.cri;
  };
  const log: string[] = [];
  const config = { clusterDNS: ['10.96.0.10'], clusterDomain: 'cluster.local', staticPodPath: '/etc/kubernetes/manifests', ...options.config };
  fs.mkdir('/etc/kubernetes/manifests', { parents: true });
  const startKubelet = (): void => {
    const scope = sim.scope('kubelet');
    state.scope = scope;
    const recorder = new EventRecorder(scope, node, { component: 'kubelet', host: 'node01' });
    state.kubelet = runKubelet({
      sim: scope,
      kernel,
      fs,
      nodeName: 'node01',
      nodeIp: '172.30.0.2',
      config,
      cri,
      client: () => node,
      recorder,
      log: (text) => log.push(text),
      version: 'v1.35.6',
      validatePod: (pod) => validatePod(pod).map(toText),
    });
  };
  startKubelet();
  const pod = (name: string, namespace = 'default'): Pod | undefined => admin.get('pods', { namespace, name });
  const events = (name: string): string[] =>
    admin
      .list('events')
      .items.filter((each) => each.involvedObject.name === name)
      .map((each) => `${each.reason}: ${each.message}${(each.count ?? 1) > 1 ? ` (x${each.count})` : ''}`);
  return {
    ...world,
    world,
    state,
    log,
    admin,
    server,
    pod,
    events,
    etcd,
    credentials,
    startKubelet,
    stopKubelet: (): void => {
      state.scope?.stop();
      delete state.kubelet;
    },
    /** Makes a pod and gives its name. */
    create: (name: string, spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): string => {
      admin.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', ...metadata }, spec } as never);
      return name;
    },
    /** Advances until a test of the pod holds. */
    until: (name: string, test: (pod: Pod) => boolean, limit = 60_000): Pod => {
      const found = sim.advanceUntil(() => {
        const current = pod(name);
        return current !== undefined && test(current);
      }, limit);
      if (!found) throw new Error(`${name}: ${JSON.stringify(pod(name)?.status, null, 1)}\n${events(name).join('\n')}\n${log.slice(-20).join('\n')}`);
      return pod(name) as Pod;
    },
    /** What a kubectl-like status column shows. */
    column: (name: string): string => {
      const found = pod(name);
      const status = found?.status?.containerStatuses?.[0];
      const state_ = status?.state;
      return state_?.waiting?.reason ?? state_?.terminated?.reason ?? found?.status?.phase ?? 'gone';
    },
    /** The text of a log or of a command's output. */
    text: (path: string, query: Record<string, string | string[]> = {}): string => {
      let out = '';
      const routine = function* (): Routine<string> {
        const answer = yield* server.connect({ method: 'GET', path, query, credentials: credentials('kubernetes-admin', 'system:masters') });
        if (!isSession(answer)) return `${answer.status}: ${(answer.body as { message?: string })?.message ?? answer.body}`;
        const session: StreamSession = answer;
        for (let piece = yield* session.stdout.receive(); piece !== undefined; piece = yield* session.stdout.receive()) out += piece;
        const { error } = session.outcome() ?? {};
        return error === undefined ? out : `${out}[${error}]`;
      };
      return world.run(routine());
    },
  };
}

export const ready = (pod: Pod): boolean => pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
export { KubeletError };
