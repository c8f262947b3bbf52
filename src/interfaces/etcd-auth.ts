/** etcd v3 Auth: users, roles with ranges of keys, and whom a call comes from (etcd api/etcdserverpb Auth, server/auth/store.go). */

/** A key, or the keys of [key, rangeEnd): `'\0'` is the end of all. */
export type Permission = { readonly type: 'READ' | 'WRITE' | 'READWRITE'; readonly key: string; readonly rangeEnd?: string };
/** `password` is a digest; absent for a user whom only a certificate's CN names. */
export type EtcdUser = { readonly password?: string; readonly roles: readonly string[] };
/** What a member keeps; `revision` counts its changes from 1. */
export type AuthState = {
  readonly enabled: boolean;
  readonly revision: number;
  readonly users: Readonly<Record<string, EtcdUser>>;
  readonly roles: Readonly<Record<string, readonly Permission[]>>;
};

/** One call that changes it; user, role, password and permission as the call needs them. */
export type AuthChange = {
  readonly do: 'enable' | 'disable' | `user${'Add' | 'Delete' | 'Password' | 'Grant' | 'Revoke'}` | `role${'Add' | 'Delete' | 'Grant' | 'Revoke'}`;
  readonly user?: string;
  readonly role?: string;
  readonly password?: string | undefined;
  readonly permission?: Permission;
};

/** All throw EtcdError `invalid` with the server's words. */
export type EtcdAuth = {
  authChange(change: AuthChange): void;
  authStatus(): Pick<AuthState, 'enabled' | 'revision'>;
  users(): readonly string[];
  /** The user's roles. */
  userGet(name: string): readonly string[];
  roles(): readonly string[];
  roleGet(name: string): readonly Permission[];
};

/** What a client shows of itself: the certificate of its handshake, or a name with its password. */
export type EtcdCaller = { readonly certificate?: string | undefined; readonly user?: string; readonly password?: string };
