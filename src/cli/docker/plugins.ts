/** Plugins of the docker command: executables called docker-<name> in a few directories (cli-plugins/manager). */
import type { Process } from '../../linux/process.ts';

const system = ['/usr/local/lib/docker/cli-plugins', '/usr/local/libexec/docker/cli-plugins', '/usr/lib/docker/cli-plugins', '/usr/libexec/docker/cli-plugins'];

/** Where a plugin stands; undefined where it is not installed. The user's own directory comes first. */
export function findPlugin(process: Process, name: string): string | undefined {
  const config = process.env['DOCKER_CONFIG'] ?? `${process.env['HOME'] ?? '/root'}/.docker`;
  return [`${config}/cli-plugins`, ...system].map((folder) => `${folder}/docker-${name}`).find((path) => isExecutable(process, path));
}

function isExecutable({ fs }: Process, path: string): boolean {
  const inode = fs.find(path);
  return inode?.type === 'file' && fs.may(inode, 1);
}
