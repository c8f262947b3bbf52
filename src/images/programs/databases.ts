/** PostgreSQL, MySQL, MariaDB, MongoDB and memcached as far as a pod spec meets them: what they say at the start, what they refuse, that they listen. */
import { connect, NetworkError, type SpokenProtocol } from '../../linux/network.ts';
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { resolveName } from './proxy.ts';
import { execCommand, flag, listenWith, log, pidOf, waitForSignal } from './service.ts';

type Greeting = { readonly version: string };
const databaseProtocol = (name: string): SpokenProtocol<Greeting> => ({ name });

const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 23).replace('T', ' ');

/** Options without a command are the server's. */
const withDaemon = (command: readonly string[], daemon: string): readonly string[] => (command[0]?.startsWith('-') ? [daemon, ...command] : command);

/** docker-entrypoint.sh of the postgres image. */
export const postgresEntrypoint: Program = function* (argv, process) {
  const command = withDaemon(argv.slice(1), 'postgres');
  const { env } = process;
  const data = env['PGDATA'] ?? '/var/lib/postgresql/data';
  if (command[0] === 'postgres' && !process.fs.exists(`${data}/PG_VERSION`)) {
    if (!env['POSTGRES_PASSWORD'] && !env['POSTGRES_PASSWORD_FILE'] && env['POSTGRES_HOST_AUTH_METHOD'] !== 'trust') {
      yield* process.printError(
        'Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".\n\n       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all\n       connections without a password. This is *not* recommended.\n\n       See PostgreSQL documentation about "trust":\n       https://www.postgresql.org/docs/current/auth-trust.html\n',
      );
      return 1;
    }
    yield* log(process, 'The files belonging to this database system will be owned by user "postgres".\nThis user must also own the server process.\n');
    yield* log(process, `fixing permissions on existing directory ${data} ... ok\ncreating subdirectories ... ok`);
    yield* process.work(800);
    process.fs.mkdir(data, { parents: true });
    process.fs.write(`${data}/PG_VERSION`, `${env['PG_MAJOR'] ?? '17'}\n`);
    process.fs.write(`${data}/postgresql.conf`, "listen_addresses = '*'\n");
    yield* log(
      process,
      'running bootstrap script ... ok\nperforming post-bootstrap initialization ... ok\nsyncing data to disk ... ok\n\n\nSuccess. You can now start the database server using:\n',
    );
    yield* log(process, '\nPostgreSQL init process complete; ready for start up.\n');
  } else if (command[0] === 'postgres') yield* log(process, '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n');
  return yield* execCommand(process, command);
};

/** Refuses to start without POSTGRES_PASSWORD, as the image's entrypoint does. */
export const postgres: Program = function* (argv, process) {
  const version = (process.env['PG_VERSION'] ?? '17.6').split('-')[0] as string;
  if (argv.includes('--version') || argv.includes('-V')) {
    yield* process.print(`postgres (PostgreSQL) ${version} (Debian ${version}-1.pgdg12+1)\n`);
    return 0;
  }
  const say = (text: string): Routine => log(process, `${stamp(process.now)} UTC [${pidOf(process)}] LOG:  ${text}`, 2);
  yield* say(`starting PostgreSQL ${version} (Debian ${version}-1.pgdg12+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14+deb12u1) 12.2.0, 64-bit`);
  const port = Number(flag(argv, 'p') ?? 5432);
  const listener = listenWith(process, port, databaseProtocol('postgres'), { version });
  try {
    process.allocate(24_000_000);
    yield* say(`listening on IPv4 address "0.0.0.0", port ${port}`);
    yield* say(`listening on IPv6 address "::", port ${port}`);
    yield* say(`listening on Unix socket "/var/run/postgresql/.s.PGSQL.${port}"`);
    yield* sleep(30);
    yield* say('database system is ready to accept connections');
    const signal = yield* waitForSignal(process, ['SIGTERM', 'SIGINT', 'SIGQUIT']);
    yield* say(`received ${signal === 'SIGTERM' ? 'smart' : signal === 'SIGINT' ? 'fast' : 'immediate'} shutdown request`);
    yield* sleep(60);
    yield* say('database system is shut down');
    return 0;
  } finally {
    listener.close();
  }
};

/** docker-entrypoint.sh of mysql and mariadb. */
export const mysqlEntrypoint: Program = function* (argv, process) {
  const maria = process.env['MARIADB_VERSION'] !== undefined;
  const command = withDaemon(argv.slice(1), maria ? 'mariadbd' : 'mysqld');
  if (command[0] !== 'mysqld' && command[0] !== 'mariadbd') return yield* execCommand(process, command);
  const name = maria ? 'MARIADB' : 'MYSQL';
  const version = process.env[`${name}_VERSION`] ?? '8.4.6';
  const say = (kind: string, text: string): Routine =>
    log(process, `${new Date(process.now).toISOString().slice(0, 19).replace('T', ' ')}+00:00 [${kind}] [Entrypoint]: ${text}`, kind === 'ERROR' ? 2 : 1);
  yield* say('Note', `Entrypoint script for ${maria ? 'MariaDB' : 'MySQL'} Server ${version}-1.el9 started.`);
  const data = '/var/lib/mysql';
  if (!process.fs.exists(`${data}/mysql`)) {
    const variables = ['ROOT_PASSWORD', 'ALLOW_EMPTY_PASSWORD', 'ALLOW_EMPTY_ROOT_PASSWORD', 'RANDOM_ROOT_PASSWORD', 'ROOT_PASSWORD_FILE'];
    if (!variables.some((variable) => process.env[`MYSQL_${variable}`] || (maria && process.env[`MARIADB_${variable}`]))) {
      yield* say(
        'ERROR',
        maria
          ? 'Database is uninitialized and password option is not specified\n\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD'
          : 'Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD',
      );
      return 1;
    }
    yield* say('Note', 'Initializing database files');
    yield* process.work(2500);
    process.fs.mkdir(`${data}/mysql`, { parents: true });
    yield* say('Note', 'Database files initialized');
    yield* say('Note', `${maria ? 'MariaDB' : 'MySQL'} init process done. Ready for start up.`);
  }
  return yield* execCommand(process, command);
};

/** MySQL and MariaDB; refuses to start without a root password. */
export const mysqld: Program = function* (argv, process) {
  const version = process.env['MYSQL_VERSION'] ?? process.env['MARIADB_VERSION'] ?? '8.4.6';
  const say = (kind: string, text: string): Routine =>
    log(process, `${new Date(process.now).toISOString().slice(0, 23)}000Z 0 [${kind}] [MY-010931] [Server] ${text}`, 2);
  yield* say('System', `/usr/sbin/mysqld (mysqld ${version}) starting as process ${pidOf(process)}`);
  yield* sleep(400);
  const port = Number(flag(argv, 'port') ?? 3306);
  const listener = listenWith(process, port, databaseProtocol('mysql'), { version });
  try {
    process.allocate(180_000_000);
    yield* say(
      'System',
      `/usr/sbin/mysqld: ready for connections. Version: '${version}'  socket: '/var/run/mysqld/mysqld.sock'  port: ${port}  MySQL Community Server - GPL.`,
    );
    const signal = yield* waitForSignal(process);
    yield* say('System', `Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: ${version}).`);
    yield* sleep(signal === 'SIGTERM' ? 700 : 500);
    yield* say('System', `/usr/sbin/mysqld: Shutdown complete (mysqld ${version})  MySQL Community Server - GPL.`);
    return 0;
  } finally {
    listener.close();
  }
};

/** A server of which only start, port and end matter here. */
const plainServer = (port: number, protocol: string, memory: number, ready: (port: number) => string): Program =>
  function* (argv, process) {
    const listener = listenWith(process, Number(flag(argv, 'port') ?? flag(argv, 'p') ?? port), databaseProtocol(protocol), { version: '' });
    try {
      process.allocate(memory);
      const text = ready(port);
      if (text !== '') yield* log(process, text);
      yield* waitForSignal(process);
      return 0;
    } finally {
      listener.close();
    }
  };

/** Answers on 27017, stores nothing. */
export const mongod = plainServer(
  27017,
  'mongodb',
  90_000_000,
  (port) => `{"s":"I", "c":"NETWORK", "id":23016, "ctx":"listener","msg":"Waiting for connections","attr":{"port":${port},"ssl":"off"}}`,
);
/** Answers on 11211, stores nothing. */
export const memcached = plainServer(11211, 'memcached', 4_000_000, () => '');

/** pg_isready and mysqladmin ping: does anybody listen? */
const isReady = (
  defaultPort: number,
  texts: { readonly yes: (host: string, port: number) => string; readonly no: (host: string, port: number) => string; readonly status: number },
): Program =>
  function* (argv, process) {
    const host = flag(argv, 'h') ?? flag(argv, 'host') ?? '127.0.0.1';
    const port = Number(flag(argv, 'p') ?? flag(argv, 'P') ?? defaultPort) || defaultPort;
    const address = host === 'localhost' ? '127.0.0.1' : yield* resolveName(process, host);
    try {
      if (address === undefined) throw new NetworkError('ECONNREFUSED', 0);
      connect(process.namespaces.network, address, port, process.sim.random);
      yield* process.print(texts.yes(host, port));
      return 0;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      yield* process.print(texts.no(host, port));
      return texts.status;
    }
  };

/** Exit 0 when somebody listens there, else 2. */
export const pgIsReady = isReady(5432, {
  yes: (host, port) => `${host === '127.0.0.1' ? '/var/run/postgresql' : host}:${port} - accepting connections\n`,
  no: (host, port) => `${host === '127.0.0.1' ? '/var/run/postgresql' : host}:${port} - no response\n`,
  status: 2,
});
/** `mysqladmin ping`. */
export const mysqladmin = isReady(3306, { yes: () => 'mysqld is alive\n', no: (host) => `mysqladmin: connect to server at '${host}' failed\n`, status: 1 });
