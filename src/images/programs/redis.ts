/** redis-server (redis 7: src/server.c, rdb.c): one database, saved as it ends or at every change. */
import { isErrno } from '../../linux/errno.ts';
import { dial, type SpokenProtocol } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { own } from '../../sim/own.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { absentCommands, commands, growing } from './redis-commands.ts';
import { ConfigError, RedisConfig } from './redis-config.ts';
import { Keys } from './redis-keys.ts';
import { Line, type Reply } from './redis-reply.ts';
import { listenWith, log, months, pidOf, waitForSignal } from './service.ts';

/** What a client has said of itself. */
type Client = { isKnown: boolean };
type RedisServer = { command(client: Client, words: readonly string[]): Routine<Reply> };
const redisProtocol: SpokenProtocol<RedisServer> = { name: 'redis' };

/** One connection. Throws NetworkError. */
export class RedisConnection {
  readonly #client: Client = { isKnown: false };
  readonly #server: RedisServer;

  constructor({ namespaces, sim }: Process, address: string, port: number) {
    this.#server = dial(redisProtocol, namespaces.network, address, port, sim.random);
  }

  command(words: readonly string[]): Routine<Reply> {
    return this.#server.command(this.#client, words);
  }
}

/** `redis-server [FILE] [--NAME VALUE…]`. */
export const redisServer: Program = function* (argv, process) {
  const version = process.env['REDIS_VERSION'] ?? '7.4.5';
  if (argv.includes('--version') || argv.includes('-v')) {
    yield* process.print(`Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=0\n`);
    return 0;
  }
  const say = (mark: string, text: string): Routine => log(process, `${pidOf(process)}:${mark} ${stamp(process.now)} ${text}`);
  const config = new RedisConfig();
  const file = argv[1]?.startsWith('-') ? undefined : argv[1];
  const trouble = configure(process, config, argv.slice(1), file);
  if (trouble !== undefined) {
    yield* log(process, trouble.replace('VERSION', version), 2);
    return 1;
  }
  yield* say('C', '* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
  yield* say('C', `* Redis version=${version}, bits=64, commit=00000000, modified=0, pid=${pidOf(process)}, just started`);
  yield* say(
    'C',
    argv.length > 1
      ? '* Configuration loaded'
      : '# Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf',
  );
  for (const name of config.unheard) yield* log(process, `k8s-lab: ${name} in the configuration of redis is not simulated`);
  yield* say('M', '* monotonic clock: POSIX clock_gettime');
  const port = Number(config.get('port'));
  const server = new Server(process, config);
  let listener: { close(): void };
  try {
    listener = listenWith(process, port, redisProtocol, server);
  } catch (error) {
    if (!isErrno(error, 'EADDRINUSE')) throw error;
    yield* say('M', `# Warning: Could not create server TCP listening socket *:${port}: bind: Address already in use`);
    yield* say('M', `# Failed listening on port ${port} (tcp), aborting.`);
    return 1;
  }
  try {
    process.allocate(8_000_000);
    yield* say('M', `* Running mode=standalone, port=${port}.`);
    yield* say('M', '* Server initialized');
    const loaded = server.load();
    if (loaded !== undefined) {
      yield* say('M', `* Loading RDB produced by version ${version}`);
      yield* say('M', `* Done loading RDB, keys loaded: ${loaded}, keys expired: 0.`);
      yield* say('M', '* DB loaded from disk: 0.000 seconds');
    }
    yield* say('M', '* Ready to accept connections tcp');
    const signal = yield* waitForSignal(process);
    yield* say('signal-handler', `(${Math.floor(process.now / 1000)}) Received ${signal} scheduling shutdown...`);
    yield* sleep(50);
    yield* say('M', '* User requested shutdown...');
    if (config.get('save') !== '') {
      yield* say('M', '* Saving the final RDB snapshot before exiting.');
      const reply = server.save();
      if (reply.isError) {
        yield* say('M', "# Error trying to save the DB, can't exit.");
        return 1;
      }
      yield* say('M', '* DB saved on disk');
    }
    yield* say('M', '# Redis is now ready to exit, bye bye...');
    return 0;
  } finally {
    listener.close();
  }
};

/** Reads the file and the options behind it. Gives what the server says before it ends. */
function configure(process: Process, config: RedisConfig, args: readonly string[], file: string | undefined): string | undefined {
  const fatal = (at: number, line: string, why: string): string =>
    `\n*** FATAL CONFIG FILE ERROR (Redis VERSION) ***\nReading the configuration file, at line ${at}\n>>> '${line}'\n${why}`;
  if (file !== undefined) {
    const found = process.fs.find(process.path(file));
    if (found?.type !== 'file') return `Fatal error, can't open config file '${process.path(file)}': ${found ? 'Is a directory' : 'No such file or directory'}`;
    const problem = config.read(process.fs.read(process.path(file)));
    if (problem) return fatal(problem.at, problem.line, problem.why);
  }
  const options = args.slice(file === undefined ? 0 : 1);
  for (let at = 0; at < options.length; ) {
    const name = (options[at++] ?? '').replace(/^--?/, '');
    const values: string[] = [];
    while (at < options.length && !options[at]?.startsWith('--')) values.push(options[at++] ?? '');
    try {
      config.set(name, values.join(' '));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return fatal(2, `${name} "${values.join(' ')}"`, error.message);
    }
  }
  return undefined;
}

function stamp(ms: number): string {
  const date = new Date(ms);
  return `${String(date.getUTCDate()).padStart(2, '0')} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 23)}`;
}

/** The file's first bytes; what follows is the lab's own. */
const magic = 'REDIS0012';

class Server implements RedisServer {
  readonly #process: Process;
  readonly #config: RedisConfig;
  readonly #keys: Keys;
  readonly #began: number;
  #saved: number;

  constructor(process: Process, config: RedisConfig) {
    this.#process = process;
    this.#config = config;
    this.#keys = new Keys(config, () => process.now);
    this.#began = process.now;
    this.#saved = process.now;
  }

  get #file(): string {
    const dir = this.#config.get('dir') === '/data' ? this.#process.cwd : this.#process.path(this.#config.get('dir'));
    return `${dir}/${this.#config.get('dbfilename')}`;
  }

  /** How many keys the file of an earlier run had. */
  load(): number | undefined {
    const { fs } = this.#process;
    const text = fs.exists(this.#file) ? fs.read(this.#file) : '';
    if (!text.startsWith(magic)) return undefined;
    this.#keys.load(text.slice(magic.length));
    return this.#keys.names().length;
  }

  save(): Line {
    try {
      this.#process.fs.write(this.#file, magic + this.#keys.saved());
    } catch (error) {
      if (!isErrno(error)) throw error;
      return new Line('ERR', true);
    }
    this.#saved = this.#process.now;
    this.#keys.dirty = 0;
    return new Line('OK');
  }

  *command(client: Client, [given = '', ...args]: readonly string[]): Routine<Reply> {
    yield* sleep(0.1);
    this.#process.toil(1 + args.length / 50);
    const name = given.toLowerCase();
    if (name === 'auth') return this.#auth(client, args);
    if (this.#config.get('requirepass') !== '' && !client.isKnown && name !== 'quit') return new Line('NOAUTH Authentication required.', true);
    const command = own(this.#ofServer, name) ?? own(commands, name);
    if (!command) {
      if (absentCommands.has(name)) return new Line(`ERR k8s-lab: ${given.toUpperCase()} is not simulated`, true);
      return new Line(`ERR unknown command '${given}', with args beginning with: ${args.map((arg) => `'${arg}' `).join('')}`, true);
    }
    const [words, run] = command;
    if (words < 0 ? args.length + 1 < -words : args.length + 1 !== words) return new Line(`ERR wrong number of arguments for '${name}' command`, true);
    if (growing.has(name) && !this.#keys.fits()) return new Line("OOM command not allowed when used memory > 'maxmemory'.", true);
    try {
      return run(this.#keys, args);
    } catch (error) {
      if (error instanceof Line) return error;
      throw error;
    } finally {
      if (this.#keys.dirty > 0 && this.#config.get('appendonly') === 'yes') this.save();
    }
  }

  #auth(client: Client, args: readonly string[]): Reply {
    const password = this.#config.get('requirepass');
    if (password === '')
      return new Line('ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?', true);
    client.isKnown = args.at(-1) === password && (args.length === 1 || args[0] === 'default');
    return client.isKnown ? new Line('OK') : new Line('WRONGPASS invalid username-password pair or user is disabled.', true);
  }

  readonly #ofServer: Readonly<Record<string, readonly [words: number, run: (keys: Keys, args: readonly string[]) => Reply]>> = {
    bgsave: [-1, () => (this.save().isError ? new Line('ERR', true) : new Line('Background saving started'))],
    info: [-1, (_keys, [section]) => this.#info(section?.toLowerCase())],
    lastsave: [1, () => Math.floor(this.#saved / 1000)],
    quit: [-1, () => new Line('OK')],
    save: [1, () => this.save()],
    select: [2, (_keys, [index]) => (index === '0' ? new Line('OK') : new Line('ERR k8s-lab: databases other than 0 are not simulated', true))],
  };

  #info(wanted: string | undefined): string {
    const process = this.#process;
    const keys = this.#keys.names();
    const expires = keys.filter((key) => this.#keys.find(key)?.expires !== undefined).length;
    const { memory } = this.#keys;
    const seconds = Math.floor((process.now - this.#began) / 1000);
    const sections: Readonly<Record<string, readonly string[]>> = {
      Server: [
        `redis_version:${process.env['REDIS_VERSION'] ?? '7.4.5'}`,
        'redis_mode:standalone',
        `process_id:${pidOf(process)}`,
        `tcp_port:${this.#config.get('port')}`,
        `uptime_in_seconds:${seconds}`,
        `uptime_in_days:${Math.floor(seconds / 86_400)}`,
      ],
      Memory: [
        `used_memory:${memory}`,
        `used_memory_human:${(memory / 1024).toFixed(2)}K`,
        `maxmemory:${this.#config.get('maxmemory')}`,
        `maxmemory_policy:${this.#config.get('maxmemory-policy')}`,
      ],
      Persistence: [
        'loading:0',
        `rdb_changes_since_last_save:${this.#keys.dirty}`,
        `rdb_last_save_time:${Math.floor(this.#saved / 1000)}`,
        `aof_enabled:${this.#config.get('appendonly') === 'yes' ? 1 : 0}`,
      ],
      Replication: ['role:master', 'connected_slaves:0'],
      Keyspace: keys.length > 0 ? [`db0:keys=${keys.length},expires=${expires},avg_ttl=0`] : [],
    };
    return Object.entries(sections)
      .filter(([name]) => wanted === undefined || wanted === 'all' || wanted === name.toLowerCase())
      .map(([name, lines]) => [`# ${name}`, ...lines, ''].join('\r\n'))
      .join('\r\n');
  }
}
