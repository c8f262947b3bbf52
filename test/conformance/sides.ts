import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { newCluster } from '../../src/cluster/cluster.ts';
import { Sink, textFile } from '../../src/linux/open-file.ts';
import { newLiveClock } from '../../src/serve/clock.ts';
import { type Served, serve } from '../../src/serve/server.ts';

export type Outcome = { readonly stdout: string; readonly stderr: string; readonly status: number };

/** Real binaries by the variables that name them; undefined where there are none. */
export const binary = (variable: 'K8S_LAB_KUBECTL' | 'K8S_LAB_HELM'): string | undefined => {
  const path = process.env[variable];
  return path !== undefined && existsSync(path) ? path : undefined;
};

export type Sides = {
  readonly cluster: Cluster;
  readonly served: Served;
  /** Bugs that showed. */
  readonly problems: readonly unknown[];
  /** A line of shell in the lab. */
  ours(line: string, stdin?: string): Promise<Outcome>;
  /** The same line with the real tools, against the same world. */
  real(line: string, stdin?: string): Promise<Outcome>;
  /** A file under the same name on both sides. */
  file(name: string, content: string): void;
  close(): Promise<void>;
};

/** A served world some time ago, prepared by `prepare` lines in the lab, then brought to the present. */
export async function newSides(options: {
  readonly kubectl?: string | undefined;
  readonly helm?: string | undefined;
  readonly files: Readonly<Record<string, string>>;
  readonly prepare: readonly string[];
  readonly minutes: number;
  readonly seed?: number;
}): Promise<Sides> {
  const cluster = newCluster({ seed: options.seed ?? 1, world: 'kubeadm-3', epoch: Date.now() - options.minutes * 60_000 });
  const { fs } = cluster.machine(cluster.home);
  const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-conformance-'));
  for (const name of ['bin', 'home', 'work']) mkdirSync(join(folder, name));
  if (options.kubectl) symlinkSync(options.kubectl, join(folder, 'bin/kubectl'));
  if (options.helm) symlinkSync(options.helm, join(folder, 'bin/helm'));
  const file = (name: string, content: string): void => {
    const below = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '';
    if (below) {
      mkdirSync(join(folder, 'work', below), { recursive: true });
      fs.mkdir(`/root/${below}`, { parents: true });
    }
    writeFileSync(join(folder, 'work', name), content);
    fs.write(`/root/${name}`, content);
  };
  for (const [name, content] of Object.entries(options.files)) file(name, content);
  for (const line of options.prepare) {
    const run = start(cluster, line, '');
    if (!cluster.sim.advanceUntil(() => run.process.exitStatus !== undefined, 120_000) || run.process.exitStatus !== 0)
      throw new Error(`${line}: ${run.out.join('')}${run.err.join('')}`);
  }
  cluster.sim.advanceTo(Date.now());
  const problems: unknown[] = [];
  const served = await serve(cluster, {
    port: 0,
    // Ages are compared to the second: the world must not fall behind on a busy machine.
    clock: newLiveClock(cluster.sim, (error) => problems.push(error), Number.POSITIVE_INFINITY),
    failed: (error) => problems.push(error),
  });
  writeFileSync(join(folder, 'kubeconfig'), namedAsInTheLab(served.kubeconfig));
  const env = {
    PATH: `${join(folder, 'bin')}:/usr/bin:/bin`,
    HOME: join(folder, 'home'),
    KUBECONFIG: join(folder, 'kubeconfig'),
    LANG: 'C.UTF-8',
    KUBE_EDITOR: 'cat',
  };
  return {
    cluster,
    served,
    problems,
    file,
    ours: async (line, stdin = '') => {
      const run = start(cluster, line, stdin);
      const until = Date.now() + 20_000;
      const before = problems.length;
      while (run.process.exitStatus === undefined && problems.length === before && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
      return { stdout: run.out.join(''), stderr: run.err.join(''), status: run.process.exitStatus ?? 124 };
    },
    real: (line, stdin = '') =>
      new Promise((resolve) => {
        const child = spawn('/bin/bash', ['-c', line], { cwd: join(folder, 'work'), env, timeout: 20_000 });
        const out: Buffer[] = [];
        const err: Buffer[] = [];
        child.stdout.on('data', (part: Buffer) => out.push(part));
        child.stderr.on('data', (part: Buffer) => err.push(part));
        child.stdin.on('error', () => undefined);
        child.stdin.end(stdin);
        child.on('close', (status) => resolve({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), status: status ?? 124 }));
      }),
    close: async () => {
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `kubectl config` is compared too: cluster, user and context are called as in the lab's own kubeconfig. */
const namedAsInTheLab = (kubeconfig: string): string =>
  kubeconfig
    .replaceAll('k8s-lab-admin', 'kubernetes-admin')
    .replaceAll('cluster: k8s-lab', 'cluster: kubernetes')
    .replace('name: k8s-lab', 'name: kubernetes')
    .replace(/(name|current-context): k8s-lab/g, '$1: kubernetes-admin@kubernetes');

function start(cluster: Cluster, line: string, stdin: string) {
  const out: string[] = [];
  const err: string[] = [];
  const process = cluster.openScript(cluster.home, ['bash', '-c', line], {
    stdin: textFile(stdin),
    stdout: new Sink((text) => void out.push(text)),
    stderr: new Sink((text) => void err.push(text)),
  });
  return { process, out, err };
}
