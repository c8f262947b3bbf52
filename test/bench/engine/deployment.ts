/** The work that both simulators do: a Deployment of so many pods on three nodes. */
export const replicas = 300;

/**
 * What the pods run. `deploy` is nginx: here with its entrypoint's scripts, its configuration, a master and its workers, there a bare listener.
 * `sleep` is the same on both sides: one process that waits.
 */
export const workloads = {
  deploy: { image: 'nginx:1.27' },
  sleep: { image: 'busybox:1.37', command: ['sleep', 'infinity'] },
} as const;

export type Workload = keyof typeof workloads;

export const deploymentOf = (name: string, workload: Workload): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', ...workloads[workload] }] } },
  },
});
