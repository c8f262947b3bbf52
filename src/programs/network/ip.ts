/** ip: interfaces, addresses, routes, neighbours and network namespaces (iproute2 6.15 ip/ip.c). */
import { Errno } from '../../linux/errno.ts';
import type { NetworkNamespace } from '../../linux/network.ts';
import type { Routine } from '../../sim/routine.ts';
import { isBusybox } from '../busybox-words.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { changeAddress, changeLink, changeRoute } from './ip-change.ts';
import { answers, pick, Refusal, shown } from './ip-common.ts';
import { forwarding, vlans } from './ip-details.ts';
import { byName, netns } from './ip-netns.ts';
import { bridgePorts, interfaces, neighbours, routes, rules } from './ip-show.ts';

const flags: Readonly<Record<string, string>> = {
  '-br': '--brief',
  '-c': '--color',
  '-d': '--details',
  '-de': '--details',
  '-j': '--json',
  '-js': '--json',
  '-o': '--oneline',
  '-p': '--pretty',
  '-s': '--stats',
  '-st': '--stats',
  '-h': '--human',
  '-V': '--Version',
  '-netns': '-n',
  '-all': '-a',
};

const long = /^-(brief|color|details|json|oneline|pretty|stats|statistics|Version)/;
const objects = ['address', 'link', 'route', 'neighbour', 'neighbor', 'netns', 'rule', 'help'];
const others = ['maddress', 'monitor', 'tunnel', 'tuntap', 'vrf', 'xfrm', 'nexthop', 'token', 'l2tp', 'mroute', 'addrlabel', 'stats'];

const help = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -all ] netns exec NAME COMMAND
where  OBJECT := { address | link | neighbour | netns | route | rule }
       OPTIONS := { -4 | -6 | -br[ief] | -c[olor] | -j[son] | -p[retty] | -n[etns] NAME | -o[neline] | -V[ersion] }
`;

const ip = tool({
  usage: '[ OPTIONS ] OBJECT { COMMAND | help }',
  summary: 'Show / manipulate routing, network devices, interfaces and tunnels.',
  inOrder: true,
  trouble: 255,
  // One dash is enough for a long word.
  normalize: (args) => {
    const object = args.findIndex((arg, i) => !arg.startsWith('-') && !['-n', '-netns'].includes(args[i - 1] ?? ''));
    return args.map((arg, i) => (object >= 0 && i >= object ? arg : (flags[arg] ?? (long.test(arg) ? `-${arg}` : arg))));
  },
  options: [
    ['brief', ''],
    ['4', ''],
    ['6', ''],
    ['0', ''],
    ['color[=WHEN]', ''],
    ['details', ''],
    ['human', ''],
    ['json', ''],
    ['oneline', ''],
    ['pretty', ''],
    ['stats,statistics', ''],
    ['n=NAME', ''],
    ['a', ''],
    ['Version', ''],
  ],
  *run(call) {
    if (call.has('Version')) {
      yield* call.print('ip utility, iproute2-6.15.0, libbpf 1.5.0\n');
      return 0;
    }
    const [word, ...rest] = call.operands;
    const object = pick(word, objects);
    if (word === undefined || object === 'help') throw new Refusal(help.trimEnd(), 255);
    if (object === undefined && pick(word, others)) throw new Refusal(`k8s-lab: ip ${word} is not simulated`, 70);
    if (object === undefined) throw new Refusal(`Object "${word}" is unknown, try "ip help".`, 1);
    if (call.has('details') && (call.has('json') || !['address', 'link'].includes(object)))
      throw new Refusal(`k8s-lab: ip -details ${object}${call.has('json') ? ' with -j' : ''} is not simulated`, 70);
    if (call.has('stats')) throw new Refusal('k8s-lab: ip -statistics is not simulated: links of the lab do not count packets', 70);
    const network = call.has('n') ? byName(call, call.value('n') ?? '') : call.process.namespaces.network;
    try {
      return yield* act(call, network, object, rest);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw answers(error.message);
    }
  },
});

/** What each object can be asked, the first letters being enough; what stands first goes before. */
const verbs: Readonly<Record<string, readonly string[]>> = {
  address: ['add', 'delete', 'show', 'list', 'lst', 'flush', 'change', 'replace', 'save', 'restore'],
  link: ['add', 'delete', 'set', 'show', 'list', 'lst', 'xstats', 'afstats', 'property'],
  route: ['list', 'show', 'get', 'add', 'delete', 'change', 'replace', 'append', 'prepend', 'flush', 'test', 'save', 'restore'],
  neighbour: ['show', 'list', 'add', 'delete', 'flush', 'get', 'change', 'replace'],
  rule: ['show', 'list', 'add', 'delete', 'flush'],
};

/** busybox does not tell who made a route. */
const worded = ({ process }: Call, [objects, all]: ReturnType<typeof routes>): ReturnType<typeof routes> => [
  objects,
  isBusybox(process) ? all.replaceAll(' proto kernel scope link', ' scope link ') : all,
];

function* act(call: Call, network: NetworkNamespace, word: string, [first, ...rest]: readonly string[]): Routine<number> {
  if (word === 'netns') return yield* netns(call, first === undefined ? ['list'] : [first, ...rest]);
  const object = word === 'neighbor' ? 'neighbour' : word;
  const verb = pick(first ?? 'show', verbs[object] ?? []);
  if (verb === undefined) throw new Refusal(`Command "${first}" is unknown, try "ip ${object} help".`, 255);
  const asks = ['show', 'list', 'lst'].includes(verb);
  if (call.has('6') && (object === 'route' || object === 'neighbour' || object === 'rule')) {
    // Links of the lab have no IPv6.
    if (!asks) throw new Failure('k8s-lab: ip -6 is not simulated', 70, true);
    yield* shown(call, [], '');
  } else if (asks && object === 'route') yield* shown(call, ...worded(call, routes(network, rest)));
  else if (asks && object === 'rule') yield* shown(call, ...rules);
  else if (asks && object === 'neighbour') yield* shown(call, ...neighbours(network, rest));
  else if (asks) yield* interfaces(call, network, object, rest);
  else if (object === 'route' && verb === 'get') yield* shown(call, ...routes(network, rest, call.process.uid));
  else if (call.process.uid !== 0) throw answers('Operation not permitted');
  else if (object === 'link' && ['add', 'delete', 'set'].includes(verb)) changeLink(call, network, verb, rest);
  else if (object === 'address' && ['add', 'delete', 'flush'].includes(verb)) changeAddress(network, verb, rest);
  else if (object === 'route' && ['add', 'append', 'replace', 'change', 'delete', 'flush'].includes(verb)) changeRoute(network, verb, rest);
  else throw new Failure(`k8s-lab: ip ${object} ${verb} is not simulated`, 70, true);
  return 0;
}

/** `bridge link`: the ports of the bridges (iproute2 bridge/link.c). */
const bridge = tool({
  usage: '[ OPTIONS ] OBJECT { COMMAND | help }',
  summary: 'Show bridge ports.',
  inOrder: true,
  trouble: 255,
  normalize: (args) => args.map((arg) => flags[arg] ?? (long.test(arg) ? `-${arg}` : arg)),
  options: [
    ['color[=WHEN]', ''],
    ['json', ''],
    ['pretty', ''],
    ['details', ''],
    ['stats,statistics', ''],
  ],
  *run(call) {
    const [object, verb = 'show', ...rest] = call.operands;
    const known = pick(object, ['link', 'fdb', 'mdb', 'vlan', 'monitor']);
    if (object === undefined || known === undefined) throw new Refusal(`Object "${object ?? ''}" is unknown, try "bridge help".`, 255);
    const { network } = call.process.namespaces;
    if ((known === 'fdb' || known === 'vlan') && pick(verb, ['show', 'list', 'lst']) && call.given.every(({ key }) => /^(json|pretty|color)$/.test(key))) {
      yield* known === 'fdb' ? forwarding(call, network, rest) : vlans(call, network);
      return 0;
    }
    if (known !== 'link' || !pick(verb, ['show', 'list', 'lst']) || call.has('details') || call.has('stats'))
      throw new Refusal(`k8s-lab: bridge ${[...call.given.map(({ key }) => `-${key}`), known, verb].join(' ')} is not simulated`, 70);
    const name = rest[0] === 'dev' ? rest[1] : rest[0];
    yield* shown(call, ...bridgePorts(network, name));
    return 0;
  },
});

export const ipPrograms = { ip, bridge };
