/** Pulling with docker's lines, for pull and for run. */
import type { DockerApi } from '../../interfaces/docker.ts';
import { referenceProblem } from '../../interfaces/image-name.ts';
import type { Routine } from '../../sim/routine.ts';
import { readCredentials } from '../docker-config.ts';
import { CliError, type Context, HelpError } from './context.ts';

/** `nginx` → `nginx:latest`, without Docker Hub's host. */
export function familiar(reference: string): string {
  const short = reference.replace(/^docker\.io\//, '').replace(/^library\/(?=[^/]+$)/, '');
  return short.includes('@') || /:[^/]+$/.test(short) ? short : `${short}:latest`;
}

/** The command itself reads an image's name before it asks the daemon; `run` with a word on its help. Throws CliError. */
export function checkName(text: string, { help = false, before = '' } = {}): void {
  const problem = referenceProblem(text);
  if (problem !== undefined) throw help ? new HelpError(problem) : new CliError(`${before}${problem}`);
}

const hosted = (reference: string): boolean => /^[^/]*[.:][^/]*\/|^localhost\//.test(reference);
/** With its registry: `docker.io/library/nginx:latest`. */
export const full = (reference: string): string => {
  const name = familiar(reference);
  if (hosted(name)) return name;
  return name.includes('/') ? `docker.io/${name}` : `docker.io/library/${name}`;
};

/** Lines as docker prints them without a terminal. */
export function* pullImage(
  context: Context,
  client: DockerApi,
  reference: string,
  options: { readonly quiet: boolean; readonly error?: boolean; readonly tell?: boolean },
): Routine {
  const print = (line: string): Routine => (options.error ? context.printError(line) : context.print(line));
  checkName(reference, { help: options.error ?? false });
  const name = familiar(reference);
  if (!options.quiet && !options.error && name !== reference && !reference.includes('@') && !/:[^/]+$/.test(reference))
    yield* print('Using default tag: latest\n');
  const lines: string[] = [];
  const layers: string[] = [];
  const { digest, fresh } = yield* client.images.pull(
    reference,
    (layer, status) => {
      lines.push(`${layer}: ${status}\n`);
      if (status === 'Download complete') layers.push(layer);
    },
    readCredentials(context.process, full(reference).split('/')[0] ?? ''),
  );
  if (options.quiet) {
    if (options.tell) yield* print(`${full(reference)}\n`);
    return;
  }
  const tag = name.includes('@') ? name.slice(name.indexOf('@') + 1) : name.slice(name.lastIndexOf(':') + 1);
  const path = full(reference)
    .replace(/^docker\.io\//, '')
    .replace(/[:@][^/]*$/, '');
  yield* print(`${tag}: Pulling from ${hosted(path) ? path.slice(path.indexOf('/') + 1) : path}\n`);
  yield* print(`${context.old ? oldLines(layers) : lines.join('')}${layers.map((layer) => `${layer}: Pull complete\n`).join('')}`);
  yield* print(`Digest: ${digest}\nStatus: ${fresh ? 'Downloaded newer image for' : 'Image is up to date for'} ${hosted(name) ? full(reference) : name}\n`);
  if (!options.error) yield* print(`${full(reference)}\n`);
}

/** 20.10 names all layers first. */
const oldLines = (layers: readonly string[]): string =>
  [...layers.map((layer) => `${layer}: Pulling fs layer\n`), ...layers.map((layer) => `${layer}: Verifying Checksum\n${layer}: Download complete\n`)].join('');
