/** redis.conf and CONFIG (redis 7: src/config.c). */
import { glob, Line, type Reply } from './redis-reply.ts';

/** Those that mean something here. */
const defaults: Readonly<Record<string, string>> = {
  appendonly: 'no',
  bind: '* -::*',
  databases: '16',
  dbfilename: 'dump.rdb',
  dir: '/data',
  maxclients: '10000',
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  port: '6379',
  'protected-mode': 'no',
  requirepass: '',
  save: '3600 1 300 100 60 10000',
  timeout: '0',
};
/** Of the real one, without effect here: that is said in the log. */
const absent = new Set(
  'activedefrag aclfile always-show-logo appendfilename appendfsync cluster-config-file cluster-enabled cluster-node-timeout daemonize dynamic-hz hz include io-threads latency-monitor-threshold lazyfree-lazy-eviction loadmodule logfile loglevel masterauth maxmemory-samples min-replicas-to-write no-appendfsync-on-rewrite notify-keyspace-events oom-score-adj pidfile rdbchecksum rdbcompression rename-command repl-diskless-sync replica-announce-ip replica-read-only replica-serve-stale-data replicaof slaveof slowlog-log-slower-than stop-writes-on-bgsave-error supervised tcp-backlog tcp-keepalive tls-port unixsocket user'.split(
    ' ',
  ),
);
const policies = 'volatile-lru volatile-lfu volatile-random volatile-ttl allkeys-lru allkeys-lfu allkeys-random noeviction'.split(' ');
const units: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1e3, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 };
/** Set at the start only. */
const immutable = ['databases', 'port', 'bind'];

export class ConfigError extends Error {}

export class RedisConfig {
  readonly #values: Record<string, string> = { ...defaults };
  /** Names that were set and have no effect. */
  readonly unheard: string[] = [];

  get(name: string): string {
    return this.#values[name] ?? '';
  }

  /** Throws ConfigError. */
  set(name: string, value: string): void {
    const key = name.toLowerCase();
    if (absent.has(key)) return void this.unheard.push(key);
    if (!Object.hasOwn(defaults, key)) throw new ConfigError('Bad directive or wrong number of arguments');
    if (key === 'maxmemory') {
      const [, amount, unit = ''] = /^(\d+)([a-z]*)$/i.exec(value) ?? [];
      const factor = units[unit.toLowerCase()];
      if (amount === undefined || factor === undefined) throw new ConfigError('argument must be a memory value');
      this.#values[key] = String(Number(amount) * factor);
      return;
    }
    if (key === 'maxmemory-policy' && !policies.includes(value)) throw new ConfigError(`argument(s) must be one of the following: ${policies.join(', ')}`);
    if (['appendonly', 'protected-mode'].includes(key) && !/^(yes|no)$/.test(value)) throw new ConfigError("argument must be 'yes' or 'no'");
    if (['databases', 'maxclients', 'port', 'timeout'].includes(key) && !/^\d+$/.test(value))
      throw new ConfigError("argument couldn't be parsed into an integer");
    this.#values[key] = value;
  }

  /** A file's text. Gives the number and the text of a line that is wrong, and why. */
  read(text: string): { readonly at: number; readonly line: string; readonly why: string } | undefined {
    for (const [index, whole] of text.split('\n').entries()) {
      const line = whole.trim();
      if (line === '' || line.startsWith('#')) continue;
      const [name = '', ...values] = line.split(/\s+/).map((word) => word.replace(/^"(.*)"$/, '$1'));
      try {
        this.set(name, values.join(' '));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return { at: index + 1, line, why: error.message };
      }
    }
    return undefined;
  }

  command([verb = '', ...args]: readonly string[]): Reply {
    if (verb.toLowerCase() === 'get')
      return Object.entries(this.#values)
        .filter(([name]) => args.some((pattern) => glob(pattern.toLowerCase())(name)))
        .flat();
    if (verb.toLowerCase() !== 'set') return new Line(`ERR k8s-lab: CONFIG ${verb} is not simulated`, true);
    const [name = '', value = ''] = args;
    if (!Object.hasOwn(defaults, name.toLowerCase())) return new Line(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`, true);
    try {
      if (immutable.includes(name.toLowerCase())) throw new ConfigError("can't set immutable config");
      this.set(name, value);
      return new Line('OK');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return new Line(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${error.message}`, true);
    }
  }
}
