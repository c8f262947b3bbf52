/**
 * A world comes up in the same way each time, so it is made once and kept: a V8 start-up snapshot of the booted cluster in the cache folder,
 * made in the background after the first shell line and used by those that follow. Without one everything works, half a second slower.
 * K8S_LAB_NO_CACHE=1 switches it off.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Arguments } from '../arguments.ts';
import { makeFolder } from './make-folder.ts';
import { snapshotFlags } from './snapshot-flags.ts';

declare const K8S_LAB_BUILD: string;

/** What the kept world is asked to run; one JSON argument. */
export type KeptWorldRequest = { readonly argv: readonly string[]; readonly readStdin: boolean; readonly seed: number; readonly limit: number };

const crashes: ReadonlySet<NodeJS.Signals> = new Set(['SIGABRT', 'SIGBUS', 'SIGILL', 'SIGSEGV', 'SIGTRAP']);

const day = 24 * 3600 * 1000;

const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string => join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'k8s-lab');

/** One file for each build, Node and world: another Node could not read it. */
const blobOf = (world: string): string => join(cacheFolder(), `${world}-${K8S_LAB_BUILD}-${process.version}-${process.arch}.blob`);

/** The exit status, or undefined where there is no kept world for this. */
export function runInKeptWorld({ values, positionals }: Arguments): number | undefined {
  if (process.env['K8S_LAB_NO_CACHE'] || values.transcript !== undefined || values.help || values.version) return undefined;
  const [, file, ...args] = positionals;
  const world = values.world ?? 'kubeadm-3';
  const seed = Number(values.seed ?? 1);
  const limit = values.limit === undefined ? day : Number(values.limit) * 1000;
  // What is wrong with them, main says.
  if (!Number.isInteger(seed) || seed < 0 || seed > 2 ** 32 - 1 || !(limit > 0 && limit <= 1e12)) return undefined;
  const fromStdin = values.command === undefined && (file === undefined || file === '-');
  // A script file is read by main, and without a line or a script a screen may be wanted.
  if (values.command === undefined && (file !== '-' || process.stdin.isTTY)) return undefined;
  const blob = blobOf(world);
  if (!existsSync(blob)) return undefined;
  const argv = fromStdin ? ['bash', '-s', ...args] : ['bash', '-c', values.command ?? '', ...positionals.slice(1)];
  const request: KeptWorldRequest = { argv, readStdin: fromStdin, seed, limit };
  // Node reads extra certificates at each start, for as long as all the rest takes; the world inside has certificates of its own.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const { status, signal, error } = spawnSync(process.execPath, [...snapshotFlags, '--snapshot-blob', blob, JSON.stringify(request)], {
    stdio: 'inherit',
    env,
  });
  if (error) return undefined;
  // A damaged file takes Node down with it; nothing outside has been touched, so the line runs again in a world that is booted now.
  if (signal && crashes.has(signal)) {
    rmSync(blob, { force: true });
    return undefined;
  }
  return status ?? 128 + (signal ? constants.signals[signal] : 1);
}

/** Makes a kept world for next time, in a process of its own that nobody waits for. */
export function keepWorld(world: string): void {
  if (process.env['K8S_LAB_NO_CACHE'] || process.env['CI']) return;
  const blob = blobOf(world);
  const script = fileURLToPath(new URL('keep.cjs', import.meta.url));
  if (existsSync(blob) || !existsSync(script) || !existsSync(fileURLToPath(new URL('engine.cjs', import.meta.url)))) return;
  try {
    makeFolder(cacheFolder(), 0o700);
    spawn(process.execPath, [script, world, blob], { detached: true, stdio: 'ignore' }).unref();
  } catch {
    // No folder to keep it in: the next line boots a world again.
  }
}
