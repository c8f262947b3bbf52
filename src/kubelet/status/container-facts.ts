/** What is read from the node about a container for its status. */
import { type ContainerStatus, CriError } from '../../interfaces/cri.ts';
import type { Context } from '../context.ts';
import { labelNames } from '../runtime/runtime-pod.ts';

const maxMessage = 4096;
const tailLines = 80;

/** The container's last words: its termination log, or the end of its log where the policy says so (getTerminationMessage). */
export function terminationMessageOf(context: Context, container: ContainerStatus): string {
  const path = container.annotations[labelNames.terminationMessagePath];
  const policy = container.annotations[labelNames.terminationMessagePolicy];
  const mount = container.mounts.find(({ containerPath }) => containerPath === path);
  const { fs } = context;
  const text = mount && fs.exists(mount.hostPath) ? fs.read(mount.hostPath).slice(0, maxMessage) : '';
  if (text !== '') return text;
  const failed = container.exitCode !== 0 || container.reason === 'OOMKilled';
  if (policy === 'FallbackToLogsOnError' && failed && fs.exists(container.logPath)) {
    const lines = fs.read(container.logPath).split('\n').filter(Boolean).slice(-tailLines);
    const log = lines.map((line) => line.split(' ').slice(3).join(' ')).join('\n');
    if (log !== '') return log.slice(-maxMessage);
  }
  return container.message;
}

/** `docker.io/library/nginx@sha256:…`: the image's digest where it has one. */
export function imageIdOf(context: Context, container: ContainerStatus): string {
  const { imageRef } = container;
  if (!imageRef.startsWith('sha256:')) return imageRef;
  try {
    return context.cri().image.imageStatus({ image: imageRef }, false).image?.repoDigests[0] ?? imageRef;
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    return imageRef;
  }
}
