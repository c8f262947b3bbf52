/** To which versions kubeadm upgrades a cluster (cmd/kubeadm/app/phases/upgrade/policy.go). */
import type { Routine } from '../../../sim/routine.ts';
import { type Context, Fatal } from '../context.ts';

const numbers = (version: string): number[] => version.replace(/^v/, '').split('.').map(Number);
/** 35 of `v1.35.6`. */
export const minorOf = (version: string): number => numbers(version)[1] ?? 0;

export function newer(a: string, b: string): boolean {
  const [left, right] = [numbers(a), numbers(b)];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0);
}

type Wanted = { readonly target: string; readonly current: string; readonly kubelets: readonly string[] };

/** How many minor releases kubelets may be behind, by kubeadm's own. */
const kubeletSkew = (minor: number): number => (minor >= 28 ? 3 : 1);

/** Throws Fatal; what `--force` passes over is told. */
export function* enforceVersionPolicies(context: Context, { target, current, kubelets }: Wanted): Routine {
  const { version: own } = context.phases.release;
  const [to, from, mine] = [target, current, own].map(minorOf) as [number, number, number];
  const wanted = `Specified version to upgrade to "${target}"`;
  const old = [...new Set(kubelets)].filter((kubelet) => to > minorOf(kubelet) + kubeletSkew(mine));
  const mandatory = [
    ...(to > from + 1 ? [`${wanted} is too high; kubeadm can upgrade only 1 minor version at a time`] : []),
    ...(to < from - 1 ? [`Specified version to downgrade to "${target}" is too low; kubeadm can downgrade only 1 minor version at a time`] : []),
    ...(to > mine ? [`${wanted} is at least one minor release higher than the kubeadm minor release (${to} > ${mine}). Such an upgrade is not supported`] : []),
  ];
  const skippable = [
    ...(to === mine && newer(target, own)
      ? [`${wanted} is higher than the kubeadm version "${own}". Upgrade kubeadm first using the tool you used to install kubeadm`]
      : []),
    ...(mine > to ? [`Kubeadm version ${own} can only be used to upgrade to Kubernetes version 1.${mine}`] : []),
    ...(old.length > 0 ? [`There are kubelets in this cluster that are too old that have these versions [${old.join(' ')}]`] : []),
  ];
  const listed = (all: readonly string[]): string => all.map((each) => `\t- ${each}\n`).join('');
  const [before, the] = mine < 32 ? ['[upgrade/version] FATAL: ', 'the --version'] : ['error execution phase preflight: ', 'the version'];
  if (mandatory.length > 0)
    throw new Fatal(
      `${before}${the} argument is invalid due to these fatal errors:\n\n${listed(mandatory)}\nPlease fix the misalignments highlighted above and try upgrading again`,
    );
  if (skippable.length === 0) return;
  if (!context.flags.bool('force'))
    throw new Fatal(`${before}${the} argument is invalid due to these errors:\n\n${listed(skippable)}\nCan be bypassed if you pass the --force flag`);
  yield* context.say(
    `[upgrade/preflight] Found ${skippable.length} potential version compatibility errors but skipping since the --force flag is set: `,
    '',
    listed(skippable).trimEnd(),
  );
}
