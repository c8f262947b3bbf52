/** The same Deployment in webernetes 0.3.5. It runs on the wall clock, so only its CPU time is compared. Prints one line of JSON. */
import { BaseImage, Cluster, type ProcessContext } from '@ngrok/webernetes';
import { deploymentOf, replicas, type Workload } from './deployment.ts';

class Nginx extends BaseImage {
  static readonly imageName = 'nginx';
  static readonly imageVersion = '1.27';
  readonly defaultCommand = ['server'];

  override async exec(context: ProcessContext, argv: readonly string[]): Promise<number> {
    if (argv[0] !== 'server') return super.exec(context, argv);
    context.listenHttp(80, async () => ({ status: 200, body: 'ok' }));
    return context.waitUntilKilled();
  }
}

class Busybox extends BaseImage {
  static readonly imageName = 'busybox';
  static readonly imageVersion = '1.37';
  readonly defaultCommand = ['sh'];

  override async exec(context: ProcessContext, argv: readonly string[]): Promise<number> {
    return argv[0] === 'sleep' ? context.waitUntilKilled() : super.exec(context, argv);
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(test: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 12_000 && !test(); i++) await pause(50);
  if (!test()) throw new Error(`${what} took more than ten minutes`);
}

async function deploy(cluster: Cluster, name: string, workload: Workload): Promise<{ readonly cpu: number; readonly wall: number }> {
  const running = new Set<string>();
  const informer = cluster.informer('pods', (type, pod) => {
    const uid = pod.metadata?.uid ?? '';
    if (type === 'delete') running.delete(uid);
    else if (pod.metadata?.labels?.['app'] === name && pod.status?.phase === 'Running') running.add(uid);
  });
  const wall = performance.now();
  const cpu = process.cpuUsage();
  await cluster.apply([deploymentOf(name, workload)] as Parameters<Cluster['apply']>[0]);
  await until(() => running.size >= replicas, `${replicas} running pods`);
  const { user, system } = process.cpuUsage(cpu);
  await informer.stop();
  return { cpu: (user + system) / 1000, wall: performance.now() - wall };
}

async function deployments(workload: Workload): Promise<unknown[]> {
  const cluster = new Cluster({ nodes: 3 });
  cluster.registerImage(Nginx);
  cluster.registerImage(Busybox);
  await cluster.init();
  const first = await deploy(cluster, 'first', workload);
  await cluster.api.appsv1.deleteNamespacedDeployment({ name: 'first', namespace: 'default' });
  let left = true;
  while (left) {
    await pause(250);
    left = (await cluster.api.corev1.listNamespacedPod({ namespace: 'default' })).items.length > 0;
  }
  return [first, await deploy(cluster, 'second', workload)];
}

deployments(process.argv[2] as Workload).then(
  (measured) => {
    process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
  },
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`, () => process.exit(1));
  },
);
