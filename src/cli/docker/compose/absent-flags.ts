/** Flags that docker compose v5 has and the lab has no effect for, by the command: they are refused in our own name when somebody sets one. */
import { absentFlags } from '../../flags.ts';
import type { DockerCommand } from '../context.ts';

const create = 'always-recreate-deps? dry-run? renew-anon-volumes,V?';
const table: Readonly<Record<string, string>> = {
  build: 'builder check? memory,m print? progress provenance push? sbom ssh',
  config:
    'environment? hash lock-image-digests? models? no-consistency? no-env-resolution? no-interpolate? no-normalize? no-path-resolution? output,o resolve-image-digests? variables?',
  create,
  images: 'format',
  logs: 'index since until',
  ps: 'orphans?',
  pull: 'ignore-pull-failures? include-deps? policy',
  restart: 'no-deps?',
  run: 'cap-add cap-drop env-from-file interactive,i? pull quiet? quiet-build? quiet-pull? remove-orphans? use-aliases?',
  start: 'wait? wait-timeout',
  up: `${create} abort-on-container-failure? attach attach-dependencies? menu? no-attach wait-timeout watch,w?`,
};

/** The command with them. */
export const withAbsentFlags = (command: DockerCommand): DockerCommand => ({
  ...command,
  flags: [...(command.flags ?? []), ...absentFlags(table[command.name] ?? '')],
});
