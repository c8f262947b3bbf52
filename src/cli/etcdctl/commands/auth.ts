/** `etcdctl auth`, `user` and `role` (etcdctl/ctlv3/command/{auth,user,role}_command.go). */
import { type EtcdConversation, prefixEnd } from '../../../interfaces/etcd.ts';
import type { AuthChange, Permission } from '../../../interfaces/etcd-auth.ts';
import { readAll } from '../../../linux/open-file.ts';
import type { Routine } from '../../../sim/routine.ts';
import { prompt } from '../../docker-config.ts';
import { quoted } from '../../etcd-output.ts';
import type { FlagSpec } from '../../flags.ts';
import type { EtcdctlCommand } from '../command.ts';
import { type Context, exits, Fatal } from '../context.ts';
import { headerFields, headerJson, json, needFormat } from '../printer.ts';

const bad = (text: string): never => {
  throw new Fatal(text, exits.badArgs);
};

/** What is said, and for -w json what stands beside the header. */
type Told = readonly [text: string, more?: Readonly<Record<string, unknown>>];

/** One call and its answer in a format. `method` is of etcdserverpb.Auth. */
function* tell(context: Context, method: string, ask: (auth: EtcdConversation) => Told, formats = ['simple', 'json']): Routine {
  needFormat(context.output, formats);
  const text = yield* context.call(`Auth/${method}`, ({ cluster }) => {
    const [simple, more = {}] = ask(cluster);
    return context.output === 'json' ? json({ header: headerJson(cluster.header()), ...more }) : simple;
  });
  yield* context.print(text);
}

/** A command whose arguments are a user, a role, or a user and a role. */
const simple = (name: string, short: string, what: AuthChange['do'], told: (one: string, other: string) => string, missing?: string): EtcdctlCommand => {
  const kind = what.startsWith('user') ? 'user' : 'role';
  return {
    name,
    usage: missing === undefined ? `<${kind} name>` : '<user name> <role name>',
    short,
    *run(context): Routine {
      const [first = '', second = ''] = context.args;
      if (context.args.length !== (missing === undefined ? 1 : 2)) bad(missing ?? `${kind} ${name} command requires ${kind} name as its argument`);
      const method = `${what.charAt(0).toUpperCase()}${what.slice(1)}${missing === undefined ? '' : 'Role'}`;
      yield* tell(context, method, (auth) => {
        auth.authChange({ do: what, [kind]: first, ...(missing === undefined ? {} : { role: second }) });
        return [`${told(first, second)}\n`];
      });
    },
  };
};

const open = ({ key, rangeEnd = '' }: Permission, shownKey = key): string => `[${shownKey}, ${rangeEnd === '\0' ? '<open ended>' : `${rangeEnd})`}`;

function roleText(name: string, permissions: readonly Permission[]): string {
  const of = (want: string): string =>
    permissions
      .filter(({ type }) => type.includes(want))
      .map((each) => {
        if (each.rangeEnd === undefined) return `\t${each.key}\n`;
        return `\t${open(each)}${each.rangeEnd === prefixEnd(each.key) ? ` (prefix ${each.key})` : ''}\n`;
      })
      .join('');
  return `Role ${name}\nKV Read:\n${of('READ')}KV Write:\n${of('WRITE')}`;
}

/** The key or range that the arguments and flags mean; no key at all begins at the first there can be. */
function rangeOf({ flags }: Context, [key = '', end]: readonly string[]): Pick<Permission, 'key' | 'rangeEnd'> {
  const [prefix, from] = [flags.bool('prefix'), flags.bool('from-key')];
  if (prefix && from) bad('--from-key and --prefix flags are mutually exclusive');
  if (end !== undefined && (prefix || from)) bad(`unexpected endkey argument with --${prefix ? 'prefix' : 'from-key'} flag`);
  const rangeEnd = from || (prefix && key === '') ? '\0' : prefix ? prefixEnd(key) : end;
  return { key: key || '\0', ...(rangeEnd === undefined ? {} : { rangeEnd }) };
}

function* grantPermission(context: Context): Routine {
  const [role = '', kind = '', ...keys] = context.args;
  if (keys.length < 1) bad('role grant command requires role name, permission type, and key [endkey] as its argument');
  const type = kind.toUpperCase() as Permission['type'];
  if (!['READ', 'WRITE', 'READWRITE'].includes(type)) bad(`invalid permission type: ${kind}`);
  const permission = { type, ...rangeOf(context, keys) };
  yield* tell(context, 'RoleGrantPermission', (auth) => {
    auth.authChange({ do: 'roleGrant', role, permission });
    return [`Role ${role} updated\n`];
  });
}

function* revokePermission(context: Context): Routine {
  const [role = '', ...keys] = context.args;
  if (keys.length < 1) bad('role revoke-permission command requires role name and key [endkey] as its argument');
  const permission = { type: 'READ' as const, ...rangeOf(context, keys) };
  yield* tell(context, 'RoleRevokePermission', (auth) => {
    auth.authChange({ do: 'roleRevoke', role, permission });
    return [`Permission of ${permission.rangeEnd === undefined ? `key ${keys[0]}` : `range ${open(permission, keys[0])}`} is revoked from role ${role}\n`];
  });
}

const numbers = { READ: undefined, WRITE: 1, READWRITE: 2 } as const;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function* getRole(context: Context): Routine {
  const [name = ''] = context.args;
  if (context.args.length !== 1) bad('role get command requires role name as its argument');
  const ask = (auth: EtcdConversation): Told => {
    const permissions = auth.roleGet(name);
    if (context.output === 'fields') {
      const rows = permissions.map(({ type, key, rangeEnd = '' }) => `"PermType" :  ${type}\n"Key" : ${quoted(key)}\n"RangeEnd" : ${quoted(rangeEnd)}\n`);
      return [headerFields(auth.header()) + rows.join('')];
    }
    const perm = permissions.map(({ type, key, rangeEnd }) => ({ permType: numbers[type], key: base64(key), range_end: rangeEnd && base64(rangeEnd) }));
    return [roleText(name, permissions), perm.length > 0 ? { perm } : {}];
  };
  yield* tell(context, 'RoleGet', ask, ['simple', 'json', 'fields']);
}

function* getUser(context: Context): Routine {
  const [name = ''] = context.args;
  if (context.args.length !== 1) bad('user get command requires user name as its argument');
  yield* tell(context, 'UserGet', (auth) => {
    const roles = auth.userGet(name);
    if (context.flags.bool('detail')) return [`User: ${name}\n${roles.map((role) => `\n${roleText(role, auth.roleGet(role))}`).join('')}`];
    return [`User: ${name}\nRoles:${roles.map((role) => ` ${role}`).join('')}\n`, roles.length > 0 ? { roles } : {}];
  });
}

function* listing(context: Context, name: 'users' | 'roles'): Routine {
  if (context.args.length > 0) bad(`${name.slice(0, -1)} list command requires no arguments`);
  yield* tell(context, name === 'users' ? 'UserList' : 'RoleList', (auth) => {
    const all = auth[name]();
    return [all.map((each) => `${each}\n`).join(''), all.length > 0 ? { [name]: all } : {}];
  });
}

/** Typed twice at a terminal; with --interactive=false a line of standard input. */
function* newPassword(context: Context, name: string): Routine<string> {
  const { process } = context;
  if (!context.flags.bool('interactive')) return (yield* readAll(process.stdin)).split('\n')[0] ?? '';
  const first = yield* prompt(process, `Password of ${name}: `, true);
  if (first === '') bad('empty password');
  const again = yield* prompt(process, `Type password of ${name} again for confirmation: `, true);
  return first === again ? first : bad('given passwords are different');
}

function* addUser(context: Context): Routine {
  const { args, flags } = context;
  if (args.length !== 1) bad('user add command requires user name as its argument');
  const [user = '', ...rest] = (args[0] ?? '').split(':');
  if (user === '') bad('empty user name is not allowed');
  const given = rest.length > 0 ? rest.join(':') : flags.text('new-user-password') || undefined;
  const password = flags.bool('no-password') ? undefined : (given ?? (yield* newPassword(context, user)));
  yield* tell(context, 'UserAdd', (auth) => {
    auth.authChange({ do: 'userAdd', user, password });
    return [`User ${user} created\n`];
  });
}

function* changePassword(context: Context): Routine {
  const [user = ''] = context.args;
  if (context.args.length !== 1) bad('user passwd command requires user name as its argument');
  const password = yield* newPassword(context, user);
  yield* tell(context, 'UserChangePassword', (auth) => {
    auth.authChange({ do: 'userPassword', user, password });
    return ['Password updated\n'];
  });
}

/** Makes the role of the user root too, where only that is missing. */
function* enable(context: Context): Routine {
  if (context.args.length > 0) bad('auth enable command does not accept any arguments');
  const change = (what: AuthChange): Routine<void> => context.call('Auth/AuthEnable', ({ cluster }) => cluster.authChange(what));
  try {
    yield* change({ do: 'enable' });
  } catch (error) {
    if (!(error instanceof Fatal) || !error.message.endsWith('have root role')) throw error;
    yield* context.call('Auth/RoleAdd', ({ cluster }) => {
      if (!cluster.roles().includes('root')) cluster.authChange({ do: 'roleAdd', role: 'root' });
      cluster.authChange({ do: 'userGrant', user: 'root', role: 'root' });
    });
    yield* change({ do: 'enable' });
  }
  yield* context.print('Authentication Enabled\n');
}

function* disable(context: Context): Routine {
  if (context.args.length > 0) bad('auth disable command does not accept any arguments');
  yield* context.call('Auth/AuthDisable', ({ cluster }) => cluster.authChange({ do: 'disable' }));
  yield* context.print('Authentication Disabled\n');
}

function* status(context: Context): Routine {
  if (context.args.length > 0) bad('auth status command does not accept any arguments');
  yield* tell(context, 'AuthStatus', (auth) => {
    const { enabled, revision } = auth.authStatus();
    return [`Authentication Status: ${enabled}\nAuthRevision: ${revision}\n`, { enabled: enabled || undefined, authRevision: revision }];
  });
}

const typing: FlagSpec = { name: 'interactive', type: 'bool', default: 'true', usage: 'Read password from stdin instead of interactive terminal' };
const ranges = (verb: string): readonly FlagSpec[] => [
  { name: 'from-key', type: 'bool', usage: `${verb} a permission of keys that are greater than or equal to the given key using byte compare` },
  { name: 'prefix', type: 'bool', usage: `${verb} a prefix permission` },
];
const both = 'requires user name and role name as its argument';

export const authCommands: readonly EtcdctlCommand[] = [
  {
    name: 'auth',
    usage: '<enable or disable>',
    short: 'Enable or disable authentication',
    commands: [
      { name: 'disable', short: 'Disables authentication', run: disable },
      { name: 'enable', short: 'Enables authentication', run: enable },
      { name: 'status', short: 'Returns authentication status', run: status },
    ],
  },
  {
    name: 'role',
    usage: '<subcommand>',
    short: 'Role related commands',
    commands: [
      simple('add', 'Adds a new role', 'roleAdd', (role) => `Role ${role} created`),
      simple('delete', 'Deletes a role', 'roleDelete', (role) => `Role ${role} deleted`),
      { name: 'get', usage: '<role name>', short: 'Gets detailed information of a role', run: getRole },
      {
        name: 'grant-permission',
        usage: '[options] <role name> <permission type> <key> [endkey]',
        short: 'Grants a key to a role',
        flags: ranges('grant'),
        run: grantPermission,
      },
      { name: 'list', short: 'Lists all roles', run: (context) => listing(context, 'roles') },
      {
        name: 'revoke-permission',
        usage: '<role name> <key> [endkey]',
        short: 'Revokes a key from a role',
        flags: ranges('revoke'),
        run: revokePermission,
      },
    ],
  },
  {
    name: 'user',
    usage: '<subcommand>',
    short: 'User related commands',
    commands: [
      {
        name: 'add',
        usage: '<user name or user:password> [options]',
        short: 'Adds a new user',
        flags: [
          typing,
          { name: 'new-user-password', usage: 'Supply password from the command line flag' },
          { name: 'no-password', type: 'bool', usage: 'Create a user without password (CN based auth only)' },
        ],
        run: addUser,
      },
      simple('delete', 'Deletes a user', 'userDelete', (user) => `User ${user} deleted`),
      {
        name: 'get',
        usage: '<user name> [options]',
        short: 'Gets detailed information of a user',
        flags: [{ name: 'detail', type: 'bool', usage: 'Show permissions of roles granted to the user' }],
        run: getUser,
      },
      simple('grant-role', 'Grants a role to a user', 'userGrant', (user, role) => `Role ${role} is granted to user ${user}`, `user grant command ${both}`),
      { name: 'list', short: 'Lists all users', run: (context) => listing(context, 'users') },
      { name: 'passwd', usage: '<user name> [options]', short: 'Changes password of user', flags: [typing], run: changePassword },
      simple(
        'revoke-role',
        'Revokes a role from a user',
        'userRevoke',
        (user, role) => `Role ${role} is revoked from user ${user}`,
        `user revoke-role ${both}`,
      ),
    ],
  },
];
