import { issue, newCa } from '../../../src/apimachinery/pki.ts';
import { ApiServer } from '../../../src/apiserver/api-server.ts';
import { helm } from '../../../src/cli/helm/index.ts';
import { kubectl } from '../../../src/cli/kubectl/index.ts';
import { Etcd } from '../../../src/etcd/etcd.ts';
import { restProtocol } from '../../../src/interfaces/rest.ts';
import { DirectoryNode } from '../../../src/linux/inode.ts';
import { Kernel } from '../../../src/linux/kernel.ts';
import { serve } from '../../../src/linux/network.ts';
import { Sink, textFile } from '../../../src/linux/open-file.ts';
import type { Program } from '../../../src/linux/program.ts';
import { diffPrograms } from '../../../src/programs/text/diff.ts';
import { newSim } from '../../../src/sim/sim.ts';

const epoch = Date.UTC(2026, 10, 22, 13, 0, 0);

export type Answer = { readonly out: string; readonly exit: number };

/** A node with kubectl on it, an apiserver that listens there, and an administrator's kubeconfig. */
export function newWorld() {
  const sim = newSim({ seed: 1, epoch });
  const ca = newCa({ commonName: 'kubernetes', notBefore: epoch, notAfter: epoch + 1e12 });
  const admin = issue(ca, { commonName: 'kubernetes-admin', organizations: ['system:masters'], notBefore: epoch, notAfter: epoch + 1e11 });
  const etcd = new Etcd({ sim, name: 'default' });
  const dialKubelet = (): never => {
    throw new Error('no kubelet');
  };
  const server = new ApiServer({ sim, etcd, dialKubelet, caPem: ca.certificate, serviceAccountKey: 'key' });
  const editor: Program = function* (argv, process) {
    const path = argv.at(-1) as string;
    process.fs.write(path, process.fs.read(path).replace(process.env['FROM'] ?? '', process.env['TO'] ?? ''));
    return 0;
  };
  const programs = new Map<string, Program>([
    ['kubectl', kubectl],
    ['helm', helm],
    ['editor', editor],
    ['diff', diffPrograms['diff'] as Program],
  ]);
  const kernel = new Kernel({ sim, hostname: 'controlplane', programs, memoryBytes: 2 ** 31, cpus: 2, diskBytes: 2 ** 33 });
  for (const name of ['root', 'etc', 'tmp', 'usr', 'usr/local', 'usr/local/bin']) {
    const parent = name.includes('/') ? name.slice(0, name.lastIndexOf('/')).split('/') : [];
    let at: DirectoryNode = kernel.rootDirectory;
    for (const part of parent) at = at.lookup(part) as DirectoryNode;
    at.add(name.slice(name.lastIndexOf('/') + 1), new DirectoryNode({ mode: 0o755, uid: 0, gid: 0, mtime: epoch }));
  }
  kernel.host.network.listen({ transport: 'tcp', address: '0.0.0.0', port: 6443, pid: 1, servers: new Map([serve(restProtocol, server)]) });
  const parent = kernel.start({
    argv: ['init'],
    cwd: '/root',
    env: { HOME: '/root', PATH: '/usr/local/bin' },
    program: function* (_argv, process) {
      yield { on: [process.changed] };
      return 0;
    },
  });
  sim.advance(0);
  const write = (path: string, text: string): void => parent.fs.write(path, text);
  parent.fs.mkdir('/root/.kube');
  parent.fs.write('/usr/local/bin/diff', '', { mode: 0o755 });
  Object.assign(parent.fs.stat('/usr/local/bin/diff'), { program: 'diff' });
  write('/root/.kube/config', kubeconfig(ca.certificate, admin));
  const run = (argv: readonly string[], options: { readonly stdin?: string; readonly env?: Record<string, string> } = {}): Answer => {
    let out = '';
    const sink = () => new Sink((text) => (out += text));
    const fds = new Map([
      [0, textFile(options.stdin ?? '')],
      [1, sink()],
      [2, sink()],
    ]);
    const process = kernel.spawn(parent, { argv, program: programs.get(argv[0] as string) as Program, fds, env: { ...parent.env, ...options.env } });
    sim.advanceUntil(() => process.exitStatus !== undefined, 600_000);
    return { out, exit: process.exitStatus ?? -1 };
  };
  /** `kubectl` with these words; blanks part them, quotes hold them together. */
  const k = (line: string, options?: { readonly stdin?: string; readonly env?: Record<string, string> }): Answer => run(['kubectl', ...words(line)], options);
  return { sim, kernel, parent, server, write, run, k, programs };
}

const words = (line: string): string[] =>
  [...line.matchAll(/(?:'([^']*)'|"([^"]*)"|([^\s'"]+))+/g)].map((match) => match[0].replace(/'([^']*)'|"([^"]*)"/g, (_all, a, b) => a ?? b));

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const kubeconfig = (ca: string, admin: { certificate: string; key: string }): string => `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(ca)}
    server: https://127.0.0.1:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: kubernetes-admin
  name: kubernetes-admin@kubernetes
current-context: kubernetes-admin@kubernetes
kind: Config
users:
- name: kubernetes-admin
  user:
    client-certificate-data: ${base64(admin.certificate)}
    client-key-data: ${base64(admin.key)}
`;
