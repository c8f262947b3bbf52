/** All commands of helm: dispatch, help and completion read this table. */
import type { HelmCommand } from './call.ts';
import { create } from './commands/create.ts';
import { lint } from './commands/lint.ts';
import { template } from './commands/template.ts';
import { globalFlags } from './flag-lines.ts';

export const root: HelmCommand = {
  name: 'helm',
  short: 'The Kubernetes package manager',
  flags: globalFlags,
  commands: [create, lint, template],
};
