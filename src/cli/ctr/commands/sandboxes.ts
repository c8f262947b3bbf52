/** ctr sandboxes (cmd/ctr/commands/sandboxes). */
import { bool, type CtrCommand, CtrError, list, text } from '../context.ts';
import { json, moment, table } from '../output.ts';

export const sandboxes: CtrCommand = {
  name: 'sandboxes',
  aliases: ['sandbox', 'sb', 's'],
  short: 'Manage sandboxes',
  commands: [
    {
      name: 'run',
      aliases: ['create', 'c', 'r'],
      short: 'Run a new sandbox',
      usage: '[flags] <pod-config.json> <sandbox-id>',
      flags: [text('runtime', 'Runtime name', 'io.containerd.runc.v2')],
      run: function* (context) {
        if (context.args.length !== 2) return yield* context.help();
        throw new CtrError('k8s-lab: ctr sandboxes run is not simulated', 70);
      },
    },
    {
      name: 'list',
      aliases: ['ls'],
      short: 'List sandboxes',
      flags: [list('filters', 'The list of filters to apply when querying sandboxes from the store')],
      run: function* (context) {
        const found = context
          .client()
          .containers.list(context.namespace)
          .filter(({ labels }) => labels['io.cri-containerd.kind'] === 'sandbox');
        yield* context.print(table([['ID', 'CREATED', 'RUNTIME'], ...found.map(({ id, createdAt, runtime }) => [id, moment(createdAt), runtime.name])]));
        return 0;
      },
    },
    {
      name: 'remove',
      aliases: ['rm'],
      short: 'Remove sandboxes',
      usage: '<id> [<id>, ...]',
      flags: [bool('force,f', 'Ignore shutdown errors when removing sandbox')],
      run: function* (context) {
        const { namespace } = context;
        const known = context.client().containers.list(namespace);
        for (const id of context.args) {
          if (known.some((each) => each.id === id && each.labels['io.cri-containerd.kind'] === 'sandbox'))
            throw new CtrError('k8s-lab: ctr sandboxes remove of a sandbox that runs is not simulated', 70);
          const why = `sandbox ${JSON.stringify(id)} in namespace ${JSON.stringify(namespace)}: not found`;
          yield* context.log('error', `failed to load sandbox ${id}`, why);
        }
        return 0;
      },
    },
    {
      name: 'info',
      aliases: ['i'],
      short: 'Get info about a sandbox',
      usage: '<sandbox id>',
      flags: [],
      run: function* (context) {
        const [id] = context.args;
        if (id === undefined) throw new CtrError('sandbox id must be provided: invalid argument');
        const found = context
          .client()
          .containers.list(context.namespace)
          .find((each) => each.id === id && each.labels['io.cri-containerd.kind'] === 'sandbox');
        if (!found)
          throw new CtrError(`failed to load sandbox ${id}: sandbox ${JSON.stringify(id)} in namespace ${JSON.stringify(context.namespace)}: not found`);
        const { labels, createdAt, updatedAt, runtime, spec } = found;
        const at = { CreatedAt: moment(createdAt), UpdatedAt: moment(updatedAt) };
        yield* context.print(
          json({ ID: id, Labels: labels, Runtime: { Name: runtime.name, Options: null }, Spec: spec, Sandboxer: 'podsandbox', ...at, Extensions: {} }),
        );
        return 0;
      },
    },
  ],
};
