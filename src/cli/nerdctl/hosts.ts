/** /etc/hosts of containers: each knows the others of its networks by name (pkg/dnsutil/hostsstore). */
import type { ContainerdContainer } from '../../interfaces/containerd.ts';
import type { FileSystem } from '../../linux/file-system.ts';
import { labels } from './labels.ts';
import { networksOf } from './networks.ts';

type Meta = {
  readonly ID: string;
  readonly Name: string;
  readonly Hostname: string;
  readonly Networks: Readonly<Record<string, string>>;
  readonly ExtraHosts: Readonly<Record<string, string>>;
};

const begin = '# <nerdctl>';
const end = '# </nerdctl>';

/** Tells what addresses a container has now (none once it has stopped) and writes all files anew. */
export function publishHosts(files: FileSystem, directory: string, container: ContainerdContainer, addresses: Readonly<Record<string, string>>): void {
  const own = container.labels;
  const extra = JSON.parse(own[labels.extraHosts] ?? '[]') as string[];
  const meta: Meta = {
    ID: container.id,
    Name: own[labels.name] ?? '',
    Hostname: own[labels.hostname] ?? '',
    Networks: addresses,
    ExtraHosts: Object.fromEntries(extra.map((each) => [each.slice(0, each.indexOf(':')), each.slice(each.indexOf(':') + 1)])),
  };
  const folder = `${directory}/${container.id}`;
  if (!files.isDirectory(folder)) return;
  files.write(`${folder}/meta.json`, JSON.stringify(meta));
  updateHosts(files, directory, networksOf(own).includes('host'));
}

/** To be called when a container has gone as well. */
export function updateHosts(files: FileSystem, directory: string, hostNetwork = false): void {
  if (!files.isDirectory(directory) || hostNetwork) return;
  const metas = files.list(directory).flatMap(([id]) => {
    const path = `${directory}/${id}/meta.json`;
    return files.exists(path) ? [JSON.parse(files.read(path)) as Meta] : [];
  });
  const base = (files.exists('/etc/hosts') ? files.read('/etc/hosts') : '127.0.0.1\tlocalhost\n').replace(/\n?$/, '\n');
  for (const meta of metas) {
    const lines = ['127.0.0.1\tlocalhost localhost.localdomain', ':1\t\tlocalhost localhost.localdomain'];
    for (const [host, ip] of Object.entries(meta.ExtraHosts)) lines.push(`${ip}\t${host}`);
    for (const other of metas)
      for (const [network, ip] of Object.entries(other.Networks)) {
        if (other.ID !== meta.ID && meta.Networks[network] === undefined) continue;
        const names = [other.Hostname, other.Name].filter((name, i, all) => name !== '' && all.indexOf(name) === i);
        lines.push(`${ip}\t${names.flatMap((name) => (network === 'bridge' ? [name] : [name, `${name}.${network}`])).join(' ')}`);
      }
    files.write(`${directory}/${meta.ID}/hosts`, `${base}${begin}\n${lines.join('\n')}\n${end}\n`);
  }
}
