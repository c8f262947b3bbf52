/** `k8s-lab serve`: a world for clients from outside, until Ctrl-C. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Arguments, seedOf, UsageError } from '../arguments.ts';
import { newCluster } from '../cluster/cluster.ts';
import { type Served, ServeError, serve } from '../serve/server.ts';
import { worldOf } from './commands.ts';
import { writeOut } from './write-out.ts';

type Values = Arguments['values'];

/** About the world's time that booting takes: it ends up at the present moment. */
const bootTime = 60_000;

/** The exit status. */
export async function serveCommand(values: Values): Promise<number> {
  const port = portOf(values.port);
  const file = kubeconfigFile(values.kubeconfig);
  const world = worldOf(values);
  // The world's clock shows what the client's does, or every age would be wrong.
  const cluster = newCluster({ seed: seedOf(values), world, epoch: Date.now() - bootTime });
  cluster.sim.advanceTo(Date.now());
  const end = ending();
  let served: Served;
  try {
    served = await serve(cluster, { port, failed: (error) => end.fail(error) });
  } catch (error) {
    if (!(error instanceof ServeError)) throw error;
    writeOut(2, `k8s-lab: ${error.message}\n`);
    return 1;
  }
  try {
    writePrivate(file.path, served.kubeconfig);
    writeOut(1, values.json ? `${JSON.stringify({ server: served.url, kubeconfig: file.path, world })}\n` : welcome(served, file.path, world));
    return await end.reached;
  } finally {
    await served.close();
    file.remove();
  }
}

const welcome = ({ url }: Served, path: string, world: string): string =>
  `The world ${world} is served at ${url}, on this computer only. Its clock runs with yours.

  export KUBECONFIG=${path}
  kubectl get nodes

Your own kubeconfig is not changed. Ctrl-C ends the world and removes this file.
`;

function portOf(text = '0'): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new UsageError(`--port takes a number up to 65535, not "${text}"`);
  return port;
}

/** Where the kubeconfig goes; a file of somebody else's is never written over. */
function kubeconfigFile(given: string | undefined): { readonly path: string; remove(): void } {
  if (given === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-'));
    return { path: join(folder, 'kubeconfig'), remove: () => rmSync(folder, { recursive: true, force: true }) };
  }
  const path = resolve(given);
  if (existsSync(path) && !isOurs(readFileSync(path, 'utf8'))) throw new UsageError(`${given} exists and is no kubeconfig of k8s-lab serve: it is left alone`);
  if (!existsSync(dirname(path))) throw new UsageError(`there is no folder ${dirname(given)}`);
  return { path, remove: () => rmSync(path, { force: true }) };
}

const isOurs = (text: string): boolean => text.trim() === '' || text.includes('- name: k8s-lab-admin');

/** Whole or not at all, and for its owner only. */
function writePrivate(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

/** A signal, or something that went wrong: then the exit status says so. */
function ending(): { readonly reached: Promise<number>; fail(error: unknown): void } {
  let end: (status: number) => void = () => undefined;
  const reached = new Promise<number>((resolve) => {
    end = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end(0));
  return {
    reached,
    fail: (error) => {
      writeOut(2, `k8s-lab: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      end(70);
    },
  };
}
