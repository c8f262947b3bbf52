/** Whether a container that ended is started again: kubernetes pkg/api/v1/pod/util.go, pkg/kubelet/container/helpers.go. */
import type { ContainerSpec, Pod } from '../../api/types.ts';
import type { ContainerStatus } from '../../interfaces/cri.ts';

/** The container's own policy, or the pod's; rules are not looked at, for they ask for an exit code. */
export const restartPolicyOf = ({ spec }: Pod, { restartPolicy }: ContainerSpec): string => restartPolicy ?? spec.restartPolicy ?? 'Always';

/** ContainerShouldRestart: a rule of the container's that fits the exit code, then its policy, then the pod's. */
export function restartsAfter(pod: Pod, container: ContainerSpec, exitCode: number): boolean {
  const rules = container.restartPolicy === undefined ? [] : (container.restartPolicyRules ?? []);
  if (rules.some(({ action, exitCodes }) => action === 'Restart' && exitCodes?.values?.includes(exitCode) === (exitCodes?.operator === 'In'))) return true;
  const policy = restartPolicyOf(pod, container);
  return policy === 'OnFailure' ? exitCode !== 0 : policy !== 'Never';
}

/** ShouldContainerBeRestarted */
export function shouldRestart(pod: Pod, container: ContainerSpec, last: ContainerStatus | undefined): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  if (!last || last.state === 'CONTAINER_UNKNOWN' || last.state === 'CONTAINER_CREATED') return true;
  return last.state !== 'CONTAINER_RUNNING' && restartsAfter(pod, container, last.exitCode);
}
