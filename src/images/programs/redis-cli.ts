/** redis-cli (redis 7: src/redis-cli.c): one command, those of standard input, or a conversation. */
import { promptedLine } from '../../linux/line-input.ts';
import { NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { resolveName } from './proxy.ts';
import { RedisConnection } from './redis.ts';
import { Line, type Reply, raw, shown } from './redis-reply.ts';

type Options = { host: string; port: number; password: string | undefined; exitsWithError: boolean; isRaw: boolean };

export const redisCli: Program = function* (argv, process) {
  const options: Options = { host: '127.0.0.1', port: 6379, password: process.env['REDISCLI_AUTH'], exitsWithError: false, isRaw: !process.stdout.tty };
  const words = argv.slice(1);
  let warns = false;
  let quiet = false;
  const next = (): string => words.shift() ?? '';
  while (words[0]?.startsWith('-')) {
    const option = next();
    if (option === '-h') options.host = next();
    else if (option === '-p') options.port = Number(next());
    else if (option === '-a' || option === '--pass') {
      options.password = next();
      warns = true;
    } else if (option === '-n') {
      if (next() !== '0') return yield* absent(process, 'redis-cli with databases other than 0');
    } else if (option === '-e') options.exitsWithError = true;
    else if (option === '--raw') options.isRaw = true;
    else if (option === '--no-raw') options.isRaw = false;
    else if (option === '--no-auth-warning') quiet = true;
    else if (option === '--version' || option === '-v') {
      yield* process.print(`redis-cli ${process.env['REDIS_VERSION'] ?? '7.4.5'}\n`);
      return 0;
    } else return yield* absent(process, `redis-cli ${option}`);
  }
  if (warns && !quiet) yield* process.printError("Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n");
  const session = new Session(process, options);
  if (words.length === 0) return yield* session.converse();
  const reply = yield* session.ask(words);
  if (reply === undefined) return 1;
  yield* session.print(reply);
  return options.exitsWithError && reply instanceof Line && reply.isError ? 1 : 0;
};

function* absent(process: Process, what: string): Routine<number> {
  yield* process.printError(`k8s-lab: ${what} is not simulated\n`);
  return 70;
}

class Session {
  readonly #process: Process;
  readonly #options: Options;
  #connection: RedisConnection | undefined;

  constructor(process: Process, options: Options) {
    this.#process = process;
    this.#options = options;
  }

  *print(reply: Reply): Routine {
    yield* this.#process.print(`${this.#options.isRaw ? raw(reply) : shown(reply)}\n`);
  }

  /** Undefined where nobody answers, which is told. */
  *ask(words: readonly string[]): Routine<Reply | undefined> {
    if (!this.#connection && !(yield* this.#connect())) return undefined;
    try {
      return yield* (this.#connection as RedisConnection).command(words);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      this.#connection = undefined;
      return undefined;
    }
  }

  *#connect(): Routine<boolean> {
    const { host, port, password } = this.#options;
    const address = host === 'localhost' ? '127.0.0.1' : yield* resolveName(this.#process, host);
    const failed = function* (process: Process, why: string): Routine<boolean> {
      yield* process.printError(`Could not connect to Redis at ${host}:${port}: ${why}\n`);
      return false;
    };
    if (address === undefined) return yield* failed(this.#process, 'Name or service not known');
    try {
      this.#connection = new RedisConnection(this.#process, address, port);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      yield* sleep(error.afterMilliseconds);
      return yield* failed(this.#process, error.message);
    }
    if (password === undefined) return true;
    const reply = yield* this.#connection.command(['AUTH', password]);
    if (reply instanceof Line && reply.isError) yield* this.#process.printError(`AUTH failed: ${reply.text}\n`);
    return true;
  }

  /** Lines until `exit`, `quit` or the end of input. */
  *converse(): Routine<number> {
    const { host, port } = this.#options;
    const history: string[] = [];
    const isTyped = this.#process.stdin.tty !== undefined;
    if (isTyped) yield* this.#connect();
    for (;;) {
      const line = yield* promptedLine(this.#process, this.#connection ? `${host}:${port}> ` : 'not connected> ', history);
      if (line === undefined) return 0;
      const words = wordsOf(line);
      if (words === undefined) {
        yield* this.#process.print('Invalid argument(s)\n');
        continue;
      }
      const [first = ''] = words;
      if (first === '') continue;
      if (/^(exit|quit)$/i.test(first)) return 0;
      if (/^clear$/i.test(first) && isTyped) {
        yield* this.#process.print('\x1b[H\x1b[2J');
        continue;
      }
      const reply = yield* this.ask(words);
      if (reply !== undefined) yield* this.print(reply);
      else if (!isTyped) return 1;
    }
  }
}

/** Words in quotes keep their blanks; undefined where a quote has no end (sds.c sdssplitargs). */
function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  let rest = line.trim();
  while (rest !== '') {
    const [whole, double, single, plain] = /^(?:"((?:[^"\\]|\\.)*)"(?=\s|$)|'((?:[^'\\]|\\.)*)'(?=\s|$)|([^\s"']\S*))\s*/.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    words.push(
      double?.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t' })[letter] ?? letter) ?? single?.replace(/\\'/g, "'") ?? plain ?? '',
    );
    rest = rest.slice(whole.length);
  }
  return words;
}
