/** wget (GNU 1.25), and busybox's manners where they are what people know. */
import { statusText } from '../../linux/protocols.ts';
import type { Routine } from '../../sim/routine.ts';
import { byteLength } from '../../sim/stream.ts';
import { isBusybox, isOldBusybox } from '../busybox-words.ts';
import { strftime } from '../time.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { fetchOnce, head, parseUrl, type Trouble, type Url } from './http.ts';

export const wget = tool({
  usage: '[OPTION]... [URL]...',
  summary: 'Non-interactive download of files from the Web.',
  normalize: (args) => args.flatMap((arg) => (/^-q?O-$/.test(arg) ? (arg.includes('q') ? ['-q', '-O', '-'] : ['-O', '-']) : [arg])),
  options: [
    ['q,quiet', 'quiet (no output)'],
    ['O,output-document=FILE', 'write documents to FILE'],
    ['P,directory-prefix=PREFIX', 'save files to PREFIX/..'],
    ['spider', "don't download anything"],
    ['S,server-response', 'print server response'],
    ['T,timeout=SECONDS', 'set all timeout values to SECONDS'],
    ['t,tries=NUMBER', 'set number of retries to NUMBER'],
    ['header=STRING', 'insert STRING among the headers'],
    ['post-data=STRING', 'use the POST method; send STRING as the data'],
    ['method=METHOD', 'use method "METHOD" in the request'],
    ['body-data=STRING', 'send STRING as data'],
    ['no-check-certificate', "don't validate the server's certificate"],
    ['no-verbose,nv', ''],
    ['U,user-agent=AGENT', 'identify as AGENT'],
    ['c,continue', ''],
    ['no-proxy', ''],
    ['Y=on', ''],
  ],
  *run(call) {
    if (call.operands.length === 0) throw new Failure("missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.");
    for (const text of call.operands) {
      const status = yield* download(call, text);
      if (status !== 0) call.status = status;
    }
    return call.status;
  },
});

function* say(call: Call, text: string): Routine {
  if (!call.has('q')) yield* call.process.printError(text);
}

/** Where an answer sends one on to. */
function nextUrl(
  { status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  { scheme, host, port }: Url,
): string | undefined {
  const location = Object.entries(headers).find(([name]) => name.toLowerCase() === 'location')?.[1];
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  return location.startsWith('/') ? `${scheme}://${host}:${port}${location}` : location;
}

function* download(call: Call, text: string, redirections = 0): Routine<number> {
  const url = parseUrl(text);
  if (!url || (url.scheme !== 'http' && url.scheme !== 'https')) {
    yield* call.process.printError(`${text}: Unsupported scheme.\n`);
    return 1;
  }
  const shown = `${url.scheme}://${url.host}${url.port === (url.scheme === 'https' ? 443 : 80) ? '' : `:${url.port}`}${url.path}`;
  const busybox = isBusybox(call.process);
  if (!busybox) yield* say(call, `--${strftime('%Y-%m-%d %H:%M:%S', call.process.now)}--  ${shown}\n`);
  const headers: Record<string, string> = { 'User-Agent': call.value('U') ?? 'Wget/1.25.0', Accept: '*/*' };
  for (const header of call.all('header')) {
    const [name = '', value = ''] = header.split(/:\s*(.*)/s);
    headers[name] = value;
  }
  const body = call.value('post-data') ?? call.value('body-data') ?? '';
  const milliseconds = call.has('T') ? Number(call.value('T')) * 1000 : 900_000;
  const method = call.value('method') ?? (call.has('post-data') ? 'POST' : call.has('spider') ? 'HEAD' : 'GET');
  const result = yield* fetchOnce(call.process, {
    url,
    method,
    headers,
    body,
    connectMilliseconds: milliseconds,
    totalMilliseconds: milliseconds,
    insecure: call.has('no-check-certificate'),
  });
  if ('kind' in result) return yield* busybox ? failedApplet(call, url, result) : failed(call, url, result);
  const { response, address } = result;
  const next = nextUrl(response, url);
  if (busybox) {
    if (next === undefined) return yield* answered(call, url, { ...response, address });
    yield* say(call, `Connecting to ${url.host} (${address}:${url.port})\n`);
    if (redirections < 5) return yield* download(call, next, redirections + 1);
    yield* call.process.printError('wget: too many redirections\n');
    return 1;
  }
  yield* say(call, `${connecting(url, address)}connected.\nHTTP request sent, awaiting response... ${response.status} ${statusText(response.status)}\n`);
  if (call.has('S'))
    yield* call.process.printError(
      `${head(response, false)
        .trimEnd()
        .split('\r\n')
        .map((line) => `  ${line}`)
        .join('\n')}\n`,
    );
  if (next !== undefined) {
    yield* say(call, redirections < 20 ? `Location: ${next} [following]\n` : '20 redirections exceeded.\n');
    return redirections < 20 ? yield* download(call, next, redirections + 1) : 8;
  }
  if (response.status >= 400) {
    yield* say(call, `${strftime('%Y-%m-%d %H:%M:%S', call.process.now)} ERROR ${response.status}: ${statusText(response.status)}.\n\n`);
    return 8;
  }
  if (call.has('spider')) {
    yield* say(call, 'Remote file exists.\n\n');
    return 0;
  }
  return yield* save(call, url, response);
}

/** busybox's wget: networking/wget.c. What goes wrong it says even when it is to be quiet. */
function* answered(
  call: Call,
  url: Url,
  { status, body, address }: { readonly status: number; readonly body: string; readonly address: string },
): Routine<number> {
  yield* say(call, `Connecting to ${url.host} (${address}:${url.port})\n`);
  if (status >= 400) {
    yield* call.process.printError(`wget: server returned error: HTTP/1.1 ${status} ${statusText(status)}\n`);
    return 1;
  }
  if (call.has('spider')) {
    yield* say(call, 'remote file exists\n');
    return 0;
  }
  const name = call.value('O') ?? `${call.has('P') ? `${call.value('P')}/` : ''}${url.path.split('?')[0]?.split('/').pop() || 'index.html'}`;
  const old = isOldBusybox(call.process);
  if (!old) yield* say(call, name === '-' ? 'writing to stdout\n' : `saving to '${name}'\n`);
  if (name === '-') yield* call.print(body);
  else {
    call.process.fs.open(name, { write: true, create: true, truncate: true });
    call.process.fs.write(name, body);
  }
  yield* call.out.flush();
  yield* say(call, `${name.slice(0, 20).padEnd(20)} 100% |${'*'.repeat(32)}| ${String(byteLength(body)).padStart(5)}  0:00:00 ETA\n`);
  if (!old) yield* say(call, name === '-' ? 'written to stdout\n' : `'${name}' saved\n`);
  return 0;
}

function* failedApplet(call: Call, url: Url, { kind, address }: Trouble): Routine<number> {
  if (kind !== 'name') yield* say(call, `Connecting to ${url.host} (${address}:${url.port})\n`);
  const remote = (why: string): string => `can't connect to remote host (${address}): ${why}`;
  const texts: Readonly<Partial<Record<Trouble['kind'], string>>> = {
    name: `bad address '${url.host}'`,
    refused: remote('Connection refused'),
    unreachable: remote('No route to host'),
    'no-network': remote('Network is unreachable'),
    'connect-timeout': call.has('T') ? 'download timed out' : remote('Connection timed out'),
    timeout: 'download timed out',
  };
  yield* call.process.printError(`wget: ${texts[kind] ?? 'error getting response'}\n`);
  return 1;
}

function* save(call: Call, url: Url, { body, headers }: { readonly body: string; readonly headers: Readonly<Record<string, string>> }): Routine<number> {
  const output = call.value('O');
  const length = byteLength(body);
  const name = output ?? `${call.has('P') ? `${call.value('P')}/` : ''}${url.path.split('?')[0]?.split('/').pop() || 'index.html'}`;
  const type = Object.entries(headers)
    .find(([header]) => header.toLowerCase() === 'content-type')?.[1]
    .split(';')[0];
  const size = length < 1024 ? '' : ` (${length < 1024 ** 2 ? `${(length / 1024).toFixed(length < 10_240 ? 1 : 0)}K` : `${(length / 1024 ** 2).toFixed(1)}M`})`;
  yield* say(call, `Length: ${length}${size}${type ? ` [${type}]` : ''}\nSaving to: '${name === '-' ? 'STDOUT' : name}'\n\n`);
  if (name === '-') yield* call.print(body);
  else {
    call.process.fs.open(name, { write: true, create: true, truncate: true });
    call.process.fs.write(name, body);
  }
  yield* call.out.flush();
  yield* say(
    call,
    `${strftime('%Y-%m-%d %H:%M:%S', call.process.now)} (25.0 MB/s) - ${name === '-' ? 'written to stdout' : `'${name}' saved`} [${length}/${length}]\n\n`,
  );
  return 0;
}

const connecting = ({ host, port }: Url, address: string): string =>
  host === address ? `Connecting to ${host}:${port}... ` : `Resolving ${host} (${host})... ${address}\nConnecting to ${host} (${host})|${address}|:${port}... `;

function* failed(call: Call, url: Url, trouble: Trouble): Routine<number> {
  const at = connecting(url, trouble.address);
  const texts: Readonly<Record<Trouble['kind'], readonly [number, string]>> = {
    name: [4, `Resolving ${url.host} (${url.host})... failed: Name or service not known.\nwget: unable to resolve host address '${url.host}'\n`],
    refused: [4, `${at}failed: Connection refused.\n`],
    unreachable: [4, `${at}failed: No route to host.\n`],
    'no-network': [4, `${at}failed: Network is unreachable.\n`],
    'connect-timeout': [4, `${at}failed: Connection timed out.\n`],
    timeout: [4, `${at}connected.\nHTTP request sent, awaiting response... Read error (Connection timed out) in headers.\n`],
    'not-tls': [4, `${at}connected.\nUnable to establish SSL connection.\n`],
    'not-plain': [4, `${at}connected.\nHTTP request sent, awaiting response... No data received.\n`],
    certificate: [
      5,
      `${at}connected.\nERROR: cannot verify ${url.host}'s certificate:\n  Unable to locally verify the issuer's authority.\nTo connect to ${url.host} insecurely, use \`--no-check-certificate'.\n`,
    ],
    empty: [4, `${at}connected.\nHTTP request sent, awaiting response... No data received.\n`],
    socket: [4, `${at}failed.\n`],
    http2: [4, `${at}failed.\n`],
  };
  const [status, text] = texts[trouble.kind];
  yield* say(call, text);
  return status;
}
