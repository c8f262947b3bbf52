/** Small HTTP servers of demonstration images. */
import { goLogTime } from '../../apimachinery/go-units.ts';
import { isErrno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import type { HttpRequest, HttpResponse } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { commonLogTime, flag, type Handler, listenHttp, log, textResponse, waitForSignal } from './service.ts';

/** As the process' UTS namespace has it. */
export const hostname = (process: Process): string => process.namespaces.uts.hostname;

/** Serves until a signal; says how the port could not be had. */
export function* serveOn(process: Process, port: number, handle: Handler, busy: (port: number) => string): Routine<number> {
  let listener: { close(): void };
  try {
    listener = listenHttp(process, port, handle);
  } catch (error) {
    if (!isErrno(error, 'EADDRINUSE')) throw error;
    yield* log(process, busy(port), 2);
    return 1;
  }
  try {
    process.allocate(4_000_000);
    yield* waitForSignal(process);
    return 0;
  } finally {
    listener.close();
  }
}

/** Go's words for a port in use. */
export const goBusy = (port: number): string => `listen tcp :${port}: bind: address already in use`;

/** hashicorp/http-echo. */
export const httpEcho: Program = function* (argv, process) {
  const text = flag(argv, 'text') ?? process.env['ECHO_TEXT'];
  if (text === undefined) {
    yield* process.printError('Missing -text option!\n');
    return 127;
  }
  const port = Number(/(\d+)$/.exec(flag(argv, 'listen') ?? ':5678')?.[1]);
  yield* log(process, `${goLogTime(process.now)} [INFO] server is listening on :${port}`, 2);
  return yield* serveOn(
    process,
    port,
    function* (request) {
      yield* sleep(0.2);
      yield* log(
        process,
        `${goLogTime(process.now)} ${request.host} ${request.remoteAddress} "${request.method} ${request.path} HTTP/1.1" 200 ${text.length + 1} "curl" 20µs`,
      );
      return textResponse(200, `${text}\n`, { 'X-App-Name': 'http-echo' });
    },
    goBusy,
  );
};

/** traefik/whoami. */
export const whoamiServer: Program = function* (argv, process) {
  const port = Number(flag(argv, 'port') ?? process.env['WHOAMI_PORT_NUMBER'] ?? 80);
  yield* log(process, `${goLogTime(process.now)} Starting up on port ${port}`);
  return yield* serveOn(
    process,
    port,
    function* ({ method, path, host, headers, remoteAddress }) {
      yield* sleep(0.2);
      const addresses = ['127.0.0.1', ...process.namespaces.network.addresses()].map((address) => `IP: ${address}\n`).join('');
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
      return textResponse(
        200,
        `Hostname: ${hostname(process)}\n${addresses}RemoteAddr: ${remoteAddress}:40000\n${method} ${path} HTTP/1.1\nHost: ${host}\n${lines.join('')}\n`,
      );
    },
    goBusy,
  );
};

/** A server that says one line at its start (none where it is empty) and answers each request alike; PORT in the environment moves it. */
export const fixed = (port: number, start: (process: Process, port: number) => string, body: (process: Process, request: HttpRequest) => string): Program =>
  function* (_argv, process) {
    const chosen = Number(process.env['PORT'] ?? port);
    const first = start(process, chosen);
    if (first !== '') yield* log(process, first);
    return yield* serveOn(
      process,
      chosen,
      function* (request) {
        yield* sleep(0.3);
        return textResponse(200, body(process, request));
      },
      goBusy,
    );
  };

/** google-samples/hello-app. */
export const helloApp = (version: string): Program =>
  fixed(
    8080,
    (process, port) => `${goLogTime(process.now)} Server listening on port ${port}`,
    (process) => `Hello, world!\nVersion: ${version}\nHostname: ${hostname(process)}\n`,
  );
/** google-samples/kubernetes-bootcamp. */
export const bootcamp = (version: number): Program =>
  fixed(
    8080,
    (process) => `Kubernetes Bootcamp App Started At: ${new Date(process.now).toISOString()} | Running On:  ${hostname(process)} \n`,
    (process) => `Hello Kubernetes bootcamp! | Running on: ${hostname(process)} | v=${version}\n`,
  );
/** echoserver. */
export const echoserver = fixed(
  8080,
  () => 'Generating self-signed cert',
  (process, { method, path, host, remoteAddress }) =>
    `\n\nHostname: ${hostname(process)}\n\nRequest Information:\n\tclient_address=${remoteAddress}\n\tmethod=${method}\n\treal path=${path}\n\trequest_uri=http://${host}:8080${path}\n\n`,
);
/** hpa-example: each request costs CPU. */
export const hpaExample: Program = function* (_argv, process) {
  yield* log(
    process,
    `AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using ${process.namespaces.network.sourceAddress()}. Set the 'ServerName' directive globally to suppress this message`,
    2,
  );
  return yield* serveOn(
    process,
    80,
    function* (): Routine<HttpResponse> {
      yield* process.work(120);
      return textResponse(200, 'OK!', { 'Content-Type': 'text/html' });
    },
    goBusy,
  );
};

/** podinfo. */
export const podinfo = fixed(
  9898,
  (process) =>
    `{"level":"info","ts":"${new Date(process.now).toISOString()}","caller":"podinfo/main.go:153","msg":"Starting podinfo","version":"6.9.2","port":"9898"}`,
  (process) =>
    `{\n  "hostname": "${hostname(process)}",\n  "version": "6.9.2",\n  "message": ${JSON.stringify(process.env['PODINFO_UI_MESSAGE'] ?? 'greetings from podinfo v6.9.2')}\n}\n`,
);

/** What Apache says at its start; `build` is the rest of its name, its first parenthesis closed. */
export function* apacheStart(process: Process, version: string, build: string, command = 'apache2'): Routine {
  const name = `AH00558: ${command}: Could not reliably determine the server's fully qualified domain name, using ${process.namespaces.network.sourceAddress()}. Set the 'ServerName' directive globally to suppress this message`;
  const stamp = new Date(process.now).toUTCString();
  const at = `[${stamp.slice(0, 3)} ${stamp.slice(8, 11)} ${stamp.slice(5, 7)} ${stamp.slice(17, 25)}.000000 ${stamp.slice(12, 16)}]`;
  const model = command === 'httpd' ? 'mpm_event' : 'mpm_prefork';
  yield* log(process, `${name}\n${name}`, 2);
  yield* log(
    process,
    `${at} [${model}:notice] [pid 1:tid 1] AH00${command === 'httpd' ? 489 : 163}: Apache/${version} (${build} configured -- resuming normal operations\n${at} [core:notice] [pid 1:tid 1] AH00094: Command line: '${command} -D FOREGROUND'`,
    2,
  );
}

/** Apache httpd. */
export const httpd: Program = function* (argv, process) {
  const version = process.env['HTTPD_VERSION'] ?? '2.4.65';
  if (argv.includes('-v')) {
    yield* process.print(`Server version: Apache/${version} (Unix)\n`);
    return 0;
  }
  const root = '/usr/local/apache2/htdocs';
  const port = Number(
    /^Listen\s+(?:\S+:)?(\d+)/m.exec(
      process.fs.exists('/usr/local/apache2/conf/httpd.conf') ? process.fs.read('/usr/local/apache2/conf/httpd.conf') : '',
    )?.[1] ?? 80,
  );
  yield* apacheStart(process, version, 'Unix)', 'httpd');
  process.onSignal('SIGWINCH', () => process.exit(0));
  return yield* serveOn(
    process,
    port,
    function* (request) {
      yield* sleep(0.3);
      const path = `${root}${request.path.split('?')[0]}`;
      const inode = process.fs.find(path.endsWith('/') ? `${path}index.html` : path);
      const response =
        inode?.type === 'file'
          ? textResponse(200, inode.read(), { 'Content-Type': 'text/html' })
          : textResponse(
              404,
              '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n',
              { 'Content-Type': 'text/html; charset=iso-8859-1' },
            );
      yield* log(
        process,
        `${request.remoteAddress} - - [${commonLogTime(process.now)}] "${request.method} ${request.path} HTTP/1.1" ${response.status} ${response.body.length}`,
      );
      return { ...response, headers: { Server: `Apache/${version} (Unix)`, ...response.headers } };
    },
    (busy) =>
      `(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:${busy}\nno listening sockets available, shutting down\nAH00015: Unable to open logs`,
  );
};

/** python3: the http.server module only. */
export const python3: Program = function* (argv, process) {
  if (argv[1] === '--version' || argv[1] === '-V') {
    yield* process.print(`Python ${process.env['PYTHON_VERSION'] ?? '3.13.7'}\n`);
    return 0;
  }
  if (argv[1] !== '-m' && !(argv[1] === '-u' && argv[2] === '-m')) {
    yield* process.printError('k8s-lab: python3 is not simulated, but for `python3 -m http.server`\n');
    return 70;
  }
  const [module, ...rest] = argv.slice(argv.indexOf('-m') + 1);
  if (module !== 'http.server') {
    yield* process.printError(`/usr/local/bin/python3: No module named ${module}\n`);
    return 1;
  }
  const port = Number(rest.find((arg) => /^\d+$/.test(arg)) ?? 8000);
  const folder = flag(rest, 'directory') ?? flag(rest, 'd') ?? process.cwd;
  yield* log(process, `Serving HTTP on 0.0.0.0 port ${port} (http://0.0.0.0:${port}/) ...`);
  return yield* serveOn(
    process,
    port,
    function* (request) {
      yield* sleep(1);
      const path = `${folder}${request.path.split('?')[0]}`;
      const inode = process.fs.find(path);
      const index = process.fs.find(`${path}/index.html`);
      const page = inode?.type === 'file' ? inode : index?.type === 'file' ? index : undefined;
      const listing =
        inode?.type === 'directory' && !page
          ? `<!DOCTYPE HTML>\n<html lang="en">\n<body>\n<ul>\n${process.fs
              .list(path)
              .map(([name]) => `<li><a href="${name}">${name}</a></li>\n`)
              .join('')}</ul>\n</body>\n</html>\n`
          : undefined;
      const body = page?.read() ?? listing;
      yield* log(
        process,
        `${request.remoteAddress} - - [${commonLogTime(process.now).slice(0, -6).replace(':', ' ')}] "${request.method} ${request.path} HTTP/1.1" ${body === undefined ? 404 : 200} -`,
        2,
      );
      return body === undefined ? textResponse(404, 'File not found\n') : textResponse(200, body, { 'Content-Type': 'text/html' });
    },
    () => 'OSError: [Errno 98] Address already in use',
  );
};
