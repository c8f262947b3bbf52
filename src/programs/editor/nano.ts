/** A small nano: type, Ctrl-O writes, Ctrl-X leaves, Ctrl-K cuts, Ctrl-U pastes. */
import { Errno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { Buffer } from './buffer.ts';
import { Screen } from './screen.ts';

export const nano = tool({
  usage: '[options] [file]',
  summary: 'A small editor.',
  options: [
    ['l', ''],
    ['w', ''],
  ],
  *run(call) {
    const { process } = call;
    const tty = process.stdout.tty ?? process.tty;
    if (!tty) throw new Failure('k8s-lab: nano without a terminal is not simulated', 70);
    const name = call.operands[0];
    const buffer = new Buffer(name !== undefined && process.fs.exists(name) ? process.fs.read(name) : '');
    const screen = new Screen(process, tty);
    try {
      yield* edit(call, screen, buffer, name);
    } finally {
      screen.close();
    }
    return 0;
  },
});

function* edit(call: Call, screen: Screen, buffer: Buffer, start: string | undefined): Routine {
  let name = start;
  let message = '';
  let top = 0;
  let cut: string[] = [];
  for (;;) {
    const height = screen.rows - 4;
    buffer.clamp(true);
    top = Math.max(Math.min(top, buffer.cursor.row), buffer.cursor.row - height + 1, 0);
    draw(screen, buffer, { name, message, top });
    const key = yield* screen.key();
    message = '';
    if (key === undefined) return;
    if (key === '\x18') {
      if (!buffer.changed) return;
      const answer = yield* ask(screen, buffer, top, 'Save modified buffer? (Y/N) ', true);
      if (/^n/i.test(answer ?? '')) return;
      if (answer === undefined) continue;
      const target = yield* ask(screen, buffer, top, `File Name to Write: ${name ?? ''}`, false);
      name = target?.slice('File Name to Write: '.length) || name;
      if (target !== undefined && save(call, buffer, name) === '') return;
    } else if (key === '\x0f') {
      const target = yield* ask(screen, buffer, top, `File Name to Write: ${name ?? ''}`, false);
      if (target === undefined) continue;
      name = target.slice('File Name to Write: '.length) || name;
      message = save(call, buffer, name) || `[ Wrote ${buffer.lines.length} lines ]`;
    } else if (key === '\x0b') cut = buffer.deleteLines(buffer.cursor.row, 1);
    else if (key === '\x15') buffer.lines.splice(buffer.cursor.row, 0, ...cut);
    else if (key === 'enter') buffer.split();
    else if (key === 'backspace') buffer.backspace();
    else if (key === '\x01' || key === '\x05') buffer.move(key === '\x01' ? 'home' : 'end');
    else if (key === 'pageup' || key === 'pagedown') buffer.cursor.row += key === 'pageup' ? -height : height;
    else if (!buffer.move(key) && (key === '\t' || (key.length <= 2 && key >= ' '))) buffer.insert(key);
  }
}

/** A question on the last line but two; undefined when it was left with Ctrl-C. */
function* ask(screen: Screen, buffer: Buffer, top: number, question: string, one: boolean): Routine<string | undefined> {
  let text = question;
  for (;;) {
    draw(screen, buffer, { name: '', message: text, top });
    const key = yield* screen.key();
    if (key === undefined || key === '\x03') return undefined;
    if (one) return key;
    if (key === 'enter') return text;
    if (key === 'backspace') text = text.slice(0, -1);
    else if (key.length <= 2) text += key;
  }
}

function save(call: Call, buffer: Buffer, name: string | undefined): string {
  if (name === undefined || name === '') return 'Cancelled';
  try {
    call.process.fs.open(name, { write: true, create: true, truncate: true });
    call.process.fs.write(name, buffer.text);
    buffer.changed = false;
    return '';
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return `[ Error writing ${name}: ${error.message} ]`;
  }
}

function draw(
  screen: Screen,
  buffer: Buffer,
  { name, message, top }: { readonly name: string | undefined; readonly message: string; readonly top: number },
): void {
  const height = screen.rows - 4;
  const title = `  GNU nano             ${name ?? 'New Buffer'}${buffer.changed ? ' *' : ''}`;
  const rows = Array.from({ length: height }, (_, i) => buffer.lines[top + i] ?? '');
  screen.draw([`\x1b[7m${title.padEnd(screen.columns)}\x1b[0m`, ...rows, message, '^G Help      ^O Write Out ^K Cut', '^X Exit      ^U Paste'], {
    row: buffer.cursor.row - top + 1,
    column: buffer.cursor.column,
  });
}
