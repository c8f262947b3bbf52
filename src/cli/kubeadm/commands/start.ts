/** Starting the kubelet, and waiting for what it starts (cmd/kubeadm/app/phases/kubelet, app/util/apiclient/wait.go). */
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import { parseConfigYaml } from '../../../apimachinery/yaml-simple.ts';
import { connect, NetworkError } from '../../../linux/network.ts';
import { httpProtocol } from '../../../linux/protocols.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Context, Fatal, goDuration } from '../context.ts';
import { criSocket } from '../runtime-socket.ts';

const kubeletFlags = '/var/lib/kubelet/kubeadm-flags.env';

/** Writes the kubelet's settings and starts it anew. */
export function* startKubelet(context: Context, configuration?: string): Routine {
  yield* context.say(
    '[kubelet-start] Writing kubelet environment file with flags to file "/var/lib/kubelet/kubeadm-flags.env"',
    '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"',
    '[kubelet-start] Starting the kubelet',
  );
  const { fs } = context.host;
  if (fs.exists(kubeletFlags)) fs.unlink(kubeletFlags);
  context.phases.writeKubeletConfig(context.host, configuration);
  ownKubeletConfig(context);
  const { systemd } = context.process.kernel;
  systemd?.reload();
  // What fails again and again is started at once when somebody asks.
  if (systemd) {
    yield* systemd.stop('kubelet');
    systemd.start('kubelet');
  }
}

/** What this machine says otherwise: its runtime's socket, its flags, and what the configuration file holds for kubelets. */
export function ownKubeletConfig(context: Context): void {
  const { fs, kernel, name } = context.host;
  const path = '/var/lib/kubelet/config.yaml';
  const written = parseConfigYaml(fs.read(path)) as object;
  const endpoint = 'containerRuntimeEndpoint' in written ? { containerRuntimeEndpoint: criSocket(context) } : {};
  const config = { ...written, ...endpoint, ...context.file.KubeletConfiguration };
  fs.write(path, dumpYaml(Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)))));
  const { InitConfiguration: init, JoinConfiguration: join } = context.file;
  const given = (init ?? join)?.nodeRegistration?.kubeletExtraArgs ?? [];
  const taints = join ? (taintsOf(context) ?? []) : [];
  const flags = [
    ...(name === kernel.hostname ? [] : [`--hostname-override=${name}`]),
    ...(taints.length > 0
      ? [`--register-with-taints=${taints.map(({ key, value = '', effect }) => `${key}${value ? `=${value}` : ''}:${effect}`).join(',')}`]
      : []),
    ...given.map((arg) => `--${arg.name}=${arg.value}`),
  ];
  if (flags.length === 0) return;
  const [, before = ''] = /="(.*)"/.exec(fs.read(kubeletFlags)) ?? [];
  const kept = before.split(' ').filter((word) => !given.some((arg) => word.startsWith(`--${arg.name}=`)));
  fs.write(kubeletFlags, `KUBELET_KUBEADM_ARGS="${[...kept, ...flags].filter(Boolean).join(' ')}"\n`);
}

type Taint = { readonly key: string; readonly value?: string; readonly effect: string };

/** Those of nodeRegistration; undefined: nobody says so. */
export function taintsOf({ file }: Context): readonly Taint[] | undefined {
  const { InitConfiguration: init, JoinConfiguration: join } = file;
  return (init ?? join)?.nodeRegistration?.taints ?? undefined;
}

/** Waits until the kubelet is healthy. Throws Fatal. */
export function* kubeletCheck(context: Context): Routine {
  yield* context.say('[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz. This can take up to 4m0s');
  const took = yield* context.until(() => listens(context, 10248));
  if (took === Number.POSITIVE_INFINITY) {
    yield* context.say(
      '[kubelet-check] The kubelet is not healthy after 4m0.001s',
      '',
      'Unfortunately, an error has occurred, likely caused by:',
      '\t- The kubelet is not running',
      '\t- The kubelet is unhealthy due to a misconfiguration of the node in some way (required cgroups disabled)',
      '',
      'If you are on a systemd-powered system, you can try to troubleshoot the error with the following commands:',
      "\t- 'systemctl status kubelet'",
      "\t- 'journalctl -xeu kubelet'",
      '',
    );
    throw new Fatal(
      'error execution phase wait-control-plane: failed while waiting for the kubelet to start: The HTTP call equal to \'curl -sSL http://127.0.0.1:10248/healthz\' returned error: Get "http://127.0.0.1:10248/healthz": dial tcp 127.0.0.1:10248: connect: connection refused',
    );
  }
  yield* context.say(`[kubelet-check] The kubelet is healthy after ${goDuration(took)}`);
}

function listens({ process }: Context, port: number): boolean {
  try {
    return connect(process.namespaces.network, '127.0.0.1', port, process.sim.random).servers.has(httpProtocol.name);
  } catch (error) {
    if (error instanceof NetworkError) return false;
    throw error;
  }
}

/** Waits until the control plane of this machine is healthy. Throws Fatal. */
export function* waitControlPlane(context: Context): Routine {
  const { ip, port: own = 6443 } = context.settings();
  yield* context.say(
    '[control-plane-check] Waiting for healthy control plane components. This can take up to 4m0s',
    `[control-plane-check] Checking kube-apiserver at https://${ip}:${own}/livez`,
    '[control-plane-check] Checking kube-controller-manager at https://127.0.0.1:10257/healthz',
    '[control-plane-check] Checking kube-scheduler at https://127.0.0.1:10259/livez',
  );
  const began = context.process.now;
  for (const [name, port] of [
    ['kube-controller-manager', 10257],
    ['kube-scheduler', 10259],
    ['kube-apiserver', own],
  ] as const) {
    if ((yield* context.until(() => listens(context, port))) === Number.POSITIVE_INFINITY)
      throw new Fatal(
        `error execution phase wait-control-plane: failed while waiting for the control plane to start: ${name} check failed at https://127.0.0.1:${port}`,
      );
    yield* context.say(`[control-plane-check] ${name} is healthy after ${goDuration(context.process.now - began)}`);
  }
}

/** Until 1.23 the ConfigMap had the version in its name. */
export function kubeletConfigMap({ phases }: Context): string {
  const [, minor = ''] = phases.release.version.split('.');
  return Number(minor) < 24 ? `kubelet-config-1.${minor}` : 'kubelet-config';
}
