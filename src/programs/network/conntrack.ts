/** conntrack 1.4: the table of connections that NAT goes by. */
import { type Connection, connectionText } from '../../linux/conntrack.ts';
import { type Call, Failure, tool } from '../tool.ts';

const chosen =
  (call: Call) =>
  ({ transport, state, original, reply }: Connection): boolean => {
    const wanted = (key: string, found: string | number): boolean => !call.has(key) || call.value(key) === String(found);
    return (
      wanted('p', transport) &&
      wanted('state', state) &&
      wanted('s', original.source) &&
      wanted('d', original.address) &&
      wanted('sport', original.sourcePort) &&
      wanted('dport', original.port) &&
      wanted('r', reply.source) &&
      wanted('q', reply.address) &&
      (!call.has('g') || reply.address !== original.source) &&
      (!call.has('j') || reply.source !== original.address)
    );
  };

const conntrack = tool({
  usage: '[commands] [options]',
  summary: 'Command line interface for netfilter connection tracking.',
  trouble: 2,
  normalize: (args) => args.map((arg) => (/^--orig-(src|dst)$/.test(arg) ? `--${arg.slice(7)}` : arg)),
  options: [
    ['L,dump', 'list the table'],
    ['D,delete', 'delete what fits'],
    ['C,count', 'count the table'],
    ['F,flush', 'empty the table'],
    ['S,stats', ''],
    ['E,event', ''],
    ['G,get', ''],
    ['I,create', ''],
    ['U,update', ''],
    ['p,proto=PROTO', 'layer 4 protocol'],
    ['s,src=IP', 'source address from original direction'],
    ['d,dst=IP', 'destination address from original direction'],
    ['r,reply-src=IP', 'source address from reply direction'],
    ['q,reply-dst=IP', 'destination address from reply direction'],
    ['sport,orig-port-src=PORT', ''],
    ['dport,orig-port-dst=PORT', ''],
    ['state=STATE', 'of TCP'],
    ['g,src-nat', 'source NAT only'],
    ['j,dst-nat', 'destination NAT only'],
    ['n', ''],
    ['f,family=PROTO', ''],
    ['o,output=type', ''],
  ],
  *run(call) {
    const { process } = call;
    const { network } = process.namespaces;
    const version = 'conntrack v1.4.8 (conntrack-tools): ';
    const refused = ['S', 'E', 'G', 'I', 'U', 'o'].find((key) => call.has(key));
    if (refused !== undefined) throw new Failure(`k8s-lab: conntrack -${refused} is not simulated`, 70, true);
    if (process.uid !== 0) throw new Failure(`${version}Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this`, 1, true);
    const { conntrack: table } = network;
    const fits = chosen(call);
    const now = process.sim.now;
    const { random } = process.sim;
    if (call.has('C')) yield* call.print(`${table.list(network, random).length}\n`);
    else if (call.has('F')) {
      table.delete(network, random, () => true);
      yield* process.printError(`${version}connection tracking table has been emptied.\n`);
    } else if (call.has('L') || call.has('D')) {
      const found = call.has('L') ? table.list(network, random).filter(fits) : table.delete(network, random, fits);
      for (const each of found) yield* call.print(connectionText(each, now, false));
      yield* call.out.flush();
      yield* process.printError(`${version}${found.length} flow entries have been ${call.has('L') ? 'shown' : 'deleted'}.\n`);
      // There was nothing to delete.
      if (!call.has('L') && found.length === 0) return 1;
    } else throw new Failure('missing command');
    return 0;
  },
});

export const conntrackPrograms = { conntrack };
