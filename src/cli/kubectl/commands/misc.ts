/** options, completion, plugin, alpha, kustomize and what is not simulated. */
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { optionsText } from '../help.ts';
import { kustomized } from '../kustomize/kustomize.ts';

export const options: CommandEntry = {
  path: 'options',
  short: 'Print the list of flags inherited by all commands',
  hidden: true,
  *run(k) {
    yield* k.print(optionsText());
  },
};

const shells = ['bash', 'zsh', 'fish', 'powershell'];

/** The lab's shell completes by itself; the script only has to be sourced without harm. */
export const completion: CommandEntry = {
  path: 'completion',
  short: 'Output shell completion code for the specified shell (bash, zsh, fish, or powershell)',
  examples: '# Load it into the running shell\nsource <(kubectl completion bash)',
  *run(k) {
    const [shell] = k.args;
    if (shell === undefined) throw k.usage('Shell not specified.');
    if (k.args.length > 1) throw k.usage('Too many arguments. Expected only the shell type.');
    if (!shells.includes(shell)) throw k.usage(`Unsupported shell type "${shell}".`);
    yield* k.print(`# ${shell} completion for kubectl\n${shell === 'bash' ? 'complete -o default -F __start_kubectl kubectl\n' : ''}`);
  },
};

export const plugin: CommandEntry = {
  path: 'plugin',
  short: 'Provides utilities for interacting with plugins',
  long: 'Plugins provide extended functionality that is not part of the major command-line distribution. Please refer to the documentation and examples for more information about how write your own plugins.\n\nThe easiest way to discover and install plugins is via the kubernetes sub-project krew: [krew.sigs.k8s.io]. To install krew, visit https://krew.sigs.k8s.io/docs/user-guide/setup/install',
  examples: '# List all available plugins\nkubectl plugin list\n\n# List only binary names of available plugins without paths\nkubectl plugin list --name-only',
};

export const pluginList: CommandEntry = {
  path: 'plugin list',
  short: "List all visible plugin executables on a user's PATH",
  *run(k) {
    const found: string[] = [];
    for (const folder of (k.process.env['PATH'] ?? '').split(':')) {
      if (!k.process.fs.isDirectory(folder)) continue;
      for (const [name] of k.process.fs.list(folder)) if (name.startsWith('kubectl-')) found.push(k.flags.bool('name-only') ? name : `${folder}/${name}`);
    }
    if (found.length === 0) throw new KubectlError('unable to find any kubectl plugins in your PATH');
    yield* k.print(`The following compatible plugins are available:\n\n${found.map((path) => `${path}\n`).join('')}`);
  },
};

export const alpha: CommandEntry = {
  path: 'alpha',
  short: 'Commands for features in alpha',
  about: 'These commands correspond to alpha features that are not enabled in Kubernetes clusters by default.',
  bare: true,
};
export const kustomize: CommandEntry = {
  path: 'kustomize',
  short: 'Build a kustomization target from a directory or URL',
  examples: '# Show what an overlay comes to\nkubectl kustomize overlays/test',
  *run(k) {
    if (k.args.length > 1) throw new KubectlError('specify one path to kustomization.yaml');
    const { objects, warnings } = kustomized(k.process, k.args[0] ?? '.');
    yield* k.printError(warnings);
    const built = objects.map(dumpYaml).join('---\n');
    const output = k.flags.text('output');
    if (output === '') return yield* k.print(built);
    k.process.fs.write(k.process.path(output), built);
  },
};
