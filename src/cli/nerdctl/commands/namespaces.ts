/** nerdctl namespace: containerd's namespaces, which are not Kubernetes'. */
import { ContainerdError } from '../../../interfaces/containerd.ts';
import { bool, type Context, labelArgs, list, type NerdctlCommand, NerdctlError, needArgs, text } from '../context.ts';
import { printInspected } from '../inspected.ts';
import { rendered, table } from '../output.ts';

function rowOf(
  context: Context,
  name: string,
): {
  readonly Name: string;
  readonly Containers: number;
  readonly Images: number;
  readonly Volumes: number;
  readonly Labels: Readonly<Record<string, string>>;
} {
  const client = context.client();
  const volumes = `${context.dataStore}/volumes/${name}`;
  const { fs } = context.process;
  return {
    Name: name,
    Containers: client.containers.list(name).length,
    Images: client.images.list(name).length,
    Volumes: fs.isDirectory(volumes) ? fs.list(volumes).length : 0,
    Labels: client.namespaces.list().find((each) => each.name === name)?.labels ?? {},
  };
}

const ls: NerdctlCommand = {
  name: 'ls',
  aliases: ['list'],
  short: 'List containerd namespaces',
  flags: [bool('quiet,q', 'Only display names'), text('format,f', "Format the output using the given Go template, e.g, '{{json .}}'")],
  run: function* (context) {
    const names = context
      .client()
      .namespaces.list()
      .map(({ name }) => name);
    const format = context.flags.text('format');
    if (context.flags.bool('quiet')) yield* context.print(names.map((name) => `${name}\n`).join(''));
    else if (format !== '' && format !== 'table')
      yield* context.print(
        rendered(
          context,
          format === 'json' ? '{{json .}}' : format,
          names.map((name) => rowOf(context, name)),
        ),
      );
    else {
      const rows = names.map((name) => rowOf(context, name));
      const texts = rows.map(({ Labels }) =>
        Object.entries(Labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
      );
      // Rows end with a tab, which the header does not.
      const width = Math.max(0, ...texts.map(({ length }) => length)) + 4;
      const cells = rows.map(({ Name, Containers, Images, Volumes }, i) => [
        Name,
        String(Containers),
        String(Images),
        String(Volumes),
        (texts[i] ?? '').padEnd(width),
      ]);
      yield* context.print(table([['NAME', 'CONTAINERS', 'IMAGES', 'VOLUMES', 'LABELS'], ...cells]));
    }
    return 0;
  },
};

const create: NerdctlCommand = {
  name: 'create',
  short: 'Create a new namespace',
  usage: 'NAMESPACE',
  flags: [list('label,l', 'Set labels for a namespace')],
  run: function* (context) {
    needArgs(context, 1);
    context.client().namespaces.create(context.args[0] ?? '', labelArgs(context.flags.list('label')));
    return 0;
  },
};

const update: NerdctlCommand = {
  name: 'update',
  short: 'Update labels for a namespace',
  usage: 'NAMESPACE',
  flags: [list('label,l', 'Set labels for a namespace')],
  run: function* (context) {
    needArgs(context, 1);
    const [name = ''] = context.args;
    const { namespaces } = context.client();
    if (!namespaces.list().some((each) => each.name === name)) throw new NerdctlError(`namespace ${name}: not found`);
    namespaces.label(name, labelArgs(context.flags.list('label')));
    return 0;
  },
};

const inspect: NerdctlCommand = {
  name: 'inspect',
  short: 'Display detailed information on one or more namespaces.',
  usage: 'NAMESPACE',
  flags: [text('format,f', "Format the output using the given Go template, e.g, '{{json .}}'")],
  run: function* (context) {
    needArgs(context, 1);
    const known = new Set(
      context
        .client()
        .namespaces.list()
        .map(({ name }) => name),
    );
    yield* printInspected(
      context,
      context.args.filter((name) => known.has(name)).map((name) => ({ Name: name, Labels: rowOf(context, name).Labels })),
    );
    for (const name of context.args) if (!known.has(name)) yield* context.log('warning', `namespace ${name}: not found`);
    return 0;
  },
};

const remove: NerdctlCommand = {
  name: 'remove',
  aliases: ['rm'],
  short: 'Remove one or more namespaces',
  usage: '[flags] NAMESPACE [NAMESPACE...]',
  flags: [bool('cgroup,c', "delete the namespace's cgroup")],
  run: function* (context) {
    needArgs(context, 1);
    let failed: string | undefined;
    for (const name of context.args) {
      try {
        context.client().namespaces.delete(name);
        yield* context.print(`${name}\n`);
      } catch (error) {
        if (!(error instanceof ContainerdError)) throw error;
        if (error.code === 'not found') yield* context.print(`${name}\n`);
        else {
          yield* context.log('error', `unable to delete ${name}`, { error: error.message });
          failed ??= name;
        }
      }
    }
    if (failed !== undefined) throw new NerdctlError(`unable to delete ${failed}`);
    return 0;
  },
};

export const namespace: NerdctlCommand = {
  name: 'namespace',
  aliases: ['ns'],
  short: 'Manage containerd namespaces',
  long: 'Unrelated to Linux namespaces and Kubernetes namespaces',
  commands: [ls, create, update, inspect, remove],
};
