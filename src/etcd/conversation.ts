/** Who calls decides what is answered, once authentication is on (etcd server/etcdserver/apply/apply_auth.go, api/v3rpc/maintenance.go). */
import { readCertificate } from '../apimachinery/pki-read.ts';
import { type EtcdApi, type EtcdConversation, EtcdError, type RangeRequest, type TxnOperation } from '../interfaces/etcd.ts';
import type { EtcdCaller } from '../interfaces/etcd-auth.ts';
import type { EtcdServer } from './member.ts';

/** Calls that need the role root. */
const forRoot = new Set(
  'authChange authStatus users roles compact status memberAdd memberRemove memberUpdate memberPromote defragment snapshot hash'.split(' '),
);
/** Calls that nobody is asked for. */
const forAll = new Set('header moveLeader downgrade leaseKeepAlive'.split(' '));
/** Calls of everyone with a name, some for keys that their roles give. */
const forUsers = 'range put deleteRange txn watch leaseGrant grantLease leaseRevoke leases members alarms alarm userGet roleGet'.split(' ');
/** There is no other call: what else the server's parts have they say to each other. */
const calls = [...forRoot, ...forAll, ...forUsers];
/** Their interceptor tells the error as it is, without a code. */
const plain = new Set('defragment snapshot hash'.split(' '));

type Call = (...args: never[]) => unknown;
type Mayer = (want: 'READ' | 'WRITE', key: string, end?: string) => void;

/** The keys that a call reads and writes. */
function touched(method: string, args: readonly unknown[], server: EtcdServer, may: Mayer): void {
  const operation = (step: TxnOperation): void => {
    if ('put' in step) may('WRITE', step.put.key);
    else if ('delete' in step) may('WRITE', step.delete.key, step.delete.rangeEnd);
    else may('READ', step.range.key, step.range.rangeEnd);
  };
  const first = args[0] as RangeRequest;
  if (method === 'range' || method === 'watch') may('READ', first.key, first.rangeEnd);
  else if (method === 'put' || method === 'deleteRange') may('WRITE', args[0] as string, method === 'put' ? undefined : (args[1] as string | undefined));
  else if (method === 'txn') {
    const [compares, success, failure = []] = args as Parameters<EtcdApi['txn']>;
    for (const { key } of compares) may('READ', key);
    for (const step of [...success, ...failure]) operation(step);
  } else if (method === 'leaseRevoke') for (const key of server.leases().find(({ id }) => id === args[0])?.keys ?? []) may('WRITE', key);
}

/** `named`: the CN of a client's certificate counts as its user (--client-cert-auth). Throws EtcdError for a wrong password. */
export function converse(server: EtcdServer, { certificate, user, password = '' }: EtcdCaller, named: boolean): EtcdConversation {
  if (user !== undefined) server.auth.authenticate(user, password);
  const name = user ?? (named && certificate !== undefined ? readCertificate(certificate)?.subject.commonName : undefined) ?? '';
  const check = (method: string, args: readonly unknown[]): void => {
    const { auth } = server;
    if (!auth.state.enabled || forAll.has(method)) return;
    const refuse = (why: string): never => {
      throw new EtcdError('invalid', plain.has(method) ? `rpc error: code = Unknown desc = auth: ${why}` : `etcdserver: ${why}`);
    };
    if (name === '') refuse('user name is empty');
    if (auth.isAdmin(name)) return;
    const own =
      method === 'userGet' ? args[0] === name : method === 'roleGet' ? auth.state.users[name]?.roles.includes(args[0] as string) : !forRoot.has(method);
    if (!own) refuse('permission denied');
    touched(method, args, server, (want, key, end) => {
      if (!auth.permits(name, want, key, end)) refuse('permission denied');
    });
  };
  // The state machine is another one after a snapshot has come in: it is asked for at each call.
  const guarded = (of: () => object): Record<string, unknown> => {
    const methods = calls.filter((method) => method in of());
    const call =
      (method: string) =>
      (...args: never[]): unknown => {
        check(method, args);
        return (of() as Record<string, Call>)[method]?.(...args);
      };
    return Object.fromEntries(methods.map((method) => [method, call(method)]));
  };
  const local = guarded(() => server.local);
  return { ...guarded(() => server.auth), ...guarded(() => server), local } as unknown as EtcdConversation;
}
