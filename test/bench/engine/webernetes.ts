/** The same Deployment in webernetes 0.3.5. It runs on the wall clock, so only its CPU time is compared. Prints one line of JSON. */
import { BaseImage, Cluster, type ProcessContext } from '@ngrok/webernetes';
import { replicas } from './deployment.ts';

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

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(test: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 12_000 && !test(); i++) await pause(50);
  if (!test()) throw new Error(`${what} took more than ten minutes`);
}

async function deploy(cluster: Cluster, name: string): Promise<{ readonly cpu: number; readonly wall: number }> {
  const running = new Set<string>();
  const informer = cluster.informer('pods', (type, pod) => {
    const uid = pod.metadata?.uid ?? '';
    if (type === 'delete') running.delete(uid);
    else if (pod.metadata?.labels?.['app'] === name && pod.status?.phase === 'Running') running.add(uid);
  });
  const wall = performance.now();
  const cpu = process.cpuUsage();
  await cluster.apply([
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'default' },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } },
      },
    },
  ]);
  await until(() => running.size >= replicas, `${replicas} running pods`);
  const { user, system } = process.cpuUsage(cpu);
  await informer.stop();
  return { cpu: (user + system) / 1000, wall: performance.now() - wall };
}

async function deployments(): Promise<unknown[]> {
  const cluster = new Cluster({ nodes: 3 });
  cluster.registerImage(Nginx);
  await cluster.init();
  const first = await deploy(cluster, 'first');
  await cluster.api.appsv1.deleteNamespacedDeployment({ name: 'first', namespace: 'default' });
  let left = true;
  while (left) {
    await pause(250);
    left = (await cluster.api.corev1.listNamespacedPod({ namespace: 'default' })).items.length > 0;
  }
  return [first, await deploy(cluster, 'second')];
}

deployments().then(
  (measured) => {
    process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
  },
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`, () => process.exit(1));
  },
);
