/** The Corefile: server blocks, in them plugins, some with blocks of their own (coredns/caddy caddyfile). */

/** One plugin's line; `block` holds the lines between its braces, `line` counts from 1. */
export type Directive = { readonly name: string; readonly args: readonly string[]; readonly block: readonly Directive[]; readonly line: number };
/** `zones` each with their port, 53 unless told; plugins in the order of the file. */
export type ServerBlock = { readonly zones: readonly { readonly zone: string; readonly port: number }[]; readonly plugins: readonly Directive[] };

/** What CoreDNS prints before it exits with status 1. */
export class CorefileError extends Error {}

type Token = { readonly text: string; readonly line: number };

/** Plugins in the order in which they are asked, whatever their order in the file (coredns plugin.cfg). */
const known = [
  'reload',
  'errors',
  'log',
  'health',
  'ready',
  'prometheus',
  'cache',
  'rewrite',
  'loadbalance',
  'hosts',
  'kubernetes',
  'loop',
  'forward',
  'whoami',
];

/** The order of plugin.cfg, in which plugins run whatever the file's order; -1 for what CoreDNS does not know. */
export const pluginOrder = (name: string): number => known.indexOf(name);

/** Throws CorefileError. */
export function parseCorefile(text: string, path = 'Corefile'): ServerBlock[] {
  const tokens = tokenize(text);
  const blocks: ServerBlock[] = [];
  let at = 0;
  while (at < tokens.length) {
    const zones: string[] = [];
    while (at < tokens.length && tokens[at]?.text !== '{') zones.push((tokens[at++]?.text ?? '').replace(/,$/, ''));
    if (at >= tokens.length) throw new CorefileError(`${path}:${tokens[at - 1]?.line ?? 1} - Error during parsing: Unexpected EOF`);
    const parsed = parseBlock(tokens, at + 1, path);
    at = parsed.next;
    for (const plugin of parsed.directives)
      if (pluginOrder(plugin.name) < 0) throw new CorefileError(`${path}:${plugin.line} - Error during parsing: Unknown directive '${plugin.name}'`);
    blocks.push({ zones: zones.map(parseZone), plugins: parsed.directives });
  }
  return blocks;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  text.split('\n').forEach((content, index) => {
    const line = index + 1;
    for (const match of content.replace(/(^|\s)#.*/, '').matchAll(/"([^"]*)"|(\S+)/g)) tokens.push({ text: match[1] ?? match[2] ?? '', line });
  });
  return tokens;
}

/** From behind a `{` to behind its `}`. A directive is what stands on one line. */
function parseBlock(tokens: readonly Token[], start: number, path: string): { readonly directives: Directive[]; readonly next: number } {
  const directives: Directive[] = [];
  let at = start;
  for (;;) {
    const head = tokens[at];
    if (!head) throw new CorefileError(`${path}:${tokens[at - 1]?.line ?? 1} - Error during parsing: Unexpected EOF`);
    if (head.text === '}') return { directives, next: at + 1 };
    at++;
    const args: string[] = [];
    let block: Directive[] = [];
    while (tokens[at]?.line === head.line && tokens[at]?.text !== '{' && tokens[at]?.text !== '}') args.push(tokens[at++]?.text ?? '');
    if (tokens[at]?.text === '{' && tokens[at]?.line === head.line) {
      const inner = parseBlock(tokens, at + 1, path);
      block = inner.directives;
      at = inner.next;
    }
    directives.push({ name: head.text, args, block, line: head.line });
  }
}

/** `.:53`, `example.org`, `dns://cluster.local:1053`. */
function parseZone(text: string): { readonly zone: string; readonly port: number } {
  const match = /^(?:dns:\/\/)?(.*?)(?::(\d+))?$/.exec(text);
  const zone = (match?.[1] ?? '.').toLowerCase().replace(/\.$/, '');
  return { zone: zone === '' ? '.' : zone, port: Number(match?.[2] ?? 53) };
}
