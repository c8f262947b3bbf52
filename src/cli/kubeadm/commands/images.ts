/** The images of a control plane (cmd/kubeadm/app/images). */
import { CriError } from '../../../interfaces/cri.ts';
import { Errno } from '../../../linux/errno.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Context, Fatal } from '../context.ts';
import { dialRuntime } from '../runtime-socket.ts';

/** What a control plane needs, in kubeadm's order. */
export function imagesOf(context: Context, version = context.settings().version): string[] {
  const { release } = context.phases;
  const { etcdVersion, given = {} } = context.settings();
  const repository = given.imageRepository ?? 'registry.k8s.io';
  const { dns, etcd, proxy } = given;
  const names = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', ...(proxy?.disabled ? [] : ['kube-proxy'])];
  const coreDns = `${dns?.imageRepository ?? (repository === 'registry.k8s.io' ? `${repository}/coredns` : repository)}/coredns:${dns?.imageTag ?? release.coreDns}`;
  return [
    ...names.map((name) => `${repository}/${name}:${version}`),
    ...(dns?.disabled ? [] : [coreDns]),
    `${repository}/pause:${release.pause}`,
    ...(etcd?.external ? [] : [`${etcd?.local?.imageRepository ?? repository}/etcd:${etcdVersion}`]),
  ];
}

/** Through the container runtime, as crictl would. */
export function* pullImages(context: Context, tell: boolean, version?: string): Routine {
  for (const image of imagesOf(context, version)) {
    try {
      const cri = dialRuntime(context);
      if (!cri.image.imageStatus({ image }, false).image) yield* cri.image.pullImage({ image });
    } catch (error) {
      if (!(error instanceof CriError) && !(error instanceof Errno)) throw error;
      const cause = error instanceof CriError ? `rpc error: code = ${error.code} desc = ${error.message}` : error.message.toLowerCase();
      if (tell) throw new Fatal(`failed to pull image "${image}": failed to pull image ${image}: ${cause}`);
      throw new Fatal(
        `error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR ImagePull]: failed to pull image ${image}: failed to pull image ${image}: ${cause}\n[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
        2,
      );
    }
    if (tell) yield* context.say(`[config/images] Pulled ${image}`);
  }
}
