import type { Core } from '../context.ts';

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** What a first start finds missing, it makes. */
export function bootstrap(core: Core): void {
  for (const name of namespaces) {
    const key = `/registry/namespaces/${name}`;
    if (core.storage.get(key)) continue;
    core.storage.create(key, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        uid: core.sim.random.uuid(),
        creationTimestamp: new Date(core.sim.now).toISOString().slice(0, 19) + 'Z',
        labels: { 'kubernetes.io/metadata.name': name },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    } as never);
  }
}
