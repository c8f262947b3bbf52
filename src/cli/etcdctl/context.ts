/** One run of etcdctl: its flags, its way to the members, and how it ends. */
import { Handshakes } from '../../apimachinery/tls.ts';
import { type EtcdApi, type EtcdConversation, EtcdError, etcdProtocol } from '../../interfaces/etcd.ts';
import type { EtcdCaller } from '../../interfaces/etcd-auth.ts';
import { Errno } from '../../linux/errno.ts';
import { dial, type Listener, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { prompt } from '../docker-config.ts';
import { zap } from '../etcd-output.ts';
import type { Flags } from '../flags.ts';

/** Exit statuses of etcd's pkg/cobrautl. */
export const exits = { error: 1, badConnection: 2, invalidInput: 3, badFeature: 4, badArgs: 128 } as const;

/** Values are written as protobuf, which costs as much as a step of the engine for so many letters: see Sim.toil. */
const lettersPerStep = 40;

/** `Error: …` and a status. */
export class Fatal extends Error {
  readonly status: number;
  constructor(message: string, status: number = exits.error) {
    super(message);
    this.status = status;
  }
}

/** One of --endpoints, with all of its APIs. */
export type Member = { readonly endpoint: string; readonly keys: EtcdApi; readonly cluster: EtcdConversation };

type Tls = { readonly ca: string | undefined; readonly certificate: string | undefined; readonly key: string | undefined };

/** Calls that are streams go past the interceptor of unary ones. */
const streams: ReadonlySet<string> = new Set(['Watch/Watch', 'Lease/LeaseKeepAlive', 'Maintenance/Snapshot']);

/** As etcd's api/v3rpc/rpctypes has them. */
function grpcCode({ code, message }: EtcdError): string {
  if (message.endsWith('permission denied')) return 'PermissionDenied';
  if (code === 'compacted' || code === 'futureRevision' || message.includes('too large lease TTL')) return 'OutOfRange';
  if (code === 'leaseNotFound' || code === 'notFound') return 'NotFound';
  if (code === 'noSpace') return 'ResourceExhausted';
  return /key not found|invalid downgrade target|name is empty|auth management|user ID/.test(message) ? 'InvalidArgument' : 'FailedPrecondition';
}

/** Code and text of an error as grpc tells them; some come with both already. */
export const grpcStatus = (error: EtcdError): string =>
  (/^rpc error: code = (.*)/s.exec(error.message) ?? [])[1] ?? `${grpcCode(error)} desc = ${error.message}`;

/** How long grpc takes for one try. */
const callMilliseconds = 4;

/** Made once a run; endpoints are dialed when they are asked. */
export class Context {
  readonly process: Process;
  readonly flags: Flags;
  readonly args: readonly string[];
  #tls: Tls | undefined;
  /** Of --user, once a server has accepted it. */
  #user: EtcdCaller | undefined;

  constructor(process: Process, flags: Flags, args: readonly string[]) {
    this.process = process;
    this.flags = flags;
    this.args = args;
  }

  get endpoints(): readonly string[] {
    return this.flags.list('endpoints');
  }

  get output(): string {
    return this.flags.text('write-out');
  }

  get hex(): boolean {
    return this.flags.bool('hex');
  }

  print(text: string): Routine {
    this.process.toil(text.length / lettersPerStep);
    return this.process.print(text);
  }

  /** Calls the first endpoint that answers; like grpc it tries on until the deadline. Throws Fatal. */
  *call<T>(method: string, run: (member: Member) => T, endpoints = this.endpoints): Routine<T> {
    const until = this.process.now + this.flags.duration('command-timeout');
    yield* this.authenticate(endpoints);
    yield* sleep(this.process.sim.random.between(6, 14));
    let last = '';
    for (;;) {
      for (const endpoint of endpoints) {
        const member = this.dial(endpoint);
        if (typeof member === 'string') {
          last = member;
          continue;
        }
        yield* sleep(callMilliseconds);
        try {
          return run(member);
        } catch (error) {
          if (!(error instanceof EtcdError)) throw error;
          if (error.code !== 'noLeader' && error.code !== 'unavailable') {
            if (!streams.has(method)) yield* this.retried(method, endpoint, grpcStatus(error));
            throw new Fatal(error.message);
          }
          last = '';
        }
      }
      const left = until - this.process.now;
      if (left <= 0) break;
      yield* sleep(Math.min(left, 500));
    }
    const reason = last === '' ? 'context deadline exceeded' : `latest balancer error: last connection error: connection error: desc = "${last}"`;
    yield* this.retried(method, endpoints[0] ?? '', `DeadlineExceeded desc = ${reason}`);
    throw new Fatal('context deadline exceeded');
  }

  /** --user and --password once a run: a server without authentication says so and is asked without them. Throws Fatal. */
  *authenticate(endpoints = this.endpoints): Routine {
    this.#loadTls();
    const [user = '', ...rest] = this.flags.text('user').split(':');
    if (user === '' || this.#user) return;
    const password = rest.length > 0 ? rest.join(':') : this.flags.text('password') || (yield* prompt(this.process, 'Password: ', true));
    const caller = { user, password };
    for (const endpoint of endpoints) {
      this.#user = caller;
      try {
        if (typeof this.dial(endpoint) !== 'string') return;
      } catch (error) {
        if (!(error instanceof EtcdError)) throw error;
        yield* this.retried('Auth/Authenticate', endpoint, grpcStatus(error));
        if (!error.message.endsWith('not enabled')) throw new Fatal(error.message, exits.badConnection);
        this.#user = {};
        return;
      }
    }
  }

  /** The client's interceptor tells of each try that failed, also where it will not try again. */
  *retried(method: string, endpoint: string, status: string): Routine {
    const { process } = this;
    const target = `etcd-endpoints://0xc${process.sim.random.hex(9)}/${endpoint.replace(/^https?:\/\//, '')}`;
    yield* zap(
      process,
      'warn',
      'v3@v3.6.6/retry_interceptor.go:65',
      'retrying of unary invoker failed',
      { target, method: `/etcdserverpb.${method}`, attempt: 0, error: `rpc error: code = ${status}` },
      'etcd-client',
    );
  }

  /** Who answers at an endpoint, or in grpc's words why nobody does. Throws EtcdError when it does not know the user. */
  dial(endpoint: string): Member | string {
    const { process } = this;
    this.#loadTls();
    const [, scheme, host = '', port = '2379'] = /^(?:(https?):\/\/)?\[?([^\]/:]*)\]?(?::(\d+))?/.exec(endpoint) ?? [];
    const address = host === 'localhost' ? '127.0.0.1' : host;
    let problem: string | undefined;
    const look = (listener: Listener): void => {
      problem = this.#handshake(listener, scheme, address);
      if (problem !== undefined) throw new NetworkError('EPROTO', 0);
    };
    try {
      const door = dial(etcdProtocol, process.namespaces.network, this.#resolve(address), Number(port), process.sim.random, 'tcp', look);
      const cluster = door.enter({ certificate: this.#loadTls().certificate, ...this.#user });
      return { endpoint, keys: cluster, cluster };
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      if (problem !== undefined) return problem;
      if (error.code === 'EPROTO') return 'error reading server preface: http2: frame too large';
      const why = error.code === 'ETIMEDOUT' ? 'i/o timeout' : `connect: ${error.message.toLowerCase()}`;
      return `transport: Error while dialing: dial tcp ${address}:${port}: ${why}`;
    }
  }

  /** Names of /etc/hosts. */
  #resolve(host: string): string {
    if (/^[\d.]+$/.test(host)) return host;
    const hosts = this.process.fs.exists('/etc/hosts') ? this.process.fs.read('/etc/hosts') : '';
    const line = hosts.split('\n').find((each) => each.split(/\s+/).slice(1).includes(host));
    return line?.split(/\s+/)[0] ?? host;
  }

  #handshake(listener: Listener, scheme: string | undefined, serverName: string): string | undefined {
    const { process, flags } = this;
    const tls = this.#loadTls();
    const wanted =
      scheme === 'https' || (scheme === undefined && (tls.ca !== undefined || tls.certificate !== undefined || flags.bool('insecure-skip-tls-verify')));
    if (!listener.tls) return wanted ? 'transport: authentication handshake failed: tls: first record does not look like a TLS handshake' : undefined;
    if (!wanted) return 'error reading server preface: EOF';
    const insecure = flags.bool('insecure-skip-tls-verify');
    const found = new Handshakes().check(listener.tls(), { serverName, insecure, ...tls }, process.now);
    if (!found) return undefined;
    return found.by === 'client' ? `transport: authentication handshake failed: ${found.text}` : `error reading server preface: ${found.text}`;
  }

  #loadTls(): Tls {
    if (this.#tls) return this.#tls;
    const { flags } = this;
    const path = (name: string): string | undefined => flags.text(name) || undefined;
    const [ca, certificate, key] = [path('cacert'), path('cert'), path('key')];
    if ((certificate === undefined) !== (key === undefined))
      throw new Fatal(`KeyFile and CertFile must both be present[key: ${key ?? ''}, cert: ${certificate ?? ''}]`, exits.badArgs);
    const read = (file: string | undefined): string | undefined => (file === undefined ? undefined : this.readFile(file));
    this.#tls = { ca: read(ca), certificate: read(certificate), key: read(key) };
    return this.#tls;
  }

  /** Throws Fatal with Go's text. */
  readFile(path: string): string {
    try {
      return this.process.fs.read(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new Fatal(`open ${path}: ${error.message.toLowerCase()}`);
    }
  }
}

/** Keys and values as the terminal shows them; `--hex` as `\x6b`. */
export const shown = (text: string, hex: boolean): string =>
  hex ? [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('') : text;
