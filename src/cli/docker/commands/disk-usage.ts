/** docker system df -v: what each image, container, volume and cache record takes (cli/command/formatter/disk_usage.go). */
import type { Context } from '../context.ts';
import { ago, size, table } from '../output.ts';
import { psColumns } from './ps.ts';

/** Four tables, one below the other. */
export function verboseUsage(context: Context): string {
  const client = context.client();
  const { now } = context.process;
  const { images, containers, volumes } = client.diskUsage();
  const cache = client.images.buildCache();
  const cells = new Map(psColumns(now, false).map(([key, , cell]) => [key, cell]));
  return [
    'Images space usage:\n\n',
    table([
      ['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE', 'SHARED SIZE', 'UNIQUE SIZE', 'CONTAINERS'],
      ...images.map(({ Id, RepoTags, Created, Size, Containers }) => {
        const [name = '<none>:<none>'] = RepoTags;
        const at = name.lastIndexOf(':');
        return [
          name.slice(0, at),
          name.slice(at + 1),
          Id.slice(7, 19),
          `${ago(now - Created * 1000)} ago`,
          size(Size, 3),
          '0B',
          size(Size, 4),
          String(Containers),
        ];
      }),
    ]),
    '\nContainers space usage:\n\n',
    table([
      ['CONTAINER ID', 'IMAGE', 'COMMAND', 'LOCAL VOLUMES', 'SIZE', 'CREATED', 'STATUS', 'NAMES'],
      ...containers.map((each) => [
        ...['ID', 'Image', 'Command', 'LocalVolumes'].map((key) => cells.get(key)?.(each) ?? ''),
        size(each.SizeRw, 3),
        ...['RunningFor', 'Status', 'Names'].map((key) => cells.get(key)?.(each) ?? ''),
      ]),
    ]),
    '\nLocal Volumes space usage:\n\n',
    table([['VOLUME NAME', 'LINKS', 'SIZE'], ...volumes.map((each) => [each.name, String(each.links), size(each.size, 4)])]),
    `\nBuild cache usage: ${size(cache.reduce((sum, each) => sum + each.size, 0))}\n\n`,
    table([
      ['CACHE ID', 'CACHE TYPE', 'SIZE', 'CREATED', 'LAST USED', 'USAGE', 'SHARED'],
      ...cache.map((each) => [each.id.slice(0, 12), 'regular', size(each.size, 3), '', '', '1', 'false']),
    ]),
  ].join('');
}
