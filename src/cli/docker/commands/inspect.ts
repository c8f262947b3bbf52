/** docker inspect, of anything by name. */
import { DockerError } from '../../../interfaces/docker.ts';
import type { Flags } from '../../flags.ts';
import { any, bool, CliError, type Context, command, json, text } from '../context.ts';
import { renderInspected } from '../go-structs.ts';
import { parsed } from '../output.ts';

type Kind = 'container' | 'image' | 'network' | 'volume';
type Client = ReturnType<Context['client']>;

const look: Readonly<Record<Kind, (client: Client, name: string) => object>> = {
  container: (client, name) => client.containers.inspect(name),
  image: (client, name) => client.images.inspect(name),
  network: (client, name) => client.networks.inspect(name),
  volume: (client, name) => client.volumes.inspect(name),
};
const all: readonly Kind[] = ['container', 'image', 'network', 'volume'];
/** Names of the API's types. */
const types = { container: 'Container', image: 'Image', network: 'NetworkInspect', volume: 'Volume' };

/** `docker inspect` looks for every kind, `docker image inspect` for its own. */
export const inspect = (kind?: Kind) =>
  command(
    'inspect',
    kind === undefined ? 'Return low-level information on Docker objects' : `Display detailed information on one or more ${kind}s`,
    `[OPTIONS] ${kind === undefined ? 'NAME|ID [NAME|ID...]' : `${kind.toUpperCase()} [${kind.toUpperCase()}...]`}`,
    [1, any],
    [
      text('format,f', 'Format output using a custom template'),
      ...(kind === undefined || kind === 'container' ? [bool('size,s', 'Display total file sizes if the type is container')] : []),
      ...(kind === 'network' ? [bool('verbose,v', 'Verbose output for diagnostics')] : []),
      ...(kind === 'image' ? [text('platform', 'Inspect a specific platform of the multi-platform image')] : []),
      ...(kind === undefined ? [text('type', 'Only inspect objects of the given type')] : []),
    ],
    function* (context) {
      const { flags } = context;
      const client = context.client();
      const typed = kind === undefined && flags.has('type');
      const asked = kind ?? (flags.text('type') || undefined);
      if (kind === undefined) checkType(flags);
      const format = flags.text('format');
      const template = parsed(format, undefined, 64);
      const found: Found[] = [];
      const failed: string[] = [];
      for (const name of context.args) {
        const one = find(client, name, asked === undefined ? all : all.filter((each) => each === asked));
        if (typeof one === 'string')
          failed.push(kind === undefined && !typed ? `${context.old ? 'Error: No' : 'error: no'} such object: ${name}` : `Error response from daemon: ${one}`);
        else found.push(flags.spec('size') && flags.bool('size') ? { ...one, data: { ...one.data, ...sizes(client, one.data) } } : one);
      }
      if (format === '' || format === 'json')
        yield* context.print(`${format === 'json' ? JSON.stringify(found.map(dataOf)) : found.length === 0 ? '[]' : json(found.map(dataOf))}\n`);
      else {
        let out = '';
        for (const each of found)
          try {
            out += `${renderInspected(context, template, types[each.kind], each.data)}\n`;
          } catch (error) {
            if (!(error instanceof CliError)) throw error;
            failed.push(error.message);
          }
        yield* context.print(out || '\n');
      }
      if (failed.length > 0) {
        yield* context.printError(`${failed.join('\n')}\n`);
      }
      return failed.length > 0 ? 1 : 0;
    },
  );

const typeWords = ['config', 'container', 'image', 'network', 'node', 'plugin', 'secret', 'service', 'task', 'volume'];

function checkType(flags: Flags): void {
  const type = flags.text('type');
  const mustBe = `must be one of "${typeWords.join('", "')}"`;
  if (flags.has('type') && type === '') throw new CliError(`type is empty: ${mustBe}`);
  if (type !== '' && !typeWords.includes(type)) throw new CliError(`unknown type: ${JSON.stringify(type)}: ${mustBe}`);
}

/** A container's, with --size. */
function sizes(client: Client, found: object): object {
  const row = client.containers.list({ all: true }).find(({ Id }) => 'Id' in found && Id === found.Id);
  return row ? { SizeRw: row.SizeRw, SizeRootFs: row.SizeRootFs } : {};
}

type Found = { readonly kind: Kind; readonly data: object };
const dataOf = ({ data }: Found): object => data;

function find(client: Client, name: string, kinds: readonly Kind[]): Found | string {
  let problem = '';
  for (const kind of kinds) {
    try {
      return { kind, data: look[kind](client, name) };
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      problem = error.message;
    }
  }
  return problem;
}
