/** strftime(3) in UTC and the C locale. */

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

const two = (value: number): string => String(value).padStart(2, '0');
const blank = (value: number): string => String(value).padStart(2, ' ');
const day = 86_400_000;

const yearDay = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / day);

/** Week of the year by ISO 8601, with the year it belongs to. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * day);
  return { year: thursday.getUTCFullYear(), week: Math.floor(yearDay(thursday) / 7) + 1 };
}

const hour12 = (date: Date): number => date.getUTCHours() % 12 || 12;

const fields: Readonly<Record<string, (date: Date) => string>> = {
  a: (date) => (days[date.getUTCDay()] ?? '').slice(0, 3),
  A: (date) => days[date.getUTCDay()] ?? '',
  b: (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  B: (date) => months[date.getUTCMonth()] ?? '',
  h: (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  c: (date) => strftime('%a %b %e %H:%M:%S %Y', date.getTime()),
  C: (date) => two(Math.floor(date.getUTCFullYear() / 100)),
  d: (date) => two(date.getUTCDate()),
  D: (date) => strftime('%m/%d/%y', date.getTime()),
  e: (date) => blank(date.getUTCDate()),
  F: (date) => strftime('%Y-%m-%d', date.getTime()),
  g: (date) => two(isoWeek(date).year % 100),
  G: (date) => String(isoWeek(date).year),
  H: (date) => two(date.getUTCHours()),
  I: (date) => two(hour12(date)),
  j: (date) => String(yearDay(date) + 1).padStart(3, '0'),
  k: (date) => blank(date.getUTCHours()),
  l: (date) => blank(hour12(date)),
  m: (date) => two(date.getUTCMonth() + 1),
  M: (date) => two(date.getUTCMinutes()),
  n: () => '\n',
  N: (date) => `${String(date.getUTCMilliseconds()).padStart(3, '0')}000000`,
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: (date) => (date.getUTCHours() < 12 ? 'am' : 'pm'),
  r: (date) => strftime('%I:%M:%S %p', date.getTime()),
  R: (date) => strftime('%H:%M', date.getTime()),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  S: (date) => two(date.getUTCSeconds()),
  t: () => '\t',
  T: (date) => strftime('%H:%M:%S', date.getTime()),
  u: (date) => String(date.getUTCDay() || 7),
  U: (date) => two(Math.floor((yearDay(date) + 7 - date.getUTCDay()) / 7)),
  V: (date) => two(isoWeek(date).week),
  w: (date) => String(date.getUTCDay()),
  W: (date) => two(Math.floor((yearDay(date) + 7 - ((date.getUTCDay() + 6) % 7)) / 7)),
  x: (date) => strftime('%m/%d/%y', date.getTime()),
  X: (date) => strftime('%H:%M:%S', date.getTime()),
  y: (date) => two(date.getUTCFullYear() % 100),
  Y: (date) => String(date.getUTCFullYear()),
  z: () => '+0000',
  ':z': () => '+00:00',
  Z: () => 'UTC',
  '%': () => '%',
};

/** A moment (milliseconds since 1970) in a format; flags `-`, `_`, `0`, `^` and widths as GNU date takes them. */
export function strftime(format: string, moment: number): string {
  const date = new Date(moment);
  return format.replace(/%([-_0^#]?)(\d*)[EO]?(:?[A-Za-z%])/g, (all, flag: string, width: string, letter: string) => {
    const field = fields[letter];
    if (!field) return all;
    let text = field(date);
    if (letter === 'N' && width !== '') return text.slice(0, Number(width));
    if (flag === '-') text = text.replace(/^[0 ]+(?=.)/, '');
    if (flag === '_') text = text.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length));
    if (flag === '0') text = text.replace(/^ +/, (blanks) => '0'.repeat(blanks.length));
    if (flag === '^') text = text.toUpperCase();
    return text.padStart(Number(width || 0), flag === '_' ? ' ' : '0');
  });
}
