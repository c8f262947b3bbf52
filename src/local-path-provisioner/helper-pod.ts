/** The pod that makes or removes a volume's directory on its node: provisioner.go createHelperPod. */
import type { Pod } from '../api/types.ts';
import { wholeValue } from '../apimachinery/quantity.ts';
import { type Client, isRetriable } from '../client/client.ts';
import { type Milliseconds, type Routine, sleep } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';

/** `configMapName` holds the scripts setup and teardown. */
export type HelperSettings = {
  readonly sim: Sim;
  readonly namespace: string;
  readonly configMapName: string;
  /** helperPod.yaml. */
  readonly template: Pod;
  readonly log: (level: 'info' | 'error', text: string) => void;
};

type HelperWork = {
  readonly action: 'create' | 'delete';
  readonly volumeName: string;
  readonly node: string;
  readonly path: string;
  readonly size: string;
};

/** `CmdTimeoutCounts`, a look a second. */
const timeout: Milliseconds = 120_000;

/** Runs it to its end and removes it; what it returns is why it did not succeed. */
export function* runHelper(settings: HelperSettings, client: Client, work: HelperWork): Routine<string | undefined> {
  const pod = helperPod(settings, work);
  const { sim, namespace, log } = settings;
  const key = { namespace, name: pod.metadata.name ?? '' };
  log('info', `create the helper pod ${key.name} into ${namespace}`);
  try {
    client.create('pods', pod);
  } catch (error) {
    if (!isRetriable(error)) throw error;
    return `create helper pod: ${(error as Error).message}`;
  }
  const until = sim.now + timeout;
  try {
    while (sim.now < until) {
      const phase = client.get('pods', key)?.status?.phase;
      if (phase === 'Succeeded') return undefined;
      yield* sleep(1_000);
    }
    return `create process timeout after ${timeout / 1000} seconds`;
  } finally {
    client.delete('pods', key);
  }
}

function helperPod({ namespace, configMapName, template }: HelperSettings, { action, volumeName, node, path, size }: HelperWork): Pod {
  const parent = path.slice(0, path.lastIndexOf('/'));
  const script = action === 'create' ? 'setup' : 'teardown';
  const [container] = template.spec.containers;
  return {
    ...template,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, name: `${template.metadata?.name ?? 'helper-pod'}-${action}-${volumeName}`, namespace },
    spec: {
      ...template.spec,
      nodeName: node,
      restartPolicy: 'Never',
      serviceAccountName: 'local-path-provisioner-service-account',
      tolerations: [...(template.spec.tolerations ?? []), { operator: 'Exists' }],
      containers: [
        {
          ...container,
          name: container?.name ?? 'helper-pod',
          command: ['/bin/sh', `/script/${script}`],
          args: ['-p', path, '-s', String(wholeValue(size)), '-m', 'Filesystem', '-a', action],
          env: [
            { name: 'VOL_DIR', value: path },
            { name: 'VOL_MODE', value: 'Filesystem' },
            { name: 'VOL_SIZE_BYTES', value: String(wholeValue(size)) },
          ],
          volumeMounts: [
            { name: 'script', mountPath: '/script' },
            { name: 'data', mountPath: parent },
          ],
        },
      ],
      volumes: [
        { name: 'data', hostPath: { path: parent, type: 'DirectoryOrCreate' } },
        {
          name: 'script',
          configMap: {
            name: configMapName,
            items: [
              { key: 'setup', path: 'setup' },
              { key: 'teardown', path: 'teardown' },
            ],
          },
        },
      ],
    },
  } as Pod;
}
