/** ctr namespaces. */
import { ContainerdError, isMissing } from '../../../interfaces/containerd.ts';
import { bool, type CtrCommand, CtrError, labelArgs, labelText } from '../context.ts';
import { table } from '../output.ts';

export const namespaces: CtrCommand = {
  name: 'namespaces',
  aliases: ['namespace', 'ns'],
  short: 'Manage namespaces',
  commands: [
    {
      name: 'create',
      aliases: ['c'],
      short: 'Create a new namespace',
      usage: '<name> [<key>=<value>]',
      flags: [],
      run: function* (context) {
        const [name, ...labels] = context.args;
        if (name === undefined) throw new CtrError('please specify a namespace');
        context.client().namespaces.create(name, labelArgs(labels));
        return 0;
      },
    },
    {
      name: 'list',
      aliases: ['ls'],
      short: 'List namespaces',
      usage: '[flags]',
      flags: [bool('quiet,q', 'Print only the namespace name')],
      run: function* (context) {
        const all = context.client().namespaces.list();
        if (context.flags.bool('quiet')) yield* context.print(all.map(({ name }) => `${name}\n`).join(''));
        else yield* context.print(table([['NAME', 'LABELS'], ...all.map(({ name, labels }) => [name, labelText(labels)])]));
        return 0;
      },
    },
    {
      name: 'remove',
      aliases: ['rm'],
      short: 'Remove one or more namespaces',
      usage: '<name> [<name>, ...]',
      flags: [bool('cgroup,c', "delete the namespace's cgroup")],
      run: function* (context) {
        const client = context.client();
        let failed: string | undefined;
        for (const name of context.args) {
          try {
            client.namespaces.delete(name);
          } catch (error) {
            if (!(error instanceof ContainerdError)) throw error;
            if (!isMissing(error)) {
              yield* context.log('error', `unable to delete ${name}`, error.message);
              failed ??= `unable to delete ${name}: ${error.message}`;
              continue;
            }
          }
          yield* context.print(`${name}\n`);
        }
        if (failed !== undefined) throw new CtrError(failed);
        return 0;
      },
    },
    {
      name: 'label',
      short: 'Set and clear labels for a namespace',
      usage: '[flags] <name> [<key>=<value>, ...]',
      flags: [],
      run: function* (context) {
        const [name, ...labels] = context.args;
        if (name === undefined) throw new CtrError('please specify a namespace');
        const client = context.client();
        if (client.namespaces.list().some((each) => each.name === name)) client.namespaces.label(name, labelArgs(labels));
        return 0;
      },
    },
  ],
};
