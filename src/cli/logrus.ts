/** Lines as logrus and klog print them: what ctr, crictl, nerdctl and runc say on standard error. */
import { quote } from '../apimachinery/go-text.ts';
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';

/** logrus' names. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'fatal';

const colors: Readonly<Record<LogLevel, readonly [code: number, name: string]>> = {
  debug: [37, 'DEBU'],
  info: [36, 'INFO'],
  warning: [33, 'WARN'],
  error: [31, 'ERRO'],
  fatal: [31, 'FATA'],
};

/** logrus quotes what is not plain. */
const value = (text: string): string => (/^[a-zA-Z0-9._/@^+-]+$/.test(text) ? text : quote(text));

/** One line on stderr: coloured on a terminal. `fields` follow the message. */
export function* logLine(process: Process, level: LogLevel, message: string, fields: Readonly<Record<string, string>> = {}): Routine {
  const rest = Object.entries(fields);
  if (process.stderr.tty) {
    const [code, name] = colors[level];
    const colored = rest.map(([key, text]) => ` \x1b[${code}m${key}\x1b[0m=${value(text)}`).join('');
    yield* process.printError(`\x1b[${code}m${name}\x1b[0m[0000] ${message.padEnd(44)}${colored} \n`);
    return;
  }
  const time = `${new Date(process.now).toISOString().slice(0, 19)}Z`;
  yield* process.printError(`time="${time}" level=${level} msg=${value(message)}${rest.map(([key, text]) => ` ${key}=${value(text)}`).join('')}\n`);
}

/** A klog error line: `E1122 12:24:14.177416    2607 remote_image.go:250] "…" err="…"`. */
export function* klogError(process: Process, place: string, message: string, fields: readonly (readonly [string, string])[]): Routine {
  const iso = new Date(process.now).toISOString();
  const micros = String(Math.floor((process.now % 1) * 1000)).padStart(3, '0');
  const head = `E${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 23)}${micros} ${String(process.pid).padStart(7)} ${place}]`;
  yield* process.printError(`${head} ${quote(message)}${fields.map(([key, text]) => ` ${key}=${text}`).join('')}\n`);
}
