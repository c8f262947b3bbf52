/** options, plugin, alpha, kustomize and what is not simulated. */
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { optionsText } from '../help.ts';
import { kustomized } from '../kustomize/kustomize.ts';
import { orderedTwice } from '../manifests.ts';
import { pluginFiles } from '../plugins.ts';

export const options: CommandEntry = {
  path: 'options',
  short: 'Print the list of flags inherited by all commands',
  hidden: true,
  *run(k) {
    yield* k.print(optionsText());
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
    const found = pluginFiles(k.process).map((path) => (k.flags.bool('name-only') ? path.slice(path.lastIndexOf('/') + 1) : path));
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
    const restrictor = k.flags.text('load-restrictor');
    const restrictors = ['LoadRestrictionsRootOnly', 'LoadRestrictionsNone'];
    if (!restrictors.includes(restrictor))
      throw new KubectlError(`illegal flag value --load-restrictor ${restrictor}; legal values: [${restrictors.join(' ')}]`);
    const reorder = k.flags.text('reorder');
    if (reorder !== 'legacy' && reorder !== 'none') throw new KubectlError(`illegal flag value --reorder ${reorder}; legal values: [legacy none]`);
    const { objects, warnings, sorted } = kustomized(k.process, k.args[0] ?? '.', {
      unrestricted: restrictor === 'LoadRestrictionsNone',
      helm: k.flags.bool('enable-helm'),
      reorder,
      managedBy: k.flags.bool('enable-managedby-label'),
    });
    if (sorted && k.flags.has('reorder')) yield* k.printError(orderedTwice(k));
    yield* k.printError(warnings);
    const built = objects.map(dumpYaml).join('---\n');
    const output = k.flags.text('output');
    if (output === '') return yield* k.print(built);
    const folder = k.process.path(`${output}/..`);
    if (!k.process.fs.exists(folder)) throw new KubectlError(`open ${output}: no such file or directory`);
    k.process.fs.write(k.process.path(output), built);
  },
};
