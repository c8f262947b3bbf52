/** The plugins of a server block that answer or change questions. Each gets the question, and those behind it as `next`. */
import { RE2JS } from 're2js';
import type { DnsAnswer, DnsAsker, DnsRecord } from '../linux/protocols.ts';
import type { Milliseconds, Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { CorefileError, type Directive } from './corefile.ts';
import { queryLine } from './query-log.ts';
import { type ClusterView, type KubernetesOptions, lookup, reverse, type Type } from './records.ts';

/** `name` in lower case, without its last dot. */
export type Question = { readonly name: string; readonly type: Type; readonly asker?: DnsAsker | undefined };
/** Answers, or asks `next`. */
export type Handler = (question: Question, next: Handler) => Routine<Answer>;
/** `failure`: why there is none, for the log. */
type Answer = DnsAnswer & { readonly failure?: string };

/** What a server block's plugins may ask for. */
export type PluginContext = {
  readonly sim: Sim;
  readonly view: ClusterView;
  readonly ready: () => boolean;
  /** The text of a file named in the Corefile (/etc/resolv.conf, a hosts file). */
  readonly readFile: (path: string) => string;
  /** Asks another server; undefined when it does not answer. */
  readonly ask: (address: string, port: number, question: Question) => Routine<DnsAnswer | undefined>;
  /** Where its own questions come from. */
  readonly ownAddress: () => string;
  readonly log: (text: string) => void;
  /** The zone of the cluster that a name lies in, whose SOA goes with a denial. */
  readonly zoneOf: (name: string) => string;
};

const answer = (records: readonly DnsRecord[], authoritative: boolean): DnsAnswer => ({ code: 'NOERROR', records, authoritative });
const nxdomain = (authoritative: boolean): DnsAnswer => ({ code: 'NXDOMAIN', records: [], authoritative });
const servfail: DnsAnswer = { code: 'SERVFAIL', records: [], authoritative: false };
/** What is answered where no plugin knew anything. */
export const refused: DnsAnswer = { code: 'REFUSED', records: [], authoritative: false };

/** Whether a name lies in a zone. */
export const inZone = (name: string, zone: string): boolean => zone === '.' || name === zone || name.endsWith(`.${zone}`);

type Maker = (directive: Directive, context: PluginContext) => Handler | undefined;

/** Those that only observe or serve something else have no handler. */
export const pluginMakers: Readonly<Record<string, Maker | undefined>> = {
  errors: (_directive, { log }) =>
    function* (question, next) {
      const result = yield* next(question, next);
      if (result.code === 'SERVFAIL') log(`[ERROR] plugin/errors: 2 ${question.name}. ${question.type}: ${result.failure ?? 'no healthy proxies'}`);
      return result;
    },
  log: (_directive, { log, sim, zoneOf }) =>
    function* (question, next) {
      const began = sim.now;
      const result = yield* next(question, next);
      log(queryLine(sim, question, result, began, zoneOf(question.name)));
      return result;
    },
  cache: (directive, { sim }) => cachePlugin(directive, sim),
  rewrite: rewritePlugin,
  loadbalance: (_directive, { sim }) =>
    function* (question, next) {
      const result = yield* next(question, next);
      const first = result.records.filter(({ type }) => type === 'CNAME');
      const rest = result.records.filter(({ type }) => type !== 'CNAME');
      if (rest.length < 2) return result;
      const shift = sim.random.int(rest.length);
      return { ...result, records: [...first, ...rest.slice(shift), ...rest.slice(0, shift)] };
    },
  hosts: hostsPlugin,
  kubernetes: kubernetesPlugin,
  forward: forwardPlugin,
};

function kubernetesPlugin(directive: Directive, { view, ready }: PluginContext): Handler {
  const option = (name: string): readonly string[] | undefined => directive.block.find((each) => each.name === name)?.args;
  const [zone = 'cluster.local', ...reverseZones] = directive.args.map((text) => text.replace(/\.$/, ''));
  const pods = option('pods')?.[0];
  const options: KubernetesOptions = { zone, ttl: Number(option('ttl')?.[0] ?? 5), pods: pods === 'insecure' || pods === 'verified' ? pods : 'disabled' };
  const through = option('fallthrough');
  const falls = (name: string): boolean => through !== undefined && (through.length === 0 || through.some((each) => inZone(name, each.replace(/\.$/, ''))));
  return function* (question, next) {
    const { name, type } = question;
    const backwards = reverseZones.some((each) => inZone(name, each));
    if (!backwards && !inZone(name, zone)) return yield* next(question, next);
    if (!ready()) return servfail;
    const found = backwards ? reverse(view, options, name, type) : lookup(view, options, name, type);
    if (!found?.found) return falls(name) ? yield* next(question, next) : nxdomain(true);
    if (found.external === undefined || type === 'CNAME') return answer(found.records, true);
    const target = yield* next({ name: found.external.toLowerCase().replace(/\.$/, ''), type }, next);
    return answer([...found.records, ...target.records], true);
  };
}

/** Upstream servers one after the other, those of a resolv.conf among them. */
function forwardPlugin(directive: Directive, context: PluginContext): Handler {
  const [from = '.', ...targets] = directive.args;
  const servers = upstreams(targets, context);
  return function* (question, next) {
    if (!inZone(question.name, from.replace(/(.)\.$/, '$1'))) return yield* next(question, next);
    let failure: string | undefined;
    for (const { address, port } of servers) {
      const result = yield* context.ask(address, port, question);
      if (result) return { ...result, authoritative: false };
      failure = `read udp ${context.ownAddress()}:${32_768 + context.sim.random.int(28_232)}->${address}:${port}: i/o timeout`;
    }
    return { ...servfail, ...(failure === undefined ? {} : { failure }) };
  };
}

/** The servers that `forward` names. */
export function upstreams(targets: readonly string[], { readFile }: Pick<PluginContext, 'readFile'>): { readonly address: string; readonly port: number }[] {
  return targets.flatMap((target) => {
    if (!target.startsWith('/')) {
      const [address = '', port] = target.replace(/^dns:\/\//, '').split(':');
      return [{ address, port: Number(port ?? 53) }];
    }
    return [...readFile(target).matchAll(/^nameserver\s+(\S+)/gm)].map((match) => ({ address: match[1] ?? '', port: 53 }));
  });
}

type Cached = { readonly answer: DnsAnswer; readonly until: Milliseconds };

function cachePlugin(directive: Directive, sim: Sim): Handler {
  const max = Number(directive.args.find((each) => /^\d+$/.test(each)) ?? 3600) * 1000;
  const disabled = (kind: 'success' | 'denial', name: string): boolean =>
    directive.block.some(
      (each) => each.name === 'disable' && each.args[0] === kind && (each.args.length === 1 || each.args.slice(1).some((zone) => inZone(name, zone))),
    );
  const cached = new Map<string, Cached>();
  return function* (question, next) {
    const key = `${question.name}/${question.type}`;
    const known = cached.get(key);
    if (known && known.until > sim.now) return known.answer;
    const result = yield* next(question, next);
    const kind = result.records.length > 0 ? 'success' : 'denial';
    if ((result.code !== 'NOERROR' && result.code !== 'NXDOMAIN') || disabled(kind, question.name)) return result;
    const ttl = kind === 'success' ? Math.min(...result.records.map((each) => each.ttl)) * 1000 : max;
    cached.set(key, { answer: result, until: sim.now + Math.min(max, ttl) });
    return result;
  };
}

function hostsPlugin(directive: Directive, { readFile }: PluginContext): Handler {
  const own = directive.block.map(({ name, args }) => [name, ...args]);
  const [file] = directive.args;
  const fromFile = file?.startsWith('/')
    ? readFile(file)
        .split('\n')
        .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
    : [];
  const entries = [...fromFile, ...own].filter(([ip = '', ...names]) => /^[0-9a-fA-F.:]+$/.test(ip) && names.length > 0);
  const through = own.some(([name]) => name === 'fallthrough');
  const ttl = Number(own.find(([name]) => name === 'ttl')?.[1] ?? 3600);
  return function* (question, next) {
    const { name, type } = question;
    const mine = entries.filter((entry) => entry.slice(1).some((each) => each.toLowerCase() === name));
    const records = mine
      .map(([ip = '']) => ip)
      .filter((ip) => (type === 'AAAA') === ip.includes(':') && (type === 'A' || type === 'AAAA'))
      .map((data): DnsRecord => ({ name: `${name}.`, type, ttl, data }));
    if (records.length > 0) return answer(records, true);
    if (mine.length > 0 && !through) return answer([], true);
    return through || mine.length === 0 ? yield* next(question, next) : nxdomain(true);
  };
}

type Rename = (name: string) => string | undefined;

/** `rewrite [continue|stop] name [exact|prefix|suffix|substring|regex] FROM TO`. */
function rewritePlugin(directive: Directive): Handler {
  const words = [...directive.args, ...directive.block.flatMap(({ name, args }) => [name, ...args])];
  while (words[0] === 'continue' || words[0] === 'stop') words.shift();
  if (words.shift() !== 'name') throw new CorefileError(`k8s-lab: this kind of rewrite is not simulated (line ${directive.line})`);
  const kinds = ['exact', 'prefix', 'suffix', 'substring', 'regex'];
  const kind = kinds.includes(words[0] ?? '') ? (words.shift() ?? 'exact') : 'exact';
  const [from = '', to = ''] = words;
  const rename = renaming(kind, from, to);
  return function* (question, next) {
    const renamed = rename(question.name);
    if (renamed === undefined) return yield* next(question, next);
    const result = yield* next({ ...question, name: renamed }, next);
    // The one who asked sees the name that was asked for.
    return { ...result, records: result.records.map((each) => (each.name === `${renamed}.` ? { ...each, name: `${question.name}.` } : each)) };
  };
}

function renaming(kind: string, from: string, to: string): Rename {
  const bare = (text: string): string => text.replace(/\.$/, '');
  if (kind === 'regex') {
    const pattern = RE2JS.compile(from);
    return (name) => {
      const dotted = pattern.matcher(`${name}.`);
      const matcher = dotted.find() ? dotted : pattern.matcher(name);
      if (matcher === dotted || matcher.find()) return bare(to.replace(/\{(\d+)\}/g, (_all, group: string) => matcher.group(Number(group)) ?? ''));
      return undefined;
    };
  }
  if (kind === 'prefix') return (name) => (name.startsWith(from) ? to + name.slice(from.length) : undefined);
  if (kind === 'suffix') return (name) => (name.endsWith(bare(from)) ? name.slice(0, -bare(from).length) + bare(to) : undefined);
  if (kind === 'substring') return (name) => (name.includes(from) ? name.replace(from, to) : undefined);
  return (name) => (name === bare(from).toLowerCase() ? bare(to).toLowerCase() : undefined);
}
