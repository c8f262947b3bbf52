import { visit } from '../../builder.ts';
import type { CommandEntry } from '../../command.ts';
import { podTemplateText } from '../../describe/pod-template.ts';
import { KubectlError } from '../../errors.ts';
import { forEach } from '../../fetch.ts';
import { withPath } from '../../json.ts';
import { objectPrinter, resourceSlashName } from '../../printers/object-printer.ts';
import { alignTabs, describeTabs } from '../../printers/tab-writer.ts';
import { describedTemplate, revisionsOf, templateOf } from './revisions.ts';

/** kubernetes kubectl/pkg/cmd/rollout/rollout_history.go. */
export const rolloutHistory: CommandEntry = {
  path: 'rollout history',
  short: 'View rollout history',
  examples: '# All revisions\nkubectl rollout history deployment/web\n\n# What one of them ran\nkubectl rollout history deployment/web --revision=2',
  *run(k) {
    const wanted = k.flags.number('revision');
    if (wanted < 0) throw new KubectlError(`revision must be a positive integer: ${wanted}`);
    if (k.args.length === 0 && k.flags.list('filename').length === 0 && k.flags.text('kustomize') === '')
      throw new KubectlError('required resource not specified');
    const printer = objectPrinter(k);
    yield* forEach(yield* visit(k, { args: k.args, selectAll: true }), function* (info) {
      const revisions = yield* revisionsOf(k, info);
      if (wanted > 0 && !revisions.some(({ number }) => number === wanted)) throw new KubectlError('unable to find the specified revision');
      if (printer) {
        for (const revision of revisions.filter(({ number }) => wanted === 0 || number === wanted))
          yield* k.print(printer(info.resource.kind === 'Deployment' ? revision.object : withPath(info.object, ['spec', 'template'], templateOf(revision))));
        return;
      }
      const one = revisions.find(({ number }) => number === wanted);
      const head = `${resourceSlashName(info.object)} ${one ? `with revision #${wanted}` : ''}`;
      // A single revision's text keeps its tabs.
      if (one) yield* k.print(`${head}\n${podTemplateText(describedTemplate(one), { aligned: false })}\n`);
      else
        yield* k.print(
          `${head}\n${alignTabs(`REVISION\tCHANGE-CAUSE\n${revisions.map(({ number, cause }) => `${number}\t${cause || '<none>'}\n`).join('')}`, describeTabs)}\n`,
        );
    });
  },
};
