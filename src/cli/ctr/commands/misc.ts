/** version, info, events, leases, plugins, deprecations, sandboxes, oci. */

import type { ContainerdEvent, PluginInfo } from '../../../interfaces/containerd.ts';
import { containerdBuild } from '../../../interfaces/releases.ts';
import type { Process } from '../../../linux/process.ts';
import { releaseOf } from '../../../linux/program.ts';
import type { Routine } from '../../../sim/routine.ts';
import { Flags } from '../../flags.ts';
import { containerFlags } from '../container-flags.ts';
import { bool, type CtrCommand, CtrError, duration, labelArgs, labelText, text } from '../context.ts';
import { badFilter, filter } from '../filters.ts';
import { json, moment, table } from '../output.ts';
import { newSpec } from '../spec.ts';

function clientVersion(process: Process): string {
  const { shown, revision, go } = containerdBuild(releaseOf(process));
  return `Client:\n  Version:  ${shown}\n  Revision: ${revision}\n  Go version: ${go}\n\n`;
}

/** A command that the tool has and the lab has not. */
export const notSimulated = (path: string, name: string, short: string): CtrCommand => ({
  name,
  short,
  flags: [],
  run: function* (context): Routine<number> {
    yield* context.process.printError(`k8s-lab: ctr ${path}${name} is not simulated\n`);
    return 70;
  },
});

export const version: CtrCommand = {
  name: 'version',
  short: 'Print the client and server versions',
  flags: [],
  run: function* (context) {
    yield* context.print(clientVersion(context.process));
    const client = context.client();
    const answer = client.version();
    yield* context.print(`Server:\n  Version:  ${answer.version}\n  Revision: ${answer.revision}\n  UUID: ${answer.uuid ?? ''}\n`);
    return 0;
  },
};

export const info: CtrCommand = {
  name: 'info',
  short: 'Print the server info',
  flags: [],
  run: function* (context) {
    const answer = context.client().version();
    yield* context.print(json({ server: { uuid: answer.uuid ?? '', pid: 0, pidns: 4026531836, deprecations: [] } }));
    return 0;
  },
};

/** api/events: `topic`, `namespace`, and fields of what happened as `event.container_id`. */
const eventField = ({ topic, namespace, event }: ContainerdEvent, path: string): string | undefined =>
  path === 'topic' ? topic : path === 'namespace' ? namespace : path.startsWith('event.') ? String(event[path.slice(6)] ?? '') || undefined : undefined;

const badSubscription = (problem: string): string =>
  `rpc error: code = Unknown desc = subscription error: failed parsing subscription filters: ${problem}: invalid argument`;

export const events: CtrCommand = {
  name: 'events',
  aliases: ['event'],
  short: 'Display containerd events',
  flags: [],
  run: function* (context) {
    const takes = (event: ContainerdEvent): boolean => filter([event], context.args, eventField, badSubscription).length > 0;
    const channel = context.client().events();
    try {
      takes({ timestamp: 0, namespace: '', topic: '', event: {} });
      for (let event = yield* channel.receive(); event; event = yield* channel.receive())
        if (takes(event))
          yield* context.print(
            `${moment(event.timestamp).replace('T', ' ').replace('Z', ' +0000 UTC')} ${event.namespace} ${event.topic} ${JSON.stringify(event.event)}\n`,
          );
      throw new CtrError('error reading from server: EOF');
    } finally {
      channel.break();
    }
  },
};

export const plugins: CtrCommand = {
  name: 'plugins',
  aliases: ['plugin'],
  short: 'Provides information about containerd plugins',
  commands: [
    {
      name: 'list',
      aliases: ['ls'],
      short: 'Lists containerd plugins',
      usage: '[flags] [<filter>, ...]',
      flags: [bool('quiet,q', 'Print only the plugin ids'), bool('detailed,d', 'Print detailed information about each plugin')],
      run: function* (context) {
        const found = filter(
          context.client().plugins(),
          context.args,
          (each, path) => (path === 'type' ? each.type : path === 'id' ? each.id : undefined),
          (problem) => `invalid argument: ${problem}: invalid argument\ninvalid argument`,
        );
        if (context.flags.bool('quiet')) yield* context.print(found.map(({ id }) => `${id}\n`).join(''));
        else if (context.flags.bool('detailed')) yield* context.print(found.map(detailed).join('\n'));
        else
          yield* context.print(
            table(
              [['TYPE', 'ID', 'PLATFORMS', 'STATUS'], ...found.map(({ type, id, platforms, status }) => [type, id, platforms.join(',') || '-', status])],
              4,
            ),
          );
        return 0;
      },
    },
    notSimulated('plugins ', 'inspect-runtime', 'Display runtime info'),
  ],
};

/** `ctr plugins ls -d`: a block a plugin. */
const detailed = ({ type, id, platforms, error }: PluginInfo): string =>
  table(
    [
      ['Type:', ` ${type}`],
      ['ID:', ` ${id}`],
      ...(platforms.length > 0 ? [['Platforms:', ` ${platforms.join(',')}`]] : []),
      ...(error === undefined
        ? []
        : [
            ['Error:', ''],
            ['', ' Code:', ' Unknown'],
            ['', ' Message:', ` ${error}`],
          ]),
    ],
    4,
    false,
  );

const leaseField = ({ id, labels }: { readonly id: string; readonly labels: Readonly<Record<string, string>> }, path: string): string | undefined =>
  path === 'id' ? id : path.startsWith('labels.') ? labels[path.slice(7)] : undefined;

export const leases: CtrCommand = {
  name: 'leases',
  short: 'Manage leases',
  commands: [
    {
      name: 'list',
      aliases: ['ls'],
      short: 'List all active leases',
      flags: [bool('quiet,q', 'Print only the blob digest')],
      run: function* (context) {
        const all = filter(context.client().leases.list(context.namespace), context.args, leaseField, badFilter('failed to list leases: '));
        if (context.flags.bool('quiet')) yield* context.print(all.map(({ id }) => `${id}\n`).join(''));
        else
          yield* context.print(
            table([['ID', 'CREATED AT', 'LABELS'], ...all.map(({ id, createdAt, labels }) => [id, moment(createdAt), labelText(labels) || '-'])]),
          );
        return 0;
      },
    },
    {
      name: 'create',
      short: 'Create lease',
      usage: '[flags] <label>=<value> ...',
      long: 'create a new lease',
      flags: [
        text('id', 'Set the id for the lease, will be generated by default'),
        duration('expires,x', 'Expiration of lease (0 value will not expire)', '24h0m0s'),
      ],
      run: function* (context) {
        const id = context.flags.text('id') || `${Math.floor(context.process.now / 1000)}-${context.process.sim.random.hex(4)}`;
        const expires = context.flags.duration('expires');
        context.client().leases.create(context.namespace, id, {
          ...labelArgs(context.args),
          ...(expires > 0 ? { 'containerd.io/gc.expire': moment(context.process.now + expires) } : {}),
        });
        yield* context.print(`${id}\n`);
        return 0;
      },
    },
    {
      name: 'delete',
      aliases: ['del', 'remove', 'rm'],
      short: 'Delete a lease',
      usage: '[flags] <lease id> ...',
      long: 'delete a lease',
      flags: [bool('sync', 'Synchronously remove leases and all unreferenced resources')],
      run: function* (context) {
        if (context.args.length === 0) return yield* context.help();
        for (const id of context.args) {
          context.client().leases.delete(context.namespace, id);
          yield* context.print(`${id}\n`);
        }
        return 0;
      },
    },
  ],
};

export const deprecations: CtrCommand = {
  name: 'deprecations',
  short: '',
  commands: [
    {
      name: 'list',
      short: 'Print warnings for deprecations',
      flags: [text('format', "output format to use (Examples: 'default', 'json')")],
      run: function* (context) {
        context.client();
        return 0;
      },
    },
  ],
};

export const oci: CtrCommand = {
  name: 'oci',
  short: 'OCI tools',
  commands: [
    {
      name: 'spec',
      short: 'See the output of the default OCI spec',
      flags: [],
      run: function* (context) {
        yield* context.print(
          json(
            newSpec(new Flags(containerFlags), {
              id: 'example',
              namespace: context.namespace,
              args: ['sh'],
              image: undefined,
              node: '',
              user: { uid: 0, gid: 0 },
            }),
          ),
        );
        return 0;
      },
    },
  ],
};
