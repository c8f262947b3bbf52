/** Snapshotters of their own as processes: each listens where containerd's [proxy_plugins] look for it. */
import { HttpRegistry } from '../../client/http-registry.ts';
import type { Registries } from '../../images/registries.ts';
import type { RegistryServer } from '../../interfaces/distribution.ts';
import { snapshotterProtocol } from '../../interfaces/snapshotter.ts';
import { FileSystem } from '../../linux/file-system.ts';
import { daemonUser } from '../../linux/file-user.ts';
import { SpecialNode } from '../../linux/inode.ts';
import { listenUnix, serve } from '../../linux/network.ts';
import type { Program } from '../../linux/program.ts';
import { type Kind, Snapshotter } from '../../stargz-snapshotter/snapshotter.ts';
import type { Trace } from '../trace.ts';
import { untilTerminated } from './component.ts';
import { registryAccess } from './containerd.ts';

/** By program: what it can mount, and its folder below /run and /var/lib. */
const daemons: Readonly<Record<string, { readonly kind: Kind; readonly folder: string; readonly log: string; readonly socket?: string }>> = {
  'containerd-stargz-grpc': { kind: 'stargz', folder: 'containerd-stargz-grpc', log: 'starting containerd-stargz-grpc' },
  'containerd-nydus-grpc': {
    kind: 'nydus',
    folder: 'containerd-nydus',
    log: 'Start nydus-snapshotter. Version: v0.15.6',
    socket: 'containerd-nydus-grpc.sock',
  },
  'soci-snapshotter-grpc': { kind: 'soci', folder: 'soci-snapshotter-grpc', log: 'starting soci-snapshotter-grpc' },
};

export const newSnapshotters = (trace: Trace, registries: () => Registries): Record<string, Program> =>
  Object.fromEntries(
    Object.entries(daemons).map(([name, { kind, folder, log, socket = `${name}.sock` }]): [string, Program] => [
      name,
      function* (argv, process) {
        const asked = argv.find((word) => /^--?address=/.test(word))?.replace(/^[^=]*=(unix:\/\/)?/, '');
        const address = asked ?? (argv.includes('--address') ? (argv[argv.indexOf('--address') + 1] ?? '') : `/run/${folder}/${socket}`);
        const line = (text: string) => process.printError(`${JSON.stringify({ level: 'info', msg: text, time: new Date(process.now).toISOString() })}\n`);
        const files = new FileSystem(process.kernel.host.mount, daemonUser(process.kernel.sim));
        for (const path of [address.slice(0, address.lastIndexOf('/')), `/var/lib/${folder}/snapshotter`]) files.mkdir(path, { parents: true, mode: 0o700 });
        const inode = new SpecialNode('socket', { mode: 0o600, uid: 0, gid: 0, mtime: process.now });
        const { registry } = registryAccess(process, trace, registries, name);
        const own = (host: string): RegistryServer => {
          const scheme = /^(localhost|127\.)/.test(host) ? 'http' : 'https';
          const { sim, kernel } = process;
          return new HttpRegistry({ sim, network: kernel.host.network, files }, { authority: host, scheme, prefix: '/v2' }, name);
        };
        const daemon = new Snapshotter(
          kind,
          (host) => registry(host) ?? own(host),
          (text) => void process.sim.go(line(text)),
        );
        listenUnix(inode, new Map([serve(snapshotterProtocol, daemon)]));
        if (files.find(address)) files.unlink(address);
        files.mknod(address, inode);
        process.allocate(30 * 1024 * 1024);
        yield* line(log);
        return yield* untilTerminated(process, () => {
          inode.listener = undefined;
          if (files.find(address) === inode) files.unlink(address);
        });
      },
    ]),
  );
