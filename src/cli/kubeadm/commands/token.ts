/** `kubeadm token`, and tokens for others. */
import { createHash, X509Certificate } from 'node:crypto';
import type { Secret } from '../../../api/types.ts';
import { humanDuration } from '../../../apimachinery/duration.ts';
import { rfc3339 } from '../../../apimachinery/time.ts';
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import type { Client } from '../../../client/client.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { KubeadmCommand } from '../command.ts';
import { apply, type Context, Fatal } from '../context.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const format = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const defaultGroup = 'system:bootstrappers:kubeadm:default-node-token';

/** `abcdef.0123456789abcdef`. */
export const newToken = ({ process }: Context): string => `${process.sim.random.text(alphabet, 6)}.${process.sim.random.text(alphabet, 16)}`;

/** Where a token stands in the cluster: a Secret, as the authenticator reads it. */
export function tokenSecret(
  context: Context,
  token: string,
  options: { ttl: number; description?: string; usages?: readonly string[]; groups?: readonly string[] },
) {
  const [, id = '', secret = ''] = format.exec(token) ?? [];
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const { ttl, description, usages = ['signing', 'authentication'], groups = [defaultGroup] } = options;
  const data = {
    'auth-extra-groups': base64(groups.join(',')),
    ...(description ? { description: base64(description) } : {}),
    ...(ttl > 0 ? { expiration: base64(rfc3339(context.process.now + ttl)) } : {}),
    'token-id': base64(id),
    'token-secret': base64(secret),
    ...Object.fromEntries(usages.map((usage) => [`usage-bootstrap-${usage}`, base64('true')])),
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    data,
  };
}

/** `sha256:` of the authority's public key: what a joining node compares. */
export function caCertHash(caPem: string): string {
  const spki = new X509Certificate(caPem).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}

/** As `init` prints it (`breakLine`) and as `token create --print-join-command` does. */
export const joinCommand = (server: string, token: string, caPem: string, breakLine: boolean): string =>
  `kubeadm join ${server.replace('https://', '')} --token ${token} ${breakLine ? '\\\n\t' : ''}--discovery-token-ca-cert-hash ${caCertHash(caPem)} `;

function* create(context: Context): Routine {
  const [given] = context.args;
  if (given !== undefined && !format.test(given))
    throw new Fatal(`the bootstrap token "${given}" was not of the form "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"`);
  const { flags } = context;
  const unknown = flags
    .list('usages')
    .filter((usage) => !['signing', 'authentication'].includes(usage))
    .sort();
  if (unknown.length > 0)
    throw new Fatal(
      `bootstrapTokens.0.usages: Invalid value: ${JSON.stringify(flags.list('usages'))}: invalid bootstrap token usage string: ${unknown.join(',')}, valid usage option: authentication,signing`,
      3,
    );
  const token = given ?? newToken(context);
  const cluster = context.cluster();
  const client = context.client(cluster);
  const id = token.slice(0, 6);
  const exists = context.attempt('failed to look up bootstrap token', () => client.get('secrets', { namespace: 'kube-system', name: `bootstrap-token-${id}` }));
  if (exists) throw new Fatal(`a token with id "${id}" already exists`);
  const secret = tokenSecret(context, token, {
    ttl: flags.duration('ttl'),
    description: flags.text('description'),
    usages: flags.list('usages'),
    groups: flags.list('groups'),
  });
  context.attempt('failed to create the bootstrap token', () => apply(client, secret));
  yield* context.say(flags.bool('print-join-command') ? joinCommand(cluster.server, token, cluster.caPem, false) : token);
}

const tokens = (client: Client): readonly Secret[] =>
  client.list('secrets', { namespace: 'kube-system', fieldSelector: 'type=bootstrap.kubernetes.io/token' }).items;

function* list(context: Context): Routine {
  const client = context.admin();
  const found = context.attempt('failed to list bootstrap tokens', () => tokens(client));
  const output = context.flags.text('output');
  if (output === 'json' || output === 'yaml') {
    for (const secret of found) {
      const [token, , expires, usages, description, groups] = row(secret, context.process.now);
      const document = {
        kind: 'BootstrapToken',
        apiVersion: 'output.kubeadm.k8s.io/v1alpha3',
        token,
        ...(description === '<none>' ? {} : { description }),
        ...(expires === '<never>' ? {} : { expires }),
        usages: usages?.split(',').filter((each) => each !== '<none>'),
        groups: groups?.split(',').filter((each) => each !== '<none>'),
      };
      if (output === 'json') yield* context.say(JSON.stringify(document, null, 4));
      else yield* context.process.print(dumpYaml(document));
    }
    return;
  }
  if (output !== 'text') throw new Fatal(`invalid output format: ${output}`);
  if (found.length === 0) return;
  const rows = found.map((secret) => row(secret, context.process.now));
  const header = ['TOKEN', 'TTL', 'EXPIRES', 'USAGES', 'DESCRIPTION', 'EXTRA GROUPS'];
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((cells) => (cells[i] ?? '').length)) + 3);
  const line = (cells: readonly string[]): string => cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('');
  yield* context.say(line(header), ...rows.map(line));
}

function row(secret: Secret, now: number): string[] {
  const field = (name: string): string => Buffer.from(secret.data?.[name] ?? '', 'base64').toString();
  const expires = field('expiration');
  const left = Date.parse(expires) - now;
  const usages = ['authentication', 'signing'].filter((usage) => field(`usage-bootstrap-${usage}`) === 'true');
  return [
    `${field('token-id')}.${field('token-secret')}`,
    expires === '' ? '<forever>' : left <= 0 ? '<invalid>' : humanDuration(left),
    expires === '' ? '<never>' : expires,
    usages.join(',') || '<none>',
    field('description') || '<none>',
    field('auth-extra-groups') || '<none>',
  ];
}

function* remove(context: Context): Routine {
  if (context.args.length === 0) throw new Fatal('missing subcommand; "token delete" is missing token of form "^([a-z0-9]{6})$"');
  const client = context.admin();
  for (const given of context.args) {
    const id = format.exec(given)?.[1] ?? given;
    if (!/^[a-z0-9]{6}$/.test(id))
      throw new Fatal(`given token "${given}" didn't match pattern "\\\\A([a-z0-9]{6})\\\\z" or "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"`);
    context.attempt(`failed to delete bootstrap token "${id}"`, () => client.delete('secrets', { namespace: 'kube-system', name: `bootstrap-token-${id}` }));
    yield* context.say(`bootstrap token "${id}" deleted`);
  }
}

function* generate(context: Context): Routine {
  yield* context.say(newToken(context));
}

export const tokenCommand: KubeadmCommand = {
  name: 'token',
  short: 'Manage bootstrap tokens',
  flags: [{ name: 'kubeconfig', default: '/etc/kubernetes/admin.conf', usage: 'The kubeconfig file to use when talking to the cluster.', persistent: true }],
  commands: [
    {
      name: 'create',
      usage: '[token]',
      short: 'Create bootstrap tokens on the server',
      flags: [
        { name: 'certificate-key', usage: 'When used together with --print-join-command, print the full kubeadm join flag needed to join a control-plane.' },
        { name: 'description', usage: 'A human friendly description of how this token is used.' },
        {
          name: 'groups',
          type: 'stringSlice',
          default: defaultGroup,
          usage: 'Extra groups that this token will authenticate as when used for authentication.',
        },
        {
          name: 'print-join-command',
          type: 'bool',
          usage: 'Instead of printing only the token, print the full kubeadm join flag needed to join the cluster using the token.',
        },
        { name: 'ttl', type: 'duration', default: '24h0m0s', usage: 'The duration before the token is automatically deleted. 0: it never expires' },
        { name: 'usages', type: 'stringSlice', default: 'signing,authentication', usage: 'Describes the ways in which this token can be used.' },
      ],
      run: create,
    },
    { name: 'delete', usage: '[token-value] ...', short: 'Delete bootstrap tokens on the server', run: remove },
    { name: 'generate', short: 'Generate and print a bootstrap token, but do not create it on the server', run: generate },
    {
      name: 'list',
      short: 'List bootstrap tokens on the server',
      flags: [{ name: 'output', short: 'o', default: 'text', usage: 'Output format. One of: text|json|yaml.' }],
      run: list,
    },
  ],
};
