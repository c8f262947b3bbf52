/** libcni: runs the plugin chain of a network for a pod's namespace. */
import { type CniArgs, type CniConfList, CniError, type CniResult, type CniRuntime } from '../interfaces/cni.ts';
import { FileSystem } from '../linux/file-system.ts';
import { daemonUser } from '../linux/file-user.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { NetworkNamespace } from '../linux/network.ts';
import type { Sim } from '../sim/sim.ts';
import { ConfLoader, type PluginConf, pluginPath } from './conf.ts';
import { type PluginContext, plugins } from './plugins.ts';

type CniOptions = { readonly kernel: Kernel; readonly sim: Sim; readonly binDir?: string };

/** What the plugins of containernetworking/plugins 1.9 say that they speak. */
const supported: readonly string[] = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];

/** The plugins of one node. */
export class Cni implements CniRuntime {
  readonly #kernel: Kernel;
  readonly #sim: Sim;
  readonly #files: FileSystem;
  readonly #loader: ConfLoader;
  #binDir: string;

  constructor({ kernel, sim, binDir = '/opt/cni/bin' }: CniOptions) {
    this.#kernel = kernel;
    this.#sim = sim;
    this.#binDir = binDir;
    this.#files = new FileSystem(kernel.host.mount, daemonUser(sim));
    this.#loader = new ConfLoader(this.#files);
  }

  loadNetwork(confDir: string, binDir: string, { skipBroken = false }: { readonly skipBroken?: boolean } = {}): CniConfList {
    this.#binDir = binDir;
    return this.#loader.load(confDir, skipBroken);
  }

  add(network: CniConfList, args: CniArgs): CniResult {
    const pod = this.#namespace(args.netns);
    let result: CniResult = { cniVersion: network.cniVersion, interfaces: [], ips: [], routes: [], dns: {} };
    for (const conf of network.plugins) {
      const plugin = this.#plugin(conf, 'add');
      if (!supported.includes(network.cniVersion))
        throw failed(
          conf,
          'add',
          `incompatible CNI versions; config is ${JSON.stringify(network.cniVersion)}, plugin supports [${supported.map((each) => JSON.stringify(each)).join(' ')}]`,
        );
      if (!pod) throw failed(conf, 'add', `failed to open netns "${args.netns}": failed to Statfs "${args.netns}": no such file or directory`);
      try {
        result = plugin.add(conf, { ...this.#context(network, args), pod }, result);
      } catch (error) {
        if (!(error instanceof CniError)) throw error;
        throw failed(conf, 'add', error.message);
      }
    }
    return result;
  }

  del(network: CniConfList, args: CniArgs): void {
    for (const conf of [...network.plugins].reverse()) {
      const plugin = this.#plugin(conf, 'delete');
      try {
        plugin.del(conf, this.#context(network, args));
      } catch (error) {
        if (!(error instanceof CniError)) throw error;
        throw failed(conf, 'delete', error.message);
      }
    }
  }

  #plugin(conf: PluginConf, action: 'add' | 'delete'): (typeof plugins)[string] {
    try {
      pluginPath(this.#files, this.#binDir, conf);
      const ipam = conf['ipam'] as PluginConf | undefined;
      if (ipam?.['type']) pluginPath(this.#files, this.#binDir, ipam);
    } catch (error) {
      throw error instanceof CniError ? failed(conf, action, error.message) : error;
    }
    const type = String(conf['type']);
    const plugin = Object.hasOwn(plugins, type) ? plugins[type] : undefined;
    if (!plugin) throw new CniError(`k8s-lab: the CNI plugin "${type}" is not simulated`);
    return plugin;
  }

  #context(network: CniConfList, args: CniArgs): PluginContext {
    return {
      kernel: this.#kernel,
      sim: this.#sim,
      files: this.#files,
      node: this.#kernel.host.network,
      pod: this.#namespace(args.netns),
      network: network.name,
      args,
    };
  }

  #namespace(path: string): NetworkNamespace | undefined {
    const match = /^\/proc\/(\d+)\/ns\/net$/.exec(path);
    if (match) return this.#kernel.processes.get(Number(match[1]))?.namespaces.network;
    return this.#kernel.networkNamespaces.get(path.replace(/^\/var\/run\//, '/run/'));
  }
}

const failed = (conf: Readonly<Record<string, unknown>>, verb: string, text: string): CniError =>
  new CniError(`plugin type="${String(conf['type'])}" failed (${verb}): ${text}`);
