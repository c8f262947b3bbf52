/** Commands that docker has and the lab has not: they say so. */
import { CliError, type DockerCommand } from '../context.ts';

/** `path`: as typed after `docker`. */
export const notSimulated = (path: string, short: string): DockerCommand => ({
  name: path.slice(path.lastIndexOf(' ') + 1),
  short,
  raw: true,
  *run() {
    throw new CliError(`k8s-lab: docker ${path} is not simulated`, 70);
  },
});
