/** What programs of all kinds speak on sockets, beside the walls of interfaces/: HTTP, DNS, plain bytes, ssh. */
import type { Condition, Routine } from '../sim/routine.ts';
import type { ByteStream } from '../sim/stream.ts';
import type { SpokenProtocol } from './network.ts';
import type { Process } from './process.ts';

export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly remoteAddress: string;
};
export type HttpResponse = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };
export type HttpServer = {
  readonly tls?: boolean;
  /** Its certificate is from an authority that every machine trusts. */
  readonly publiclyTrusted?: boolean;
  handle(request: HttpRequest): Routine<HttpResponse>;
  /** A promise to those who ask again and again (probes): what GET of this path answers stays as it is until the condition is notified. */
  steady?(path: string): Condition | undefined;
};
export const httpProtocol: SpokenProtocol<HttpServer> = { name: 'http' };

export type DnsRecord = { readonly name: string; readonly type: 'A' | 'AAAA' | 'CNAME' | 'SRV' | 'PTR' | 'TXT'; readonly ttl: number; readonly data: string };
export type DnsAnswer = {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  readonly records: readonly DnsRecord[];
  readonly authoritative: boolean;
};
export type DnsServer = { query(name: string, type: DnsRecord['type']): Routine<DnsAnswer> };
export const dnsProtocol: SpokenProtocol<DnsServer> = { name: 'dns' };

/** Plain TCP: the server gets both directions of each connection. */
export type ByteServer = { accept(connection: { readonly fromClient: ByteStream; readonly toClient: ByteStream }): Routine };
export const byteProtocol: SpokenProtocol<ByteServer> = { name: 'bytes' };

/** sshd: starts a login shell or a command for a user, as a child of itself, and hands over its process. */
export type SshServer = { login(user: string, command: string | undefined, client: Process): Process };
export const sshProtocol: SpokenProtocol<SshServer> = { name: 'ssh' };
