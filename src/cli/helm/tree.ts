/** All commands of helm: dispatch, help and completion read this table. */
import type { HelmCommand } from './call.ts';
import { dependency, packageCommand, pull, show } from './commands/charts.ts';
import { create } from './commands/create.ts';
import { install } from './commands/install.ts';
import { lint } from './commands/lint.ts';
import { absentCommands, completion, env, version } from './commands/misc.ts';
import { get, history, list, status, test } from './commands/records.ts';
import { repo, search } from './commands/repo.ts';
import { rollback } from './commands/rollback.ts';
import { template } from './commands/template.ts';
import { uninstall } from './commands/uninstall.ts';
import { upgrade } from './commands/upgrade.ts';
import { globalFlags } from './flag-lines.ts';

const commands: readonly HelmCommand[] = [
  ...[completion, create, dependency, env, get, history, install, lint, list, packageCommand, pull, repo, rollback],
  ...[search, show, status, template, test, uninstall, upgrade, version, ...absentCommands],
];

export const root: HelmCommand = {
  name: 'helm',
  short: 'The Kubernetes package manager',
  flags: globalFlags,
  commands: [...commands].sort((a, b) => (a.name < b.name ? -1 : 1)),
};
