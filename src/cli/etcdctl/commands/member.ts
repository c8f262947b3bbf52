/** `etcdctl member` and `move-leader`. */
import { EtcdError, type EtcdMember } from '../../../interfaces/etcd.ts';
import type { Routine } from '../../../sim/routine.ts';
import { quoted, table, Uint64 } from '../../etcd-output.ts';
import type { EtcdctlCommand } from '../command.ts';
import { type Context, exits, Fatal } from '../context.ts';
import { headerFields, headerJson, json, needFormat } from '../printer.ts';

const memberJson = ({ id, name, peerUrls, clientUrls, learner }: EtcdMember): Readonly<Record<string, unknown>> => ({
  ID: new Uint64(id),
  name: name === '' ? undefined : name,
  peerURLs: peerUrls,
  clientURLs: clientUrls.length > 0 ? clientUrls : undefined,
  isLearner: learner || undefined,
});

const row = ({ id, status, name, peerUrls, clientUrls, learner }: EtcdMember): string[] => [
  id,
  status,
  name,
  peerUrls.join(','),
  clientUrls.join(','),
  String(learner),
];

function* list(context: Context): Routine {
  needFormat(context.output, ['simple', 'json', 'fields', 'table']);
  const text = yield* context.call('Cluster/MemberList', ({ keys, cluster }) => {
    const members = [...keys.members()].sort((a, b) => (a.id.padStart(16, '0') < b.id.padStart(16, '0') ? -1 : 1));
    if (context.output === 'json') return json({ header: headerJson(cluster.header(), false), members: members.map(memberJson) });
    if (context.output === 'table') return table(['ID', 'Status', 'Name', 'Peer Addrs', 'Client Addrs', 'Is Learner'], members.map(row));
    if (context.output === 'fields') {
      const fields = (member: EtcdMember): string =>
        `"ID" : ${new Uint64(member.id).digits}\n"Name" : ${quoted(member.name)}\n${member.peerUrls.map((url) => `"PeerURL" : ${quoted(url)}\n`).join('')}${member.clientUrls.map((url) => `"ClientURL" : ${quoted(url)}\n`).join('')}"IsLearner" : ${member.learner}\n\n`;
      return headerFields(cluster.header()) + members.map(fields).join('');
    }
    return members.map((member) => `${row(member).join(', ')}\n`).join('');
  });
  yield* context.print(text);
}

function* add(context: Context): Routine {
  const { flags, args } = context;
  const [name] = args;
  if (name === undefined) throw new Fatal('member name not provided', exits.badArgs);
  const urls = flags.list('peer-urls');
  if (args.length > 1) throw new Fatal(`too many arguments, did you mean --peer-urls=${args[1]}`, exits.badArgs);
  if (urls.length === 0) throw new Fatal('member peer urls not provided', exits.badArgs);
  const text = yield* context.call('Cluster/MemberAdd', ({ keys, cluster }) => {
    const added = cluster.memberAdd(urls, flags.bool('learner'));
    const members = membersOf(() => keys.members());
    const pairs = (members.length > 0 ? members : [added]).flatMap((each) => each.peerUrls.map((url) => `${each.id === added.id ? name : each.name}=${url}`));
    return `Member ${added.id} added to cluster ${cluster.header().clusterId}\n\nETCD_NAME="${name}"\nETCD_INITIAL_CLUSTER="${pairs.join(',')}"\nETCD_INITIAL_ADVERTISE_PEER_URLS="${urls.join(',')}"\nETCD_INITIAL_CLUSTER_STATE="existing"\n`;
  });
  yield* context.print(text);
}

const membersOf = (ask: () => readonly EtcdMember[]): readonly EtcdMember[] => {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    return []; // No quorum with the new member: its own line is all that is known.
  }
};

function idOf({ args }: Context, missing: string, bare = false): string {
  const [text] = args;
  if (text === undefined) throw new Fatal(missing, exits.badArgs);
  if (!/^[0-9a-f]{1,16}$/i.test(text))
    throw new Fatal(
      bare
        ? `strconv.ParseUint: parsing "${text}": invalid syntax`
        : `bad member ID arg (strconv.ParseUint: parsing "${text}": invalid syntax), expecting ID in Hex`,
      exits.badArgs,
    );
  return text.toLowerCase();
}

function* remove(context: Context): Routine {
  const id = idOf(context, 'member ID is not provided');
  const text = yield* context.call('Cluster/MemberRemove', ({ cluster }) => {
    const { clusterId } = cluster.header();
    cluster.memberRemove(id);
    return `Member ${id.padStart(16)} removed from cluster ${clusterId.padStart(16)}\n`;
  });
  yield* context.print(text);
}

function* update(context: Context): Routine {
  const id = idOf(context, 'member ID is not provided');
  const urls = context.flags.list('peer-urls');
  if (urls.length === 0) throw new Fatal('member peer urls not provided', exits.badArgs);
  const text = yield* context.call('Cluster/MemberUpdate', ({ cluster }) => {
    cluster.memberUpdate(id, urls);
    return `Member ${id} updated in cluster ${cluster.header().clusterId}\n`;
  });
  yield* context.print(text);
}

function* promote(context: Context): Routine {
  const id = idOf(context, 'member ID is not provided');
  const text = yield* context.call('Cluster/MemberPromote', ({ cluster }) => {
    cluster.memberPromote(id);
    return `Member ${id} promoted in cluster ${cluster.header().clusterId}\n`;
  });
  yield* context.print(text);
}

function* moveLeader(context: Context): Routine {
  const id = idOf(context, 'move-leader command needs 1 argument', true);
  for (const endpoint of context.endpoints) {
    const member = context.dial(endpoint);
    if (typeof member === 'string') continue;
    const { leader, memberId } = member.keys.status();
    if (leader !== memberId) continue;
    yield* context.call('Maintenance/MoveLeader', ({ cluster }) => cluster.moveLeader(id), [endpoint]);
    return yield* context.print(`Leadership transferred from ${memberId} to ${id}\n`);
  }
  throw new Fatal(`no leader endpoint given at [${context.endpoints.join(' ')}]`, exits.badArgs);
}

const peerUrls = { name: 'peer-urls', type: 'stringSlice', usage: 'comma separated peer URLs for the new member.' } as const;

export const memberCommand: EtcdctlCommand = {
  name: 'member',
  short: 'Membership related commands',
  commands: [
    {
      name: 'add',
      usage: '<memberName> [options]',
      short: 'Adds a member into the cluster',
      flags: [peerUrls, { name: 'learner', type: 'bool', usage: 'indicates if the new member is raft learner' }],
      run: add,
    },
    { name: 'list', short: 'Lists all members in the cluster', run: list },
    { name: 'promote', usage: '<memberID> [options]', short: 'Promotes a non-voting member in the cluster', run: promote },
    { name: 'remove', usage: '<memberID>', short: 'Removes a member from the cluster', run: remove },
    { name: 'update', usage: '<memberID> [options]', short: 'Updates a member in the cluster', flags: [peerUrls], run: update },
  ],
};

export const moveLeaderCommand: EtcdctlCommand = {
  name: 'move-leader',
  usage: '<transferee-member-id>',
  short: 'Transfers leadership to another etcd cluster member.',
  run: moveLeader,
};
