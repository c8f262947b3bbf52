/** The commands of a redis-server (redis 7: src/db.c, t_string.c, t_list.c, t_hash.c, t_set.c, t_zset.c, expire.c). */
import type { Entry, Keys, Kind } from './redis-keys.ts';
import { glob, Line, type Reply } from './redis-reply.ts';

const ok = new Line('OK');
const wrong = (text: string): Line => new Line(`ERR ${text}`, true);
const one = (isTrue: boolean | undefined): number => (isTrue ? 1 : 0);
const pairs = (args: readonly string[]): [string, string][] => args.flatMap((each, at) => (at % 2 === 0 ? [[each, args[at + 1] ?? '']] : []));

function whole(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw wrong('value is not an integer or out of range');
  return Number(text);
}

function float(text: string): number {
  const value = Number(text.replace(/^([+-]?)inf$/i, '$1Infinity'));
  if (text.trim() === '' || Number.isNaN(value)) throw wrong('value is not a valid float');
  return value;
}

/** From `from` to `to`, both counted from the end where negative. */
function range<T>(items: readonly T[], from: string, to: string): T[] {
  const at = (text: string): number => (whole(text) < 0 ? Math.max(0, items.length + whole(text)) : whole(text));
  return whole(to) < -items.length ? [] : items.slice(at(from), at(to) + 1);
}

const ranked = ({ fields }: Entry): [string, string][] => [...fields].sort(([a, x], [b, y]) => Number(x) - Number(y) || (a < b ? -1 : 1));

function counted(keys: Keys, key: string, by: number): number {
  const next = whole(keys.of(key, 'string')?.text ?? '0') + by;
  keys.made(key, 'string').text = String(next);
  return next;
}

function set(keys: Keys, [key = '', value = '', ...options]: readonly string[]): Reply {
  const words = options.map((each) => each.toLowerCase());
  const old = words.includes('get') ? (keys.of(key, 'string')?.text ?? null) : undefined;
  const expires = words.includes('keepttl') ? keys.find(key)?.expires : undefined;
  if ((words.includes('nx') && keys.find(key)) || (words.includes('xx') && !keys.find(key))) return old ?? null;
  const unit = words.findIndex((each) => ['ex', 'px', 'exat', 'pxat'].includes(each));
  const odd = words.find((each, at) => !['nx', 'xx', 'get', 'keepttl'].includes(each) && at !== unit && (unit < 0 || at !== unit + 1));
  if (odd !== undefined || (unit >= 0 && words[unit + 1] === undefined)) throw wrong('syntax error');
  const amount = unit < 0 ? 0 : whole(words[unit + 1] ?? '');
  if (unit >= 0 && amount <= 0) throw wrong("invalid expire time in 'set' command");
  const entry = keys.put(key, value);
  entry.expires = unit < 0 ? expires : (words[unit]?.endsWith('at') ? 0 : keys.now()) + amount * (words[unit]?.startsWith('ex') ? 1000 : 1);
  return old === undefined ? ok : old;
}

function grown(entry: Entry, text: string): number {
  entry.text += text;
  return entry.text.length;
}

function push(keys: Keys, [key = '', ...values]: readonly string[], front: boolean): number {
  const { items } = keys.made(key, 'list');
  if (front) items.unshift(...values.reverse());
  else items.push(...values);
  return items.length;
}

function pop(keys: Keys, [key = '', count]: readonly string[], front: boolean): Reply {
  const entry = keys.of(key, 'list');
  if (!entry) return null;
  const taken = Array.from({ length: Math.min(count === undefined ? 1 : whole(count), entry.items.length) }, () =>
    front ? entry.items.shift() : entry.items.pop(),
  ) as string[];
  keys.dirty++;
  keys.swept(key);
  return count === undefined ? (taken[0] ?? null) : taken;
}

/** Takes fields away. */
function less(keys: Keys, kind: Kind, [key = '', ...names]: readonly string[]): number {
  const count = names.filter((name) => keys.of(key, kind)?.fields.delete(name)).length;
  keys.dirty += count;
  keys.swept(key);
  return count;
}

function expire(keys: Keys, key: string, at: number): number {
  const entry = keys.find(key);
  if (entry) entry.expires = at;
  if (entry) keys.dirty++;
  return one(entry !== undefined);
}

const left = (keys: Keys, key: string, unit: number): number => {
  const entry = keys.find(key);
  return entry === undefined ? -2 : entry.expires === undefined ? -1 : Math.ceil((entry.expires - keys.now()) / unit);
};

const fieldsOf = (keys: Keys, key = '', kind: Kind = 'hash'): ReadonlyMap<string, string> => keys.of(key, kind)?.fields ?? new Map();

/** How many words a call has, its name too (negative: at least), and what it does. */
type Command = readonly [words: number, run: (keys: Keys, args: readonly string[]) => Reply];

export const commands: Readonly<Record<string, Command>> = {
  append: [3, (keys, [key = '', text = '']) => grown(keys.made(key, 'string'), text)],
  config: [-2, (keys, args) => keys.config.command(args)],
  dbsize: [1, (keys) => keys.names().length],
  decr: [2, (keys, [key = '']) => counted(keys, key, -1)],
  decrby: [3, (keys, [key = '', by = '']) => counted(keys, key, -whole(by))],
  del: [-2, (keys, names) => names.filter((key) => keys.drop(key)).length],
  echo: [2, (_keys, [text = '']) => text],
  exists: [-2, (keys, names) => names.filter((key) => keys.find(key)).length],
  expire: [-3, (keys, [key = '', seconds = '']) => expire(keys, key, keys.now() + whole(seconds) * 1000)],
  flushall: [-1, (keys) => (keys.clear(), ok)],
  flushdb: [-1, (keys) => (keys.clear(), ok)],
  get: [2, (keys, [key = '']) => keys.of(key, 'string')?.text ?? null],
  getset: [3, (keys, [key = '', value = '']) => set(keys, [key, value, 'GET'])],
  hdel: [-3, (keys, args) => less(keys, 'hash', args)],
  hexists: [3, (keys, [key, name = '']) => one(fieldsOf(keys, key).has(name))],
  hget: [3, (keys, [key, name = '']) => fieldsOf(keys, key).get(name) ?? null],
  hgetall: [2, (keys, [key]) => [...fieldsOf(keys, key)].flat()],
  hkeys: [2, (keys, [key]) => [...fieldsOf(keys, key).keys()]],
  hlen: [2, (keys, [key]) => fieldsOf(keys, key).size],
  hset: [
    -4,
    (keys, [key = '', ...args]) => {
      if (args.length % 2 === 1) throw wrong("wrong number of arguments for 'hset' command");
      const { fields } = keys.made(key, 'hash');
      const before = fields.size;
      for (const [name, value] of pairs(args)) fields.set(name, value);
      return fields.size - before;
    },
  ],
  hvals: [2, (keys, [key]) => [...fieldsOf(keys, key).values()]],
  incr: [2, (keys, [key = '']) => counted(keys, key, 1)],
  incrby: [3, (keys, [key = '', by = '']) => counted(keys, key, whole(by))],
  keys: [2, (keys, [pattern = '']) => keys.names().filter(glob(pattern))],
  lindex: [3, (keys, [key = '', at = '']) => (keys.of(key, 'list')?.items ?? []).at(whole(at)) ?? null],
  llen: [2, (keys, [key = '']) => keys.of(key, 'list')?.items.length ?? 0],
  lpop: [-2, (keys, args) => pop(keys, args, true)],
  lpush: [-3, (keys, args) => push(keys, args, true)],
  lrange: [4, (keys, [key = '', from = '', to = '']) => range(keys.of(key, 'list')?.items ?? [], from, to)],
  mget: [-2, (keys, names) => names.map((key) => (keys.find(key)?.kind === 'string' ? (keys.find(key)?.text ?? null) : null))],
  mset: [
    -3,
    (keys, args) => {
      if (args.length % 2 === 1) throw wrong("wrong number of arguments for 'mset' command");
      for (const [key, value] of pairs(args)) keys.put(key, value);
      return ok;
    },
  ],
  persist: [2, (keys, [key = '']) => (left(keys, key, 1) < 0 ? 0 : expire(keys, key, Number.POSITIVE_INFINITY))],
  pexpire: [-3, (keys, [key = '', ms = '']) => expire(keys, key, keys.now() + whole(ms))],
  ping: [-1, (_keys, [text]) => text ?? new Line('PONG')],
  pttl: [2, (keys, [key = '']) => left(keys, key, 1)],
  rename: [3, (keys, [from = '', to = '']) => (keys.rename(from, to), ok)],
  rpop: [-2, (keys, args) => pop(keys, args, false)],
  rpush: [-3, (keys, args) => push(keys, args, false)],
  sadd: [
    -3,
    (keys, [key = '', ...members]) => {
      const { fields } = keys.made(key, 'set');
      const before = fields.size;
      for (const member of members) fields.set(member, '');
      return fields.size - before;
    },
  ],
  scard: [2, (keys, [key]) => fieldsOf(keys, key, 'set').size],
  set: [-3, set],
  setex: [4, (keys, [key = '', seconds = '', value = '']) => set(keys, [key, value, 'EX', seconds])],
  setnx: [3, (keys, [key = '', value = '']) => one(set(keys, [key, value, 'NX']) === ok)],
  sismember: [3, (keys, [key, member = '']) => one(fieldsOf(keys, key, 'set').has(member))],
  smembers: [2, (keys, [key]) => [...fieldsOf(keys, key, 'set').keys()]],
  srem: [-3, (keys, args) => less(keys, 'set', args)],
  strlen: [2, (keys, [key = '']) => keys.of(key, 'string')?.text.length ?? 0],
  time: [1, (keys) => [String(Math.floor(keys.now() / 1000)), String(Math.floor(keys.now() * 1000) % 1_000_000)]],
  ttl: [2, (keys, [key = '']) => left(keys, key, 1000)],
  type: [2, (keys, [key = '']) => new Line(keys.find(key)?.kind ?? 'none')],
  unlink: [-2, (keys, names) => names.filter((key) => keys.drop(key)).length],
  zadd: [
    -4,
    (keys, [key = '', ...args]) => {
      if (args.length % 2 === 1) throw wrong('syntax error');
      const scored = pairs(args).map(([score, member]) => [member, String(float(score))] as const);
      const { fields } = keys.made(key, 'zset');
      const before = fields.size;
      for (const [member, score] of scored) fields.set(member, score);
      return fields.size - before;
    },
  ],
  zcard: [2, (keys, [key]) => fieldsOf(keys, key, 'zset').size],
  zrange: [
    -4,
    (keys, [key = '', from = '', to = '', ...options]) => {
      const words = options.map((each) => each.toLowerCase());
      if (words.some((each) => !['rev', 'withscores'].includes(each))) throw new Line('ERR k8s-lab: these options of ZRANGE are not simulated', true);
      const entry = keys.of(key, 'zset');
      const all = entry ? ranked(entry) : [];
      const found = range(words.includes('rev') ? all.reverse() : all, from, to);
      return words.includes('withscores') ? found.flat() : found.map(([member]) => member);
    },
  ],
  zrem: [-3, (keys, args) => less(keys, 'zset', args)],
  zscore: [3, (keys, [key, member = '']) => fieldsOf(keys, key, 'zset').get(member) ?? null],
};

/** What changes nothing may be asked of a full server. */
export const growing = new Set('append decr decrby getset hset incr incrby lpush mset rpush sadd set setex setnx zadd'.split(' '));
/** Of the real one, but not of the lab's. */
export const absentCommands = new Set(
  'acl asking bgrewriteaof bitcount bitfield bitop bitpos blmove blpop brpop bzpopmin client cluster command copy debug discard dump eval evalsha exec expireat failover function geoadd geodist geopos georadius geosearch getbit getdel getex getrange hincrby hmget hmset hscan hsetnx incrbyfloat latency linsert lmove lpos lrem lset ltrim memory migrate module monitor move multi object pfadd pfcount pfmerge psubscribe psync publish pubsub randomkey replicaof restore role rpoplpush scan script sdiff sinter slaveof slowlog smove sort spop srandmember sscan subscribe sunion swapdb touch unsubscribe unwatch wait watch xadd xdel xgroup xinfo xlen xrange xread xreadgroup zcount zincrby zinter zpopmin zrangebyscore zrank zrevrange zscan zunion'.split(
    ' ',
  ),
);
