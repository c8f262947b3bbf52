/** redis-server with the plainest commands, and redis-cli. */
import { isErrno } from '../../linux/errno.ts';
import { dial, NetworkError, type SpokenProtocol } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { resolveName } from './proxy.ts';
import { flag, listenWith, log, waitForSignal } from './service.ts';

/** A reply as redis-cli prints it. */
type RedisServer = { command(words: readonly string[]): Routine<string> };
const redisProtocol: SpokenProtocol<RedisServer> = { name: 'redis' };

/** Keys live as long as the process. */
export const redisServer: Program = function* (argv, process) {
  const version = process.env['REDIS_VERSION'] ?? '7.4.5';
  if (argv.includes('--version') || argv.includes('-v')) {
    yield* process.print(`Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=0\n`);
    return 0;
  }
  const port = Number(flag(argv, 'port') ?? 6379);
  const say = (mark: string, text: string): Routine => log(process, `${pidOf(process)}:${mark} ${stamp(process.now)} ${text}`);
  yield* say('C', '* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
  yield* say('C', `* Redis version=${version}, bits=64, commit=00000000, modified=0, pid=${pidOf(process)}, just started`);
  if (argv.length === 1)
    yield* say('C', '# Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf');
  yield* say('M', '* monotonic clock: POSIX clock_gettime');
  const store = new Store(process, flag(argv, 'requirepass'));
  let listener: { close(): void };
  try {
    listener = listenWith(process, port, redisProtocol, store);
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
    yield* say('M', '* Ready to accept connections tcp');
    const signal = yield* waitForSignal(process);
    yield* say('signal-handler', `(${Math.floor(process.now / 1000)}) Received ${signal} scheduling shutdown...`);
    yield* sleep(50);
    yield* say('M', '* User requested shutdown...');
    yield* say('M', '* Saving the final RDB snapshot before exiting.');
    yield* say('M', '* DB saved on disk');
    yield* say('M', '# Redis is now ready to exit, bye bye...');
    return 0;
  } finally {
    listener.close();
  }
};

const pidOf = (process: Process): number => process.pids.get(process.namespaces.pid) ?? process.pid;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
function stamp(ms: number): string {
  const date = new Date(ms);
  return `${String(date.getUTCDate()).padStart(2, '0')} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 23)}`;
}

class Store implements RedisServer {
  readonly #process: Process;
  readonly #values = new Map<string, string | string[]>();
  readonly #expiry = new Map<string, number>();
  readonly #password: string | undefined;

  constructor(process: Process, password: string | undefined) {
    this.#process = process;
    this.#password = password;
  }

  *command(words: readonly string[]): Routine<string> {
    yield* sleep(0.1);
    let [name = '', ...args] = words;
    if (name.toLowerCase() === 'auth+') {
      if (this.#password !== undefined && args[0] !== this.#password) return '(error) WRONGPASS invalid username-password pair or user is disabled.';
      [name = '', ...args] = args.slice(1);
    } else if (this.#password !== undefined) return '(error) NOAUTH Authentication required.';
    const run = commands[name.toLowerCase()];
    if (!run) return `(error) ERR unknown command '${name}', with args beginning with: ${args.map((arg) => `'${arg}' `).join('')}`;
    if (args.length < run.arity) return `(error) ERR wrong number of arguments for '${name.toLowerCase()}' command`;
    for (const [key, at] of this.#expiry) if (at <= this.#process.now) this.#drop(key);
    return run.reply(args, { values: this.#values, expire: (key, at) => this.#expiry.set(key, at), expiry: this.#expiry, now: this.#process.now });
  }

  #drop(key: string): void {
    this.#values.delete(key);
    this.#expiry.delete(key);
  }
}

type Data = {
  readonly values: Map<string, string | string[]>;
  readonly expiry: Map<string, number>;
  readonly expire: (key: string, at: number) => void;
  readonly now: number;
};
type RedisCommand = { readonly arity: number; readonly reply: (args: readonly string[], data: Data) => string };

const quoted = (value: string | undefined): string => (value === undefined ? '(nil)' : JSON.stringify(value));
const integer = (value: number): string => `(integer) ${value}`;
const list = (values: readonly string[]): string =>
  values.length === 0 ? '(empty array)' : values.map((value, index) => `${index + 1}) ${quoted(value)}`).join('\n');
const text = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? undefined : value);
const items = ({ values }: Data, key: string): string[] => {
  const found = values.get(key);
  if (Array.isArray(found)) return found;
  const made: string[] = [];
  values.set(key, made);
  return made;
};
const add = (step: number): RedisCommand => ({
  arity: 1,
  reply: ([key = '', by = '1'], { values }) => {
    const next = Number(text(values.get(key)) ?? 0) + step * Number(by);
    if (!Number.isInteger(next)) return '(error) ERR value is not an integer or out of range';
    values.set(key, String(next));
    return integer(next);
  },
});

const commands: Readonly<Record<string, RedisCommand>> = {
  ping: { arity: 0, reply: ([message]) => (message === undefined ? 'PONG' : quoted(message)) },
  echo: { arity: 1, reply: ([message]) => quoted(message) },
  set: {
    arity: 2,
    reply: ([key = '', value = '', option = '', amount], { values, expire, expiry, now }) => {
      values.set(key, value);
      expiry.delete(key);
      if (amount !== undefined && /^(ex|px)$/i.test(option)) expire(key, now + Number(amount) * (option.toLowerCase() === 'ex' ? 1000 : 1));
      return 'OK';
    },
  },
  get: { arity: 1, reply: ([key = ''], { values }) => quoted(text(values.get(key))) },
  del: { arity: 1, reply: (keys, { values }) => integer(keys.filter((key) => values.delete(key)).length) },
  exists: { arity: 1, reply: (keys, { values }) => integer(keys.filter((key) => values.has(key)).length) },
  keys: {
    arity: 1,
    reply: ([pattern = '*'], { values }) => list([...values.keys()].filter((key) => pattern === '*' || key.startsWith(pattern.replace(/\*$/, '')))),
  },
  incr: add(1),
  incrby: add(1),
  decr: add(-1),
  decrby: add(-1),
  expire: {
    arity: 2,
    reply: ([key = '', seconds], { values, expire, now }) => {
      if (!values.has(key)) return integer(0);
      expire(key, now + Number(seconds) * 1000);
      return integer(1);
    },
  },
  ttl: {
    arity: 1,
    reply: ([key = ''], { values, expiry, now }) => integer(!values.has(key) ? -2 : expiry.has(key) ? Math.ceil(((expiry.get(key) ?? now) - now) / 1000) : -1),
  },
  lpush: { arity: 2, reply: ([key = '', ...rest], data) => integer(items(data, key).unshift(...[...rest].reverse())) },
  rpush: { arity: 2, reply: ([key = '', ...rest], data) => integer(items(data, key).push(...rest)) },
  lpop: { arity: 1, reply: ([key = ''], data) => quoted(items(data, key).shift()) },
  rpop: { arity: 1, reply: ([key = ''], data) => quoted(items(data, key).pop()) },
  llen: { arity: 1, reply: ([key = ''], data) => integer(items(data, key).length) },
  lrange: {
    arity: 3,
    reply: ([key = '', from, to], data) =>
      list(items(data, key).slice(Number(from), Number(to) < 0 ? items(data, key).length + Number(to) + 1 : Number(to) + 1)),
  },
  dbsize: { arity: 0, reply: (_args, { values }) => integer(values.size) },
  flushall: {
    arity: 0,
    reply: (_args, { values }) => {
      values.clear();
      return 'OK';
    },
  },
  info: { arity: 0, reply: () => '# Server\r\nredis_mode:standalone\r\n# Replication\r\nrole:master\r\nconnected_slaves:0' },
  select: { arity: 1, reply: () => 'OK' },
};

/** One command from its arguments; without any it says what it cannot do. */
export const redisCli: Program = function* (argv, process) {
  const host = flag(argv, 'h') ?? '127.0.0.1';
  const port = Number(flag(argv, 'p') ?? 6379);
  const password = flag(argv, 'a') ?? process.env['REDISCLI_AUTH'];
  const rest: string[] = [];
  for (let i = 1; i < argv.length; i++) {
    if (['-h', '-p', '-a', '-n'].includes(argv[i] ?? '') && rest.length === 0) i++;
    else rest.push(argv[i] as string);
  }
  if (rest.length === 0) {
    yield* process.printError('k8s-lab: redis-cli without a command is not simulated\n');
    return 70;
  }
  const address = host === 'localhost' ? '127.0.0.1' : yield* resolveName(process, host);
  if (address === undefined) {
    yield* process.printError(`Could not connect to Redis at ${host}:${port}: Name or service not known\n`);
    return 1;
  }
  try {
    const server = dial(redisProtocol, process.namespaces.network, address, port, process.sim.random);
    const reply = yield* server.command(password === undefined ? rest : ['auth+', password, ...rest]);
    // Into a pipe redis-cli prints raw values.
    yield* process.print(`${process.stdout.tty ? reply : raw(reply)}\n`);
    return reply.startsWith('(error)') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    yield* sleep(error.afterMilliseconds);
    yield* process.printError(`Could not connect to Redis at ${host}:${port}: ${error.message}\n`);
    return 1;
  }
};

const raw = (reply: string): string =>
  reply
    .split('\n')
    .map((line) =>
      line
        .replace(/^\d+\) /, '')
        .replace(/^\((?:integer|error)\) /, '')
        .replace(/^\(nil\)$|^\(empty array\)$/, ''),
    )
    .map((line) => (line.startsWith('"') ? (JSON.parse(line) as string) : line))
    .join('\n');
