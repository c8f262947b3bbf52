/** curl (8.14). */
import { Errno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { byteLength } from '../../sim/stream.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { type Fetched, fetchOnce, head, parseUrl, type Trouble, type Url, type Wanted } from './http.ts';

export const curl = tool({
  usage: '[options...] <url>',
  summary: 'Transfer a URL.',
  trouble: 2,
  options: [
    ['A,user-agent=<name>', 'Send User-Agent <name> to server'],
    ['b,cookie=<data>', 'Send cookies from string'],
    ['cacert=<file>', 'CA certificate to verify peer against'],
    ['capath=<dir>', ''],
    ['cert,E=<certificate[:password]>', 'Client certificate file'],
    ['key=<key>', 'Private key file name'],
    ['compressed', ''],
    ['connect-timeout=<seconds>', 'Maximum time allowed to connect'],
    ['d,data,data-ascii=<data>', 'HTTP POST data'],
    ['data-binary=<data>', 'HTTP POST binary data'],
    ['data-raw=<data>', 'HTTP POST data, "@" allowed'],
    ['json=<data>', 'HTTP POST JSON'],
    ['f,fail', 'Fail fast with no output on HTTP errors'],
    ['fail-with-body', 'Fail on HTTP errors but save the body'],
    ['G,get', 'Put the post data in the URL and use GET'],
    ['H,header=<header>', 'Pass custom header(s) to server'],
    ['I,head', 'Show document info only'],
    ['i,include,show-headers', 'Include response headers in output'],
    ['k,insecure', 'Allow insecure server connections'],
    ['L,location', 'Follow redirects'],
    ['m,max-time=<seconds>', 'Maximum time allowed for transfer'],
    ['N,no-buffer', ''],
    ['o,output=<file>', 'Write to file instead of stdout'],
    ['oauth2-bearer=<token>', 'OAuth 2 Bearer Token'],
    ['O,remote-name', 'Write output to file named as remote file'],
    ['resolve=<host:port:addr>', 'Resolve host+port to address'],
    ['retry=<num>', 'Retry request if transient problems occur'],
    ['s,silent', 'Silent mode'],
    ['S,show-error', 'Show error even when -s is used'],
    ['u,user=<user:password>', 'Server user and password'],
    ['unix-socket=<path>', 'Connect through this Unix domain socket'],
    ['url=<url>', ''],
    ['v,verbose', 'Make the operation more talkative'],
    ['w,write-out=<format>', 'Output FORMAT after completion'],
    ['X,request=<method>', 'Specify request method to use'],
    ['x,proxy=<proxy>', ''],
    ['4,ipv4', ''],
    ['6,ipv6', ''],
    ['http1.1', ''],
    ['http2', ''],
    ['noproxy=<list>', ''],
  ],
  *run(call) {
    const urls = [...call.all('url'), ...call.operands];
    if (urls.length === 0) {
      yield* call.process.printError("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n");
      return 2;
    }
    for (const [i, text] of urls.entries()) call.status = yield* transfer(call, text, call.all('o')[i]);
    return call.status;
  },
});

function* transfer(call: Call, text: string, output: string | undefined): Routine<number> {
  let url = parseUrl(text);
  if (!url)
    return yield* complain(
      call,
      3,
      `URL rejected: ${/^(?:https?:\/\/)?(?:[/:?]|$)/.test(text) && text !== '' ? 'No host part in the URL' : 'Malformed input to a URL function'}`,
    );
  if (url.scheme !== 'http' && url.scheme !== 'https') return yield* complain(call, 1, `Protocol "${url.scheme}" not supported`);
  const body = yield* data(call);
  if (call.has('G') && body !== '') url = { ...url, path: `${url.path}${url.path.includes('?') ? '&' : '?'}${body}` };
  const sent = call.has('G') ? '' : body;
  const certificate = call.value('cert')?.replace(/:[^/]*$/, '');
  if (certificate !== undefined && url.scheme === 'https' && !call.process.fs.exists(certificate))
    return yield* complain(
      call,
      58,
      `could not load PEM client certificate from ${certificate}, OpenSSL error error:80000002:system library::No such file or directory, (no key found, wrong pass phrase, or wrong file format?)`,
    );
  const pem = certificate === undefined || url.scheme !== 'https' ? undefined : yield* call.slurp(certificate, 58);
  const began = call.process.now;
  let redirects = 0;
  for (let method = call.value('X') ?? (call.has('I') ? 'HEAD' : sent === '' && !hasData(call) ? 'GET' : 'POST'); ; ) {
    const result: Fetched | Trouble = yield* fetchOnce(call.process, wantedOf(call, url, method, sent, pem));
    if ('kind' in result) return yield* failed(call, url, result, call.process.now - began);
    const location: string | undefined = Object.entries(result.response.headers).find(([name]) => name.toLowerCase() === 'location')?.[1];
    if (!call.has('L') || location === undefined || result.response.status < 300 || result.response.status > 399 || redirects++ > 50)
      return yield* deliver(call, { url, result, method, output, milliseconds: call.process.now - began, redirects });
    if (call.has('i')) yield* call.print(head(result.response, url.scheme === 'https'));
    url = parseUrl(location.startsWith('/') ? `${url.scheme}://${url.host}:${url.port}${location}` : location) ?? url;
    if (result.response.status < 307 && method === 'POST') method = 'GET';
  }
}

const hasData = (call: Call): boolean => ['d', 'data-binary', 'data-raw', 'json'].some((key) => call.has(key));

function* data(call: Call): Routine<string> {
  const parts: string[] = [];
  for (const { key, value = '' } of call.given) {
    if (!['d', 'data-binary', 'data-raw', 'json'].includes(key)) continue;
    if (key === 'data-raw' || !value.startsWith('@')) parts.push(value);
    else {
      const text = yield* call.slurp(value.slice(1), 26);
      parts.push(key === 'd' ? text.replace(/[\r\n]/g, '') : text);
    }
  }
  return parts.join(call.has('json') ? '' : '&');
}

function wantedOf(call: Call, url: Url, method: string, body: string, clientCertificate: string | undefined): Wanted {
  const headers: Record<string, string> = { 'User-Agent': call.value('A') ?? 'curl/8.14.1', Accept: call.has('json') ? 'application/json' : '*/*' };
  if (hasData(call) && !call.has('G')) headers['Content-Type'] = call.has('json') ? 'application/json' : 'application/x-www-form-urlencoded';
  const user = call.value('u') ?? url.user;
  const token = call.value('oauth2-bearer');
  if (token !== undefined) headers['Authorization'] = `Bearer ${token}`;
  if (user !== undefined) headers['Authorization'] = `Basic ${Buffer.from(user).toString('base64')}`;
  if (call.has('b')) headers['Cookie'] = call.value('b') ?? '';
  for (const text of call.all('H')) {
    const [name = '', value] = text.split(/:\s*(.*)/s);
    for (const known of Object.keys(headers)) if (known.toLowerCase() === name.toLowerCase()) delete headers[known];
    if (value !== undefined && value !== '') headers[name] = value;
  }
  const seconds = (key: string): number => (call.has(key) ? Number(call.value(key)) * 1000 : Number.POSITIVE_INFINITY);
  const address = call
    .all('resolve')
    .map((each) => each.split(':'))
    .find(([host, port]) => host === url.host && Number(port) === url.port)?.[2];
  // A CA file or a client certificate: what the lab's servers show is signed by the cluster's CA, so it is trusted then.
  const insecure = call.has('k') || call.has('cacert') || call.has('capath');
  return {
    url,
    method,
    headers,
    body,
    connectMilliseconds: Math.min(seconds('connect-timeout'), 300_000),
    totalMilliseconds: seconds('m'),
    insecure,
    address,
    unixSocket: call.value('unix-socket'),
    clientCertificate,
  };
}

function* complain(call: Call, status: number, text: string): Routine<number> {
  if (!call.has('s') || call.has('S')) yield* call.process.printError(`curl: (${status}) ${text}\n`);
  return status;
}

function* failed(call: Call, url: Url, trouble: Trouble, milliseconds: number): Routine<number> {
  const ms = Math.round(milliseconds);
  const could = `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: `;
  const table: Readonly<Record<Trouble['kind'], readonly [number, string]>> = {
    name: [6, `Could not resolve host: ${url.host}`],
    refused: [7, `${could}Could not connect to server`],
    unreachable: [7, `${could}Could not connect to server`],
    'no-network': [7, `${could}Could not connect to server`],
    'connect-timeout':
      call.has('connect-timeout') || call.has('m') ? [28, `Connection timed out after ${ms} milliseconds`] : [28, `${could}Could not connect to server`],
    timeout: [28, `Operation timed out after ${ms} milliseconds with 0 bytes received`],
    'not-tls': [35, 'TLS connect error: error:0A0000C6:SSL routines::packet length too long'],
    'not-plain': [52, 'Empty reply from server'],
    certificate: [
      60,
      'SSL certificate problem: unable to get local issuer certificate\nMore details here: https://curl.se/docs/sslcerts.html\n\ncurl failed to verify the legitimacy of the server and therefore could not\nestablish a secure connection to it. To learn more about this situation and\nhow to fix it, please visit the webpage mentioned above.',
    ],
    empty: [52, 'Empty reply from server'],
    socket: [7, `${could}Could not connect to server`],
    http2: [1, 'Received HTTP/0.9 when not allowed'],
  };
  const [status, text] = table[trouble.kind];
  const result = yield* complain(call, status, text);
  if (call.has('w')) yield* call.print(writeOut(call.value('w') ?? '', { code: '000', milliseconds, size: 0, url, address: trouble.address, type: '' }));
  return result;
}

type Delivery = {
  readonly url: Url;
  readonly result: Fetched;
  readonly method: string;
  readonly output: string | undefined;
  readonly milliseconds: number;
  readonly redirects: number;
};

function* deliver(call: Call, { url, result, method, output, milliseconds }: Delivery): Routine<number> {
  const { response, address } = result;
  const tls = url.scheme === 'https';
  if (call.has('v')) yield* call.process.printError(conversation(call, url, result, method));
  const bad = call.has('f') && response.status >= 400;
  const body = method === 'HEAD' || bad ? '' : response.body;
  const shown = `${(call.has('i') || call.has('I')) && !bad ? head(response, tls) : ''}${body}`;
  const file = call.has('O') ? (url.path.split('?')[0]?.split('/').pop() ?? '') : output;
  if (file === undefined || file === '-') yield* call.print(shown);
  else {
    try {
      call.process.fs.open(file, { write: true, create: true, truncate: true });
      call.process.fs.write(file, shown);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new Failure(`(23) Failure writing output to destination`, 23);
    }
    if (!call.has('s')) yield* call.process.printError(meter(byteLength(body)));
  }
  yield* call.out.flush();
  if (bad || (call.has('fail-with-body') && response.status >= 400)) yield* complain(call, 22, `The requested URL returned error: ${response.status}`);
  const type = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (call.has('w'))
    yield* call.print(writeOut(call.value('w') ?? '', { code: String(response.status), milliseconds, size: byteLength(body), url, address, type }));
  return bad || (call.has('fail-with-body') && response.status >= 400) ? 22 : 0;
}

function conversation(call: Call, url: Url, { response, address }: Fetched, method: string): string {
  const tls = url.scheme === 'https';
  const wanted = wantedOf(call, url, method, '', undefined);
  const hostLine = `${url.host}${url.port === 80 || url.port === 443 ? '' : `:${url.port}`}`;
  const requestHeaders = Object.entries(wanted.headers)
    .map(([name, value]) => `> ${name}: ${value}\n`)
    .join('');
  const answer = head(response, tls)
    .split('\r\n')
    .slice(0, -1)
    .map((line) => `< ${line}\n`)
    .join('');
  return `*   Trying ${address}:${url.port}...\n* Connected to ${url.host} (${address}) port ${url.port}\n> ${method} ${url.path} HTTP/${tls ? '2' : '1.1'}\n> Host: ${hostLine}\n${requestHeaders}> \n* Request completely sent off\n${answer}* Connection #0 to host ${url.host} left intact\n`;
}

const meter = (bytes: number): string =>
  `  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n\r100 ${String(bytes).padStart(5)}  100 ${String(bytes).padStart(5)}    0     0  ${String(bytes * 50).padStart(5)}      0 --:--:-- --:--:-- --:--:-- ${String(bytes * 50).padStart(5)}\n`;

function writeOut(
  format: string,
  facts: { readonly code: string; readonly milliseconds: number; readonly size: number; readonly url: Url; readonly address: string; readonly type: string },
): string {
  const seconds = (facts.milliseconds / 1000).toFixed(6);
  const values: Readonly<Record<string, string>> = {
    http_code: facts.code,
    response_code: facts.code,
    time_total: seconds,
    time_connect: (facts.milliseconds / 2000).toFixed(6),
    time_starttransfer: seconds,
    time_namelookup: '0.000300',
    size_download: String(facts.size),
    remote_ip: facts.address,
    remote_port: String(facts.url.port),
    url_effective: `${facts.url.scheme}://${facts.url.host}${facts.url.port === 80 || facts.url.port === 443 ? '' : `:${facts.url.port}`}${facts.url.path}`,
    content_type: facts.type,
    scheme: facts.url.scheme,
    exitcode: facts.code === '000' ? '1' : '0',
  };
  return format
    .replace(/%\{(\w+)\}|%%/g, (whole, name: string | undefined) => (name === undefined ? '%' : (values[name] ?? whole)))
    .replace(/\\([nrt\\])/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t', '\\': '\\' })[letter] ?? letter);
}
