/** `openssl s_client -connect`: what a TLS port shows. */
import { serverProblem } from '../../apimachinery/tls.ts';
import { connect, NetworkError } from '../../linux/network.ts';
import { readAll } from '../../linux/open-file.ts';
import { type HttpServer, httpProtocol } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { resolve } from '../network/resolver.ts';
import { parseCertificate } from './build.ts';
import { type Call, Failure, type OpensslCommand } from './call.ts';
import { printName } from './names.ts';
import { date, timeOf } from './print.ts';

function* sClient(call: Call): Routine<number> {
  const { process } = call;
  const target = call.value('connect') ?? call.operands[0] ?? 'localhost:4433';
  const [host = '', port = '4433'] = target.split(':');
  const found = yield* resolve(process, host);
  if ('failed' in found)
    throw new Failure(
      `4047B2F7:error:10080002:BIO routines:BIO_lookup_ex:system lib:../crypto/bio/bio_addr.c:762:Name or service not known\nconnect:errno=22\n`,
    );
  for (const option of ['brief', 'quiet']) if (call.has(option)) throw new Failure(`k8s-lab: openssl s_client -${option} is not simulated\n`, 70);
  yield* process.printError(`Connecting to ${found.addresses[0] ?? host}\n`);
  let tls: { certificate: string; clientCa?: string } | undefined;
  try {
    const listener = connect(process.namespaces.network, found.addresses[0] ?? host, Number(port), process.sim.random);
    const http = listener.servers.get(httpProtocol.name) as HttpServer | undefined;
    if (!listener.tls && !http?.tls) return yield* notTls(call);
    tls = listener.tls?.();
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    yield* sleep(error.afterMilliseconds);
    throw new Failure(
      `4007E2A1:error:8000006F:system library:BIO_connect:${error.message}:../crypto/bio/bio_sock2.c:178:calling connect()\n4007E2A1:error:10000067:BIO routines:BIO_connect:connect error:../crypto/bio/bio_sock2.c:180:\nconnect:errno=${error.code === 'ECONNREFUSED' ? 111 : 110}\n`,
    );
  }
  yield* sleep(4);
  if (!tls) return yield* notTls(call);
  const problem = serverProblem(
    { certificate: tls.certificate },
    { serverName: host, ca: call.value('CAfile') ? call.read(call.value('CAfile') ?? '') : '' },
    process.now,
  );
  yield* report(call, tls, host, problem?.includes('valid for') ? undefined : problem);
  if (tls.clientCa !== undefined && call.value('cert') === undefined)
    yield* process.printError(
      `40${process.pid}F:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../ssl/record/rec_layer_s3.c:916:SSL alert number 116\n`,
    );
  else yield* readAll(process.stdin);
  if (tls.clientCa === undefined) yield* process.printError('DONE\n');
  return 0;
}

function* notTls(call: Call): Routine<number> {
  yield* call.process.print(
    'CONNECTED(00000003)\n---\nno peer certificate available\n---\nNo client certificate CA names sent\n---\nSSL handshake has read 5 bytes and written 1549 bytes\nVerification: OK\n---\nNew, (NONE), Cipher is (NONE)\nThis TLS version forbids renegotiation.\nCompression: NONE\nExpansion: NONE\nNo ALPN negotiated\nEarly data was not sent\nVerify return code: 0 (ok)\n---\n',
  );
  yield* call.process.printError('40B7A2F7:error:0A0000C6:SSL routines:tls_get_more_records:packet length too long:../ssl/record/methods/tls_common.c:662:\n');
  return 1;
}

function* report(call: Call, tls: { readonly certificate: string; readonly clientCa?: string }, _host: string, problem: string | undefined): Routine {
  const { process } = call;
  const parsed = parseCertificate(tls.certificate);
  if (!parsed) return;
  const subject = printName(parsed.subject);
  const issuer = parsed.issuer ? printName(parsed.issuer) : '';
  const [from, to] = (parsed.validity?.children ?? []).map((node) => date(timeOf(node)));
  const [code, text] =
    problem === undefined ? [0, 'ok'] : problem.includes('expired') ? [10, 'certificate has expired'] : [21, 'unable to verify the first certificate'];
  const steps =
    code === 21
      ? `depth=0 ${subject}\nverify error:num=20:unable to get local issuer certificate\nverify return:1\ndepth=0 ${subject}\nverify error:num=21:unable to verify the first certificate\nverify return:1\n`
      : code === 10
        ? `depth=0 ${subject}\nverify error:num=10:certificate has expired\nnotAfter=${to}\nverify return:1\n`
        : `depth=1 ${issuer}\nverify return:1\n`;
  yield* process.printError(`${steps}depth=0 ${subject}\nverify return:1\n`);
  const names = tls.clientCa ? parseCertificate(tls.clientCa) : undefined;
  yield* process.print(`CONNECTED(00000003)
---
Certificate chain
 0 s:${subject}
   i:${issuer}
   a:PKEY: ED25519, 256 (bit); sigalg: ED25519
   v:NotBefore: ${from}; NotAfter: ${to}
${call.has('showcerts') ? `${tls.certificate.trim()}\n` : ''}---
Server certificate
${tls.certificate.trim()}
subject=${subject}
issuer=${issuer}
---
${names ? `Acceptable client certificate CA names\n${printName(names.subject)}\n` : 'No client certificate CA names sent\n'}Peer signature type: ed25519
Peer Temp Key: X25519MLKEM768
---
SSL handshake has read 2065 bytes and written 1601 bytes
${code === 0 ? 'Verification: OK' : `Verification error: ${text}`}
---
New, TLSv1.3, Cipher is TLS_AES_128_GCM_SHA256
Protocol: TLSv1.3
Server public key is 256 bit
This TLS version forbids renegotiation.
Compression: NONE
Expansion: NONE
No ALPN negotiated
Early data was not sent
Verify return code: ${code} (${text})
---
`);
}

export const sClientCommand: OpensslCommand = {
  values: ['connect', 'servername', 'CAfile', 'cert', 'key', 'alpn', 'verify', 'verify_hostname'],
  switches: ['showcerts', 'brief', 'quiet', 'tls1_2', 'tls1_3', 'ign_eof', 'no_ign_eof', 'verify_return_error'],
  run: sClient,
};
