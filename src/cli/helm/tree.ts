/** All commands of helm: dispatch, help and completion read this table. */
import type { HelmCommand } from './call.ts';
import { create } from './commands/create.ts';
import { install } from './commands/install.ts';
import { lint } from './commands/lint.ts';
import { get, history, list, status, test } from './commands/records.ts';
import { rollback } from './commands/rollback.ts';
import { template } from './commands/template.ts';
import { uninstall } from './commands/uninstall.ts';
import { upgrade } from './commands/upgrade.ts';
import { globalFlags } from './flag-lines.ts';

export const root: HelmCommand = {
  name: 'helm',
  short: 'The Kubernetes package manager',
  flags: globalFlags,
  commands: [create, get, history, install, lint, list, rollback, status, template, test, uninstall, upgrade],
};
