/** The handshake between who dials and who listens, on real certificates; the messages are those of Go's crypto/tls and crypto/x509. */

import { keyMatches, verify } from './pki.ts';
import { type CertificateInfo, readCertificate } from './pki-read.ts';

/** What a listener shows, and whom it lets in (absent: everybody). PEM. */
type TlsServer = { readonly certificate: string; readonly clientCa?: string };

/** Who dials: `certificate` and `key` (PEM) are shown where the server asks for them, `insecure` skips the check of the server's. */
export type TlsClient = {
  /** Host name or address dialled. */
  readonly serverName: string;
  /** PEM of the authorities trusted; absent: the system's, which know nothing of a cluster's. */
  readonly ca?: string | undefined;
  readonly insecure?: boolean;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
};

/** What the client finds wrong with the server, after `tls: failed to verify certificate: `; undefined when all is well. */
export function serverProblem(server: TlsServer, { serverName, ca, insecure }: TlsClient, now: number): string | undefined {
  if (insecure) return undefined;
  const info = readCertificate(server.certificate);
  if (!info) return 'x509: malformed certificate';
  const name = nameProblem(info, serverName);
  const chain = chainProblem(server.certificate, ca ?? '', now);
  // Go looks at the chain's dates first, then at the name, then for the authority.
  if (chain?.includes('has expired')) return chain;
  return name ?? chain;
}

/** What the server makes of the client's certificate: the text of the alert it sends. */
function clientProblem({ clientCa }: TlsServer, { certificate, key }: TlsClient, now: number): string | undefined {
  if (clientCa === undefined) return undefined;
  if (certificate === undefined || certificate === '') return 'certificate required';
  if (key !== undefined && !keyMatches({ certificate, key })) return 'error decrypting message';
  const problem = chainProblem(certificate, clientCa, now);
  if (problem === undefined) return undefined;
  if (problem.includes('expired')) return 'expired certificate';
  return problem.includes('malformed') ? 'bad certificate' : 'unknown certificate authority';
}

/** All certificates of a PEM text. */
export const certificatesIn = (pem: string): string[] => pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];

function chainProblem(pem: string, bundle: string, now: number): string | undefined {
  const unknown = 'x509: certificate signed by unknown authority';
  const info = readCertificate(pem);
  if (!info) return 'x509: malformed certificate';
  let problem = unknown;
  for (const ca of certificatesIn(bundle)) {
    const found = verify(pem, ca, now);
    if (found.ok) return undefined;
    if (found.message !== unknown) return found.message;
    const authority = readCertificate(ca);
    if (authority?.subject.commonName === info.issuer.commonName)
      problem = `${unknown} (possibly because of "x509: ${authority.publicKey === '' ? '' : 'Ed25519 '}verification failure" while trying to verify candidate authority certificate "${authority.subject.commonName}")`;
  }
  if (problem === unknown && (now > info.notAfter || now < info.notBefore)) {
    const itself = verify(pem, pem, now);
    if (!itself.ok && itself.message !== unknown) return itself.message;
  }
  return problem;
}

/** x509 Certificate.VerifyHostname. */
function nameProblem({ dnsNames, ips }: CertificateInfo, name: string): string | undefined {
  if (/^[\d.]+$/.test(name)) {
    if (ips.includes(name)) return undefined;
    if (ips.length === 0) return `x509: cannot validate certificate for ${name} because it doesn't contain any IP SANs`;
    return `x509: certificate is valid for ${ips.join(', ')}, not ${name}`;
  }
  const matches = dnsNames.some((each) => each === name || (each.startsWith('*.') && name.slice(name.indexOf('.')) === each.slice(1)));
  if (matches) return undefined;
  return dnsNames.length === 0
    ? 'x509: certificate is not valid for any names, but wanted to match ' + name
    : `x509: certificate is valid for ${dnsNames.join(', ')}, not ${name}`;
}

/** Remembers the last handshake that went well: nothing is looked at anew while the files and the certificate's days are the same. */
export class Handshakes {
  #good: { readonly server: TlsServer; readonly client: TlsClient; readonly from: number; readonly until: number } | undefined;

  /** The problem as a client sees it: its own, or the alert of the server. */
  check(server: TlsServer, client: TlsClient, now: number): { readonly by: 'client' | 'server'; readonly text: string } | undefined {
    const good = this.#good;
    if (good && now >= good.from && now <= good.until && same(good.server, server) && sameClient(good.client, client)) return undefined;
    const mine = serverProblem(server, client, now);
    if (mine) return { by: 'client', text: `tls: failed to verify certificate: ${mine}` };
    const theirs = clientProblem(server, client, now);
    if (theirs) return { by: 'server', text: `remote error: tls: ${theirs}` };
    const certificates = [server.certificate, ...(client.certificate ? [client.certificate] : [])].flatMap((pem) => readCertificate(pem) ?? []);
    this.#good = {
      server,
      client,
      from: Math.max(0, ...certificates.map(({ notBefore }) => notBefore)),
      until: client.insecure ? now : Math.min(...certificates.map(({ notAfter }) => notAfter)),
    };
    return undefined;
  }
}

const same = (a: TlsServer, b: TlsServer): boolean => a.certificate === b.certificate && a.clientCa === b.clientCa;
const sameClient = (a: TlsClient, b: TlsClient): boolean =>
  a.serverName === b.serverName && a.ca === b.ca && a.certificate === b.certificate && a.key === b.key && a.insecure === b.insecure;
