/** Dates as programs show and read them. The lab's machines keep UTC unless TZ names an offset. */

const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const monthNames = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

type Zone = { readonly name: string; readonly offsetMinutes: number };
/** What machines keep unless TZ says otherwise. */
export const utc: Zone = { name: 'UTC', offsetMinutes: 0 };

/** Zones without summer time that learners in the lab's languages set; others count as UTC. */
const zones: Readonly<Record<string, Zone>> = {
  'Asia/Seoul': { name: 'KST', offsetMinutes: 540 },
  'Asia/Tokyo': { name: 'JST', offsetMinutes: 540 },
  'Asia/Shanghai': { name: 'CST', offsetMinutes: 480 },
  'Asia/Kolkata': { name: 'IST', offsetMinutes: 330 },
};

/** `TZ` as the environment has it: a known zone, or POSIX's `KST-9`. */
export function zoneOf(text: string | undefined): Zone {
  if (text === undefined || text === '') return utc;
  const posix = /^([A-Za-z]{3,})([+-]?\d{1,2})(?::(\d\d))?$/.exec(text);
  if (posix) return { name: posix[1] as string, offsetMinutes: -(Number(posix[2]) * 60 + Math.sign(Number(posix[2])) * Number(posix[3] ?? 0)) };
  return zones[text] ?? utc;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** strftime(3) with GNU's flags (`%-d`, `%_H`, `%N`, `%:z`, `%s`). */
export function strftime(format: string, milliseconds: number, zone: Zone = utc): string {
  const date = new Date(milliseconds + zone.offsetMinutes * 60_000);
  return format.replace(/%([-_0^#]*)(\d*)(:{0,3}[A-Za-z%])/g, (whole, flags: string, width: string, letter: string) => {
    const text = field(letter, date, milliseconds, zone);
    if (text === undefined) return whole;
    return adjust(text, flags, width);
  });
}

function adjust(text: string, flags: string, width: string): string {
  let out = text;
  if (flags.includes('-')) out = out.replace(/^[0 ]+(?=.)/, '');
  if (flags.includes('_')) out = out.replace(/^0+(?=\d)/, (zeros) => ' '.repeat(zeros.length));
  if (flags.includes('^')) out = out.toUpperCase();
  if (width !== '') out = /^\d/.test(out) && !flags.includes('_') ? out.padStart(Number(width), '0') : out.padStart(Number(width));
  return out;
}

function field(letter: string, date: Date, milliseconds: number, zone: Zone): string | undefined {
  const hours = date.getUTCHours();
  const day = date.getUTCDay();
  const again = (format: string): string => strftime(format, milliseconds, zone);
  const fields: Readonly<Record<string, () => string>> = {
    '%': () => '%',
    a: () => (dayNames[day] ?? '').slice(0, 3),
    A: () => dayNames[day] ?? '',
    b: () => (monthNames[date.getUTCMonth()] ?? '').slice(0, 3),
    h: () => (monthNames[date.getUTCMonth()] ?? '').slice(0, 3),
    B: () => monthNames[date.getUTCMonth()] ?? '',
    c: () => again('%a %b %e %H:%M:%S %Y'),
    C: () => two(Math.floor(date.getUTCFullYear() / 100)),
    d: () => two(date.getUTCDate()),
    D: () => again('%m/%d/%y'),
    e: () => String(date.getUTCDate()).padStart(2),
    F: () => again('%Y-%m-%d'),
    g: () => two(isoWeek(date).year % 100),
    G: () => String(isoWeek(date).year),
    H: () => two(hours),
    I: () => two(hours % 12 || 12),
    j: () => String(dayOfYear(date)).padStart(3, '0'),
    k: () => String(hours).padStart(2),
    l: () => String(hours % 12 || 12).padStart(2),
    m: () => two(date.getUTCMonth() + 1),
    M: () => two(date.getUTCMinutes()),
    n: () => '\n',
    N: () => `${String(Math.floor((milliseconds % 1) * 1e6 + date.getUTCMilliseconds() * 1e6)).padStart(9, '0')}`,
    p: () => (hours < 12 ? 'AM' : 'PM'),
    P: () => (hours < 12 ? 'am' : 'pm'),
    q: () => String(Math.floor(date.getUTCMonth() / 3) + 1),
    r: () => again('%I:%M:%S %p'),
    R: () => again('%H:%M'),
    s: () => String(Math.floor(milliseconds / 1000)),
    S: () => two(date.getUTCSeconds()),
    t: () => '\t',
    T: () => again('%H:%M:%S'),
    u: () => String(day || 7),
    U: () => two(Math.floor((dayOfYear(date) + 6 - day) / 7)),
    V: () => two(isoWeek(date).week),
    w: () => String(day),
    W: () => two(Math.floor((dayOfYear(date) + 6 - ((day + 6) % 7)) / 7)),
    x: () => again('%m/%d/%y'),
    X: () => again('%H:%M:%S'),
    y: () => two(date.getUTCFullYear() % 100),
    Y: () => String(date.getUTCFullYear()),
    z: () => offset(zone, ''),
    ':z': () => offset(zone, ':'),
    '::z': () => `${offset(zone, ':')}:00`,
    Z: () => zone.name,
  };
  return fields[letter]?.();
}

const offset = (zone: Zone, colon: string): string => {
  const minutes = Math.abs(zone.offsetMinutes);
  return `${zone.offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${colon}${two(minutes % 60)}`;
};

const dayMilliseconds = 86_400_000;
const dayOfYear = (date: Date): number =>
  Math.floor((Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMilliseconds) + 1;

function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 4 - (date.getUTCDay() || 7)));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / dayMilliseconds + 1) / 7) };
}

const units: Readonly<Record<string, number>> = {
  sec: 1e3,
  second: 1e3,
  min: 6e4,
  minute: 6e4,
  hour: 36e5,
  day: dayMilliseconds,
  week: 7 * dayMilliseconds,
  fortnight: 14 * dayMilliseconds,
};

/** The forms of `date -d` and `touch -d` that people use; undefined for others. */
export function parseDate(text: string, now: number, zone: Zone = utc): number | undefined {
  const epoch = /^@(-?\d+(?:\.\d+)?)$/.exec(text.trim());
  if (epoch) return Number(epoch[1]) * 1000;
  let rest = ` ${text.trim()} `;
  let at = now;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(rest);
    if (found) rest = rest.replace(found[0], ' ');
    return found;
  };
  let offsetMinutes = zone.offsetMinutes;
  const local = (): Date => new Date(at + offsetMinutes * 60_000);
  const isoOffset = /T?\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)\b/i.exec(rest);
  if (isoOffset) {
    const digits = /([+-])(\d\d):?(\d\d)/.exec(isoOffset[1] as string);
    offsetMinutes = digits ? (digits[1] === '-' ? -1 : 1) * (Number(digits[2]) * 60 + Number(digits[3])) : 0;
    rest = rest.replace(isoOffset[0], isoOffset[0].slice(0, isoOffset[0].lastIndexOf(isoOffset[1] as string)));
  } else if (take(/ (UTC|GMT|Z) /i)) offsetMinutes = 0;
  const set = (year: number, month: number, day: number, keepTime = false): void => {
    const clock = keepTime ? (at + offsetMinutes * 60_000) % dayMilliseconds : 0;
    at = Date.UTC(year, month, day) + clock - offsetMinutes * 60_000;
  };
  const iso = take(/(\d{4})-(\d{1,2})-(\d{1,2})/);
  const slashes = iso ? null : take(/(\d{1,2})\/(\d{1,2})\/(\d{4})/);
  const words = iso || slashes ? null : namedDay(take, local().getUTCFullYear());
  const clock = take(/[T ](\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*([ap]m)?/i);
  if (iso) set(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]));
  else if (slashes) set(Number(slashes[3]), Number(slashes[1]) - 1, Number(slashes[2]));
  else if (words) set(...words);
  else if (clock) set(local().getUTCFullYear(), local().getUTCMonth(), local().getUTCDate());
  if (clock) {
    const hour = (Number(clock[1]) % (clock[5] ? 12 : 24)) + (clock[5]?.toLowerCase() === 'pm' ? 12 : 0);
    at += hour * 36e5 + Number(clock[2]) * 6e4 + Number(clock[3] ?? 0) * 1e3 + Number(`0.${clock[4] ?? 0}`) * 1e3;
  }
  at = relative(at, take, offsetMinutes);
  return rest.trim() === '' ? at : undefined;
}

function namedDay(take: (pattern: RegExp) => RegExpExecArray | null, year: number): [number, number, number] | undefined {
  const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
  take(/ (?:sun|mon|tue|wed|thu|fri|sat)[a-z]*,? /i);
  const dayFirst = take(new RegExp(` (\\d{1,2})[ -](${months})[a-z]*[ -,]*(\\d{4})? `, 'i'));
  const month = (name: string): number => months.split('|').indexOf(name.slice(0, 3).toLowerCase());
  if (dayFirst) return [Number(dayFirst[3] ?? year), month(dayFirst[2] as string), Number(dayFirst[1])];
  const monthFirst = take(new RegExp(` (${months})[a-z]*\\.? (\\d{1,2})(?:,? (\\d{4}))? `, 'i'));
  if (!monthFirst) return undefined;
  const late = monthFirst[3] === undefined ? take(/ (\d{4}) *$/) : null;
  return [Number(monthFirst[3] ?? late?.[1] ?? year), month(monthFirst[1] as string), Number(monthFirst[2])];
}

function relative(from: number, take: (pattern: RegExp) => RegExpExecArray | null, offsetMinutes: number): number {
  let at = from;
  const move = (amount: number, unit: string): void => {
    const known = units[unit];
    if (known !== undefined) at += amount * known;
    else {
      const date = new Date(at + offsetMinutes * 60_000);
      const months = unit === 'year' ? 12 * amount : amount;
      at =
        Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate()) +
        ((((at + offsetMinutes * 60_000) % dayMilliseconds) + dayMilliseconds) % dayMilliseconds) -
        offsetMinutes * 60_000;
    }
  };
  for (let found = true; found; ) {
    const step = take(/ ([+-]?)\s*(\d+|next|last|an?)\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?( ago)? /i);
    found = step !== null;
    if (!step) break;
    const word = (step[2] as string).toLowerCase();
    const amount = word === 'last' ? -1 : /^\d/.test(word) ? Number(word) : 1;
    move((step[1] === '-' ? -1 : 1) * (step[4] ? -1 : 1) * amount, (step[3] as string).toLowerCase());
  }
  if (take(/ yesterday /i)) move(-1, 'day');
  if (take(/ tomorrow /i)) move(1, 'day');
  if (take(/ midnight /i)) at -= (at + offsetMinutes * 60_000) % dayMilliseconds;
  while (take(/ (now|today) /i));
  return at;
}
