/** Servers and jobs of books and courses: what a learner sees of them is here in few lines. */
import { connect, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import type { HttpRequest, HttpResponse } from '../../linux/protocols.ts';
import { own } from '../../sim/own.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { resolveName } from './proxy.ts';
import { commonLogTime, flag, listenWith, log, textResponse, waitForSignal } from './service.ts';
import { apacheStart, fixed, goBusy, hostname, serveOn } from './small-servers.ts';

const html = (status: number, title: string, body: string): HttpResponse =>
  textResponse(status, `<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body>\n${body}\n</body>\n</html>\n`, {
    'Content-Type': 'text/html; charset=utf-8',
  });

/** luksa/kubia of "Kubernetes in Action": v3 fails from its fifth request on. */
function kubia(version: 1 | 2 | 3 | 4): Program {
  return function* (_argv, process) {
    let requests = 0;
    yield* log(process, 'Kubia server starting...');
    return yield* serveOn(
      process,
      8080,
      function* ({ remoteAddress }) {
        yield* sleep(0.5);
        yield* log(process, `Received request from ::ffff:${remoteAddress}`);
        if (version === 3 && ++requests >= 5) return textResponse(500, `Some internal error has occurred! This is pod ${hostname(process)}\n`);
        return textResponse(200, version === 1 ? `You've hit ${hostname(process)}\n` : `This is v${version} running in pod ${hostname(process)}\n`);
      },
      () => "Error: listen EADDRINUSE: address already in use :::8080\n    at Server.setupListenHandle (node:net:1)\n  code: 'EADDRINUSE'",
    );
  };
}

/** Says what it was asked, as the servers of minikube's examples do. */
const echoServer: Program = function* (_argv, process) {
  const port = Number(process.env['PORT'] ?? 8080);
  yield* log(process, `Echo server listening on port ${port}.`);
  return yield* serveOn(
    process,
    port,
    function* ({ method, path, host, headers, remoteAddress, body }) {
      yield* sleep(0.2);
      yield* log(process, `${remoteAddress}:40000 | ${method} ${path}`);
      const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\n`);
      return textResponse(200, `Request served by ${hostname(process)}\n\n${method} ${path} HTTP/1.1\n\n${lines.join('')}${body ? `\n${body}` : ''}`);
    },
    goBusy,
  );
};

/** nginxdemos/hello. */
function nginxHello(port: number, plain: boolean): Program {
  return function* (_argv, process) {
    process.onSignal('SIGQUIT', () => process.exit(0));
    return yield* serveOn(
      process,
      port,
      function* ({ method, path, remoteAddress }) {
        yield* sleep(0.2);
        yield* log(process, `${remoteAddress} - - [${commonLogTime(process.now)}] "${method} ${path} HTTP/1.1" 200 - "-" "-" "-"`);
        const facts = [
          `Server address: ${process.namespaces.network.sourceAddress()}:${port}`,
          `Server name: ${hostname(process)}`,
          `Date: ${commonLogTime(process.now)}`,
          `URI: ${path}`,
          `Request ID: ${process.sim.random.hex(32)}`,
        ];
        return plain ? textResponse(200, `${facts.join('\n')}\n`) : html(200, 'Hello World', facts.map((fact) => `<p>${fact}</p>`).join('\n'));
      },
      () => `nginx: [emerg] bind() to 0.0.0.0:${port} failed (98: Address already in use)`,
    );
  };
}

const colors: readonly string[] = ['red', 'green', 'blue', 'blue2', 'pink', 'darkblue'];
const flaskStart = (port: number): string =>
  ` * Serving Flask app 'app'\n * Debug mode: off\n * Running on all addresses (0.0.0.0)\n * Running on http://127.0.0.1:${port}`;

/** kodekloud/webapp-color: `--color` before APP_COLOR before chance. */
const webappColor: Program = function* (argv, process) {
  const asked = flag(argv, 'color') ?? process.env['APP_COLOR'];
  const color = asked ?? process.sim.random.pick(colors);
  yield* log(
    process,
    asked === undefined
      ? `No command line argument or environment variable. Picking a Random Color =${color}`
      : `Color from ${flag(argv, 'color') ? 'command line argument' : 'environment variable'} =${color}`,
  );
  if (!colors.includes(color)) {
    yield* log(process, `Color not supported. Received '${color}' expected one of ${colors.join(',')}`);
    return 1;
  }
  yield* log(process, flaskStart(8080), 2);
  return yield* serveOn(
    process,
    8080,
    function* (request) {
      yield* sleep(1);
      yield* log(process, `${request.remoteAddress} - - [${commonLogTime(process.now)}] "${request.method} ${request.path} HTTP/1.1" 200 -`, 2);
      return request.path.startsWith('/color')
        ? textResponse(200, color)
        : html(200, 'Hello from Flask', `<body style="background: ${color};"></body>\n<h1>Hello from ${hostname(process)}!</h1>`);
    },
    () => 'Address already in use\nPort 8080 is in use by another program. Either identify and stop that program, or start the server with a different port.',
  );
};

/** kodekloud/event-simulator: a line a second, some of them warnings. */
const eventSimulator: Program = function* (_argv, process) {
  const { random } = process.sim;
  for (let count = 1; ; count++) {
    const say = (level: string, text: string): Routine =>
      log(process, `[${new Date(process.now).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',')}] ${level} in event-simulator: ${text}`);
    yield* say('INFO', `USER${1 + random.int(4)} ${random.pick(['logged in', 'logged out', 'is viewing page1', 'is viewing page2', 'is viewing page3'])}`);
    if (count % 5 === 0) yield* say('WARNING', 'USER5 Failed to Login: the account is locked after many failed attempts.');
    if (count % 8 === 0) yield* say('WARNING', 'USER7 Order failed: the item is out of stock.');
    yield* sleep(1000);
  }
};

/** kodekloud/throw-dice: succeeds with a six. */
const throwDice: Program = function* (_argv, process) {
  const thrown = 1 + process.sim.random.int(6);
  yield* log(process, String(thrown));
  return thrown === 6 ? 0 : 1;
};

/** wbitt/network-multitool: says where one has arrived. */
const networkMultitool: Program = function* (_argv, process) {
  const port = Number(process.env['HTTP_PORT'] ?? 80);
  return yield* serveOn(
    process,
    port,
    function* () {
      yield* sleep(0.2);
      return textResponse(
        200,
        `WBITT Network MultiTool (with NGINX) - ${hostname(process)} - ${process.namespaces.network.sourceAddress()} - HTTP: ${port} , HTTPS: 443\n`,
      );
    },
    () => `nginx: [emerg] bind() to 0.0.0.0:${port} failed (98: Address already in use)`,
  );
};

/** Takes connections on the port that its argument names, and answers nobody. */
const tcpServer: Program = function* (argv, process) {
  const listener = listenWith(process, Number(argv[1] ?? 8080), { name: 'tcp' }, {});
  try {
    yield* waitForSignal(process);
    return 0;
  } finally {
    listener.close();
  }
};

/** quay.io/openshiftlabs/simpleservice of "Kubernetes by Example". */
const simpleService: Program = function* (_argv, process) {
  const version = process.env['SIMPLE_SERVICE_VERSION'] ?? '0.5.0';
  const say = (text: string, line: number): Routine => log(process, `${new Date(process.now).toISOString().slice(0, 19)} INFO ${text} [at line ${line}]`, 2);
  yield* say(`This is simple service in version v${version} listening on port 9876`, 142);
  return yield* serveOn(
    process,
    9876,
    function* ({ path, host, remoteAddress }) {
      yield* sleep(0.5);
      const answers: Readonly<Record<string, object>> = {
        '/endpoint0': { host, version, result: 'all is well' },
        '/health': { healthy: true },
        '/info': { host, version, from: remoteAddress },
      };
      const answer = own(answers, path);
      if (!answer) return html(404, '404: Not Found', '404: Not Found');
      yield* say(`${path} serving from ${host} has been invoked from ${remoteAddress}`, 101);
      return textResponse(
        200,
        JSON.stringify(answer)
          .replace(/([:,])"/g, '$1 "')
          .replace(':true', ': true'),
        { 'Content-Type': 'application/json' },
      );
    },
    goBusy,
  );
};

/** One page at every path: a port, then the text, in which `{}` is the host name. */
const page: Program = function* (argv, process) {
  const text = argv.slice(2).join(' ').replace('{}', hostname(process));
  return yield* serveOn(
    process,
    Number(argv[1]),
    function* () {
      yield* sleep(0.3);
      return textResponse(200, `${text}\n`, { 'Content-Type': text.startsWith('<') ? 'text/html' : 'text/plain' });
    },
    goBusy,
  );
};

/** A collector of logs with nobody to send them to: it starts, and waits. */
const fluentd: Program = function* (_argv, process) {
  const say = (text: string): Routine => log(process, `${new Date(process.now).toISOString().slice(0, 19).replace('T', ' ')} +0000 [info]: ${text}`);
  yield* say('starting fluentd-1.17.1 pid=1 ruby="3.2.6"');
  yield* say('#0 fluentd worker is now running worker=0');
  yield* waitForSignal(process);
  return 0;
};

/** Apache with PHP in it, and an application that is answered by `handle`. */
function apachePhp(handle: (process: Process, request: HttpRequest) => Routine<HttpResponse>): Program {
  return function* (_argv, process) {
    yield* apacheStart(process, '2.4.65', 'Debian) PHP/8.3.26');
    process.onSignal('SIGWINCH', () => process.exit(0));
    return yield* serveOn(
      process,
      80,
      function* (request) {
        yield* sleep(3);
        const response = yield* handle(process, request);
        yield* log(
          process,
          `${request.remoteAddress} - - [${commonLogTime(process.now)}] "${request.method} ${request.path} HTTP/1.1" ${response.status} ${response.body.length} "-" "-"`,
        );
        return response;
      },
      (port) => `(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:${port}`,
    );
  };
}

/** WordPress before its installation: it needs its database, and then wants to be set up. */
const wordpress = apachePhp(function* (process, { path }) {
  if (!(yield* databaseAnswers(process))) return html(500, 'Database Error', '<h1>Error establishing a database connection</h1>');
  if (path.startsWith('/wp-admin/install.php')) return html(200, 'WordPress &rsaquo; Installation', '<h1>Welcome</h1>');
  return textResponse(302, '', { Location: `/wp-admin/install.php`, 'Content-Type': 'text/html; charset=UTF-8' });
});

function* databaseAnswers(process: Process): Routine<boolean> {
  const [host = 'mysql', port = '3306'] = (process.env['WORDPRESS_DB_HOST'] ?? 'mysql').split(':');
  const address = yield* resolveName(process, host);
  if (address === undefined) return false;
  try {
    connect(process.namespaces.network, address, Number(port), process.sim.random);
    return true;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return false;
  }
}

/** The guestbook's page; what it does with Redis is not here. */
const guestbook = apachePhp(function* (_process, { path }) {
  if (path.startsWith('/guestbook.php')) return textResponse(501, 'k8s-lab: guestbook.php is not simulated\n');
  return html(200, 'Guestbook', '<h2>Guestbook</h2>');
});

/** By the names that the catalogue's images give them. */
export const courseServers: Readonly<Record<string, Program>> = {
  'echo-server': echoServer,
  'event-simulator': eventSimulator,
  fluentd,
  guestbook,
  'kubia-v1': kubia(1),
  'kubia-v2': kubia(2),
  'kubia-v3': kubia(3),
  'kubia-v4': kubia(4),
  'network-multitool': networkMultitool,
  'nginx-hello': nginxHello(80, true),
  'nginx-hello-page': nginxHello(80, false),
  'nginx-hello-8080': nginxHello(8080, true),
  'node-hello': fixed(
    8080,
    () => '',
    () => 'Hello Kubernetes!',
  ),
  page,
  simpleservice: simpleService,
  'tcp-server': tcpServer,
  'throw-dice': throwDice,
  'webapp-color': webappColor,
  wordpress,
};
