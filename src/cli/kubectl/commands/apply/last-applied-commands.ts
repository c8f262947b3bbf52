import { sortedJson } from '../../../../apimachinery/json.ts';
import { dumpYaml } from '../../../../apimachinery/yaml.ts';
import { targetsOf, visitAll } from '../../builder.ts';
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { at, nameOf, type Obj, obj, text, withoutPath } from '../../json.ts';
import { pathOf } from '../../kubectl.ts';
import { operationPrinter } from '../../printers/operation.ts';
import { lastApplied } from '../create/generator.ts';
import { originalConfiguration } from './last-applied.ts';

/** kubernetes kubectl/pkg/cmd/apply/apply_view_last_applied.go. */
export const viewLastApplied: CommandEntry = {
  path: 'apply view-last-applied',
  short: 'View the latest last-applied-configuration annotations of a resource/object',
  examples: '# As YAML\nkubectl apply view-last-applied deploy/web\n\n# As JSON\nkubectl apply view-last-applied deploy/web -o json',
  *run(k) {
    const output = k.flags.text('output');
    const infos = yield* visitAll(k, { args: k.args, all: k.flags.bool('all') });
    if (output !== 'yaml' && output !== 'json') throw k.usage(`Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`);
    for (const info of infos) {
      const original = originalConfiguration(info.object);
      // Nothing is said of what was never applied.
      if (original) yield* k.print(output === 'json' ? `${sortedJson(original, 2)}\n` : dumpYaml(original));
    }
  },
};

/** kubernetes kubectl/pkg/cmd/apply/apply_set_last_applied.go. */
export const setLastApplied: CommandEntry = {
  path: 'apply set-last-applied',
  short: 'Set the last-applied-configuration annotation on a live object to match the contents of a file',
  examples: '# Remember a file as what was applied\nkubectl apply set-last-applied -f deploy.yaml --create-annotation',
  *run(k) {
    const dryRun = yield* k.dryRun();
    const print = operationPrinter(k, dryRun);
    const changes: { readonly live: Obj; readonly path: string; readonly value: string }[] = [];
    for (const target of yield* targetsOf(k, { args: [] })) {
      if (target.kind !== 'manifest') continue;
      const name = nameOf(target.manifest.object);
      const path = pathOf(target.resource, target.namespace, name);
      const live = obj(yield* k.api.request({ method: 'GET', path }));
      if (!originalConfiguration(live) && !k.flags.bool('create-annotation')) {
        throw new KubectlError(
          `no last-applied-configuration annotation found on resource: ${name}, to create the annotation, run the command with --create-annotation`,
        );
      }
      // Other than apply's, it has no empty annotations.
      const value = `${sortedJson(withoutPath(target.manifest.object, ['metadata', 'annotations', lastApplied]))}\n`;
      if (value === text(obj(at(live, 'metadata.annotations'))[lastApplied])) {
        yield* k.print(`set-last-applied ${name}: no changes required.\n`);
      } else changes.push({ live, path, value });
    }
    for (const { live, path, value } of changes) {
      const patch = { metadata: { annotations: { [lastApplied]: value } } };
      const changed =
        dryRun === 'client'
          ? live
          : obj(
              yield* k.api.request({
                method: 'PATCH',
                path,
                body: patch,
                contentType: 'application/merge-patch+json',
                ...(dryRun === 'server' && { query: { dryRun: 'All' } }),
              }),
            );
      yield* print(changed, 'configured');
    }
  },
};
