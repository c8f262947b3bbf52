/** The networks of pods as `crictl info` shows them: go-cni's ConfigResult, the loopback first. */
import type { CniConfList } from '../../interfaces/cni.ts';

type Plugin = Readonly<Record<string, unknown>>;

/** libcni's NetConf: what every plugin's configuration has. */
const common = (plugin: Plugin): Plugin => ({
  ...(plugin['type'] === undefined ? {} : { type: plugin['type'] }),
  ...(plugin['capabilities'] === undefined ? {} : { capabilities: plugin['capabilities'] }),
  ipam: typeof plugin['ipam'] === 'object' && plugin['ipam'] !== null && 'type' in plugin['ipam'] ? { type: plugin['ipam'].type } : {},
  dns: plugin['dns'] ?? {},
});

const network = ({ name, cniVersion, plugins }: CniConfList, ifName: string): object => ({
  Config: {
    Name: name,
    CNIVersion: cniVersion,
    Plugins: plugins.map((plugin) => ({ Network: common(plugin), Source: JSON.stringify(plugin) })),
    Source: JSON.stringify({ cniVersion, name, plugins }),
  },
  IFName: ifName,
});

const loopback: CniConfList = { cniVersion: '0.3.1', name: 'cni-loopback', plugins: [{ type: 'loopback' }] };

/** `conf` is what the folder holds. */
export const cniConfig = (conf: CniConfList, folders: { readonly binDir: string; readonly confDir: string }): object => ({
  PluginDirs: [folders.binDir],
  PluginConfDir: folders.confDir,
  PluginMaxConfNum: 1,
  Prefix: 'eth',
  Networks: [network(loopback, 'lo'), network(conf, 'eth0')],
});
