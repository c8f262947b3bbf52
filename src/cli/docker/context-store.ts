/** Contexts: names for daemons, below ~/.docker/contexts (docker/cli cli/context/store). */
import { createHash } from 'node:crypto';
import type { Process } from '../../linux/process.ts';
import { configPath, readConfig, writeConfig } from '../docker-config.ts';

/** meta.json of a context. */
export type StoredContext = {
  readonly Name: string;
  readonly Metadata: { readonly Description?: string };
  readonly Endpoints: { readonly docker: { readonly Host: string; readonly SkipTLSVerify: boolean } };
};

const root = (process: Process): string => `${configPath(process).replace(/\/[^/]*$/, '')}/contexts`;
const hash = (name: string): string => createHash('sha256').update(name).digest('hex');

/** Where a context's files lie. */
export const foldersOf = (process: Process, name: string): { readonly meta: string; readonly tls: string } => ({
  meta: `${root(process)}/meta/${hash(name)}`,
  tls: `${root(process)}/tls/${hash(name)}`,
});

/** undefined where it is not there; `default` is never stored. */
export function findContext(process: Process, name: string): StoredContext | undefined {
  const path = `${foldersOf(process, name).meta}/meta.json`;
  return process.fs.exists(path) ? (JSON.parse(process.fs.read(path)) as StoredContext) : undefined;
}

/** What the store says of one that is not there. */
export const missingContext = (process: Process, name: string): string =>
  `context ${JSON.stringify(name)}: context not found: open ${foldersOf(process, name).meta}/meta.json: no such file or directory`;

/** Without `default`. */
export function listContexts(process: Process): StoredContext[] {
  const folder = process.fs.find(`${root(process)}/meta`);
  if (folder?.type !== 'directory') return [];
  return folder
    .entries()
    .map(([name]) => `${root(process)}/meta/${name}/meta.json`)
    .filter((path) => process.fs.exists(path))
    .map((path) => JSON.parse(process.fs.read(path)) as StoredContext)
    .sort((a, b) => (a.Name < b.Name ? -1 : 1));
}

/** Makes it or replaces it. */
export function writeContext(process: Process, context: StoredContext): void {
  const { meta } = foldersOf(process, context.Name);
  process.fs.mkdir(meta, { parents: true, mode: 0o755 });
  process.fs.write(`${meta}/meta.json`, JSON.stringify(context));
}

/** Throws Errno ENOENT for one that is not there. */
export function removeContext(process: Process, name: string): void {
  const { meta } = foldersOf(process, name);
  process.fs.unlink(`${meta}/meta.json`);
  process.fs.rmdir(meta);
}

/** The one that counts now: an environment variable, then config.json; DOCKER_HOST stands for `default`. */
export function currentContext(process: Process): string {
  if (process.env['DOCKER_HOST']) return 'default';
  return process.env['DOCKER_CONTEXT'] || readConfig(process).currentContext || 'default';
}

/** In ~/.docker/config.json; `default` takes the entry away. */
export function selectContext(process: Process, name: string): void {
  const { currentContext: before = '', ...config } = readConfig(process);
  const wanted = name === 'default' ? '' : name;
  if (before !== wanted) writeConfig(process, wanted === '' ? config : { ...config, currentContext: wanted });
}
