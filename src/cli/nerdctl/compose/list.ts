/** compose ps and images. */

import { imageSizes } from '../commands/images.ts';
import { stateOf, statusText } from '../commands/ps.ts';
import { bool, type NerdctlCommand, NerdctlError, slice, text } from '../context.ts';
import { nameOf, taskOf } from '../find.ts';
import { labels } from '../labels.ts';
import { json, shortBytes, table } from '../output.ts';
import { portText } from '../ports.ts';
import { repositoryTag } from '../reference.ts';
import { readPorts } from '../store.ts';
import { loadProject } from './project.ts';
import { containersOf, selected } from './select.ts';

export const composePs: NerdctlCommand = {
  name: 'ps',
  short: 'List containers of services',
  usage: '[flags] [SERVICE...]',
  flags: [
    text('format', 'Format the output. Supported values: [table|json]', 'table'),
    text('filter', 'Filter matches containers based on given conditions'),
    slice('status', 'Filter services by status.'),
    bool('quiet,q', 'Only display container IDs'),
    bool('services', 'Display services'),
    bool('all,a', 'Show all containers (default shows just running)'),
  ],
  run: function* (context) {
    const { flags } = context;
    const format = flags.text('format');
    if (format !== 'table' && format !== 'json') throw new NerdctlError(`unsupported format ${JSON.stringify(format)}, supported formats are: [table|json]`);
    const project = yield* loadProject(context);
    const wanted = [...flags.list('status'), ...(flags.text('filter').startsWith('status=') ? [flags.text('filter').slice(7)] : [])];
    const found = selected(project, context.args)
      .flatMap(({ name }) => containersOf(context, project, name))
      .map((container) => ({ container, task: taskOf(context, container.id) }))
      .filter(({ task }) => (wanted.length > 0 ? wanted.includes(stateOf(task)) : flags.bool('all') || task?.status === 'RUNNING'));
    if (flags.bool('quiet')) yield* context.print(found.map(({ container }) => `${container.id}\n`).join(''));
    else if (flags.bool('services'))
      yield* context.print([...new Set(found.map(({ container }) => container.labels[labels.composeService] ?? ''))].map((name) => `${name}\n`).join(''));
    else {
      const rows = found.map(({ container, task }) => ({
        ID: container.id,
        Name: nameOf(container),
        Image: container.image,
        Command: commandOf(container.spec.process.args.join(' '), format === 'table'),
        Project: project.name,
        Service: container.labels[labels.composeService] ?? '',
        State: stateOf(task),
        Health: '',
        ExitCode: task?.status === 'STOPPED' ? task.exitStatus : 0,
        Status: statusText(context, container, task),
        Publishers: readPorts(context, container.id).map(({ HostIP, ContainerPort, HostPort, Protocol }) => ({
          URL: HostIP,
          TargetPort: ContainerPort,
          PublishedPort: HostPort,
          Protocol,
        })),
      }));
      if (format === 'json')
        yield* context.print(
          `${json(
            rows.map(({ Status: _status, ...row }) => row),
            0,
          )}\n`,
        );
      else {
        const cells = rows.map((row) => [row.Name, row.Image, row.Command, row.Service, row.State, portText(readPorts(context, row.ID))]);
        yield* context.print(table([['NAME', 'IMAGE', 'COMMAND', 'SERVICE', 'STATUS', 'PORTS'], ...cells]));
      }
    }
    return 0;
  },
};

const commandOf = (command: string, short: boolean): string => (short ? JSON.stringify(command.length <= 20 ? command : `${command.slice(0, 19)}…`) : command);

export const composeImages: NerdctlCommand = {
  name: 'images',
  short: 'List images used by created containers in services',
  usage: '[flags] [SERVICE...]',
  flags: [bool('quiet,q', 'Only show numeric image IDs'), text('format', 'Format the output. Supported values: [json]')],
  run: function* (context) {
    const project = yield* loadProject(context);
    const { images } = context.client();
    const rows = selected(project, context.args)
      .flatMap(({ name }) => containersOf(context, project, name))
      .flatMap((container) => {
        const image = images.list(context.namespace).find(({ name }) => name === container.image);
        if (!image) return [];
        const { repository, tag } = repositoryTag(image.name);
        return [[nameOf(container), repository, tag, image.target.digest.slice(7, 19), shortBytes(imageSizes(context, image).unpacked)]];
      });
    if (context.flags.bool('quiet')) yield* context.print(rows.map((row) => `${row[3]}\n`).join(''));
    else yield* context.print(table([['Container', 'Repository', 'Tag', 'Image Id', 'Size'], ...rows]));
    return 0;
  },
};
