import { createHash } from 'node:crypto';
import { EtcdError } from '../interfaces/etcd.ts';
import type { AuthChange, AuthState, EtcdUser, Permission } from '../interfaces/etcd-auth.ts';
import { own } from '../sim/own.ts';

const refuse = (message: string): never => {
  throw new EtcdError('invalid', message);
};
const fail = (message: string): never => refuse(`etcdserver: ${message}`);

const digest = (user: string, password: string): string => createHash('sha256').update(`${user}\0${password}`).digest('hex');
const without = <Value>(table: Readonly<Record<string, Value>>, key: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(table).filter(([name]) => name !== key));
const sameRange = (a: Permission, b: Permission): boolean => a.key === b.key && a.rangeEnd === b.rangeEnd;
/** Where a range ends, so that ends can be compared. */
const endOf = (key: string, rangeEnd: string | undefined): string => (rangeEnd === '\0' ? '\u{10ffff}' : rangeEnd || `${key}\0`);

/** Users and roles as each member keeps them beside the keys (etcd server/auth/store.go). Changed in place as a whole, never in its parts. */
export class AuthStore {
  state: AuthState;
  constructor(state: AuthState = { enabled: false, revision: 1, users: {}, roles: {} }) {
    this.state = state;
  }

  /** Nothing while nobody has made a user or a role. */
  get kept(): { readonly auth?: AuthState } {
    return this.state.revision > 1 ? { auth: this.state } : {};
  }

  authStatus(): Pick<AuthState, 'enabled' | 'revision'> {
    return this.state;
  }
  users(): readonly string[] {
    return Object.keys(this.state.users).sort();
  }
  userGet(name: string): readonly string[] {
    return this.#user(name).roles;
  }
  roles(): readonly string[] {
    return Object.keys(this.state.roles).sort();
  }
  roleGet(name: string): readonly Permission[] {
    return own(this.state.roles, name) ?? fail('role name not found');
  }

  #user(name: string): EtcdUser {
    return own(this.state.users, name) ?? fail('user name not found');
  }

  /** Throws unless the password is the user's. */
  authenticate(name: string, password: string): void {
    if (!this.state.enabled) fail('authentication is not enabled');
    const user = own(this.state.users, name);
    if (user && user.password === undefined) refuse('rpc error: code = Unknown desc = auth: authentication failed, password was given for no password user');
    if (user?.password !== digest(name, password)) fail('authentication failed, invalid user ID or password');
  }

  isAdmin(name: string): boolean {
    return own(this.state.users, name)?.roles.includes('root') ?? false;
  }

  /** Whether the ranges of the user's roles cover the key or the range, alone or together. */
  permits(name: string, want: 'READ' | 'WRITE', key: string, rangeEnd?: string): boolean {
    if (this.isAdmin(name)) return true;
    const end = endOf(key, rangeEnd);
    const ranges = (own(this.state.users, name)?.roles ?? [])
      .flatMap((role) => own(this.state.roles, role) ?? [])
      .filter(({ type }) => type.includes(want))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    let covered = key;
    for (const range of ranges) {
      const until = endOf(range.key, range.rangeEnd);
      if (range.key <= covered && until > covered) covered = until;
    }
    return covered >= end;
  }

  change(change: AuthChange): void {
    const next = this.#changed(change);
    if (next) this.state = { ...this.state, revision: this.state.revision + (change.do === 'enable' ? 0 : 1), ...next };
  }

  /** Undefined: it is so already. */
  #changed({ do: what, user = '', role = '', password, permission }: AuthChange): Partial<AuthState> | undefined {
    const { enabled, users, roles } = this.state;
    const withUser = (value: EtcdUser): Partial<AuthState> => ({ users: { ...users, [user]: value } });
    const withRole = (value: readonly Permission[]): Partial<AuthState> => ({ roles: { ...roles, [role]: value } });
    const secret = password === undefined ? {} : { password: digest(user, password) };
    // The one who can mend it all stays while it matters.
    if (
      enabled &&
      ((what === 'userDelete' && user === 'root') || (what === 'roleDelete' && role === 'root') || (what === 'userRevoke' && user + role === 'rootroot'))
    )
      fail('invalid auth management');
    switch (what) {
      case 'enable':
        if (!own(users, 'root')) fail('root user does not exist');
        if (!this.isAdmin('root')) fail('root user does not have root role');
        return { enabled: true };
      case 'disable':
        return enabled ? { enabled: false } : undefined;
      case 'userAdd':
        if (user === '') fail('user name is empty');
        if (own(users, user)) fail('user name already exists');
        return withUser({ roles: [], ...secret });
      case 'userDelete':
        this.#user(user);
        return { users: without(users, user) };
      case 'userPassword':
        return withUser({ ...this.#user(user), ...secret });
      case 'userGrant': {
        const known = this.#user(user);
        this.roleGet(role);
        return known.roles.includes(role) ? undefined : withUser({ ...known, roles: [...known.roles, role].sort() });
      }
      case 'userRevoke': {
        const known = this.#user(user);
        if (!known.roles.includes(role)) fail('role is not granted to the user');
        return withUser({ ...known, roles: known.roles.filter((each) => each !== role) });
      }
      case 'roleAdd':
        if (role === '') fail('role name is empty');
        if (own(roles, role)) fail('role name already exists');
        return withRole([]);
      case 'roleDelete': {
        this.roleGet(role);
        const left = Object.entries(users).map(([name, each]) => [name, { ...each, roles: each.roles.filter((held) => held !== role) }]);
        return { users: Object.fromEntries(left), roles: without(roles, role) };
      }
      default: {
        const held = this.roleGet(role);
        if (!permission) return undefined;
        const others = held.filter((each) => !sameRange(each, permission));
        if (what === 'roleRevoke') return others.length < held.length ? withRole(others) : fail('permission is not granted to the role');
        return withRole([...others, permission].sort((a, b) => (a.key < b.key ? -1 : 1)));
      }
    }
  }
}
