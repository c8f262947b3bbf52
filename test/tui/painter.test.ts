import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { Painter } from '../../src/tui/terminal/painter.ts';

/** A terminal's output, with a real terminal behind it. */
class FakeOut extends EventEmitter {
  readonly terminal: InstanceType<typeof xterm.Terminal>;
  columns: number;
  rows: number;
  written = '';
  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  }
  write(text: string): boolean {
    this.written += text;
    this.terminal.write(text);
    return true;
  }
  async screen(): Promise<string[]> {
    await new Promise<void>((resolve) => this.terminal.write('', resolve));
    return Array.from({ length: this.rows }, (_, row) => this.terminal.buffer.active.getLine(row)?.translateToString(true) ?? '');
  }
}
const painterOn = (out: FakeOut): Painter => new Painter(out as unknown as NodeJS.WriteStream);

test('only rows that changed are written', async () => {
  const out = new FakeOut(20, 4);
  const painter = painterOn(out);
  painter.write('one\ntwo\nthree');
  painter.flush();
  out.written = '';
  painter.write('one\nTWO\nthree');
  painter.flush();
  expect(out.written).toContain('TWO');
  expect(out.written).not.toContain('three');
  expect(await out.screen()).toEqual(['one', 'TWO', 'three', '']);
  out.written = '';
  painter.write('one\nTWO\nthree');
  painter.flush();
  expect(out.written).toBe('');
});

test('the shell is laid over the frame, and its changes alone are small', async () => {
  const out = new FakeOut(30, 4);
  const painter = painterOn(out);
  painter.write('head\n한글 │\nleft │\nstatus');
  painter.overlay = { row: 1, column: 7, rows: ['$ ls', 'file'], cursor: { row: 0, column: 4 } };
  painter.flush();
  expect(await out.screen()).toEqual(['head', '한글 │ $ ls', 'left │ file', 'status']);
  expect([out.terminal.buffer.active.cursorX, out.terminal.buffer.active.cursorY]).toEqual([11, 1]);
  out.written = '';
  painter.overlay = { row: 1, column: 7, rows: ['$ ls -', 'file'], cursor: { row: 0, column: 6 } };
  painter.flush();
  expect(out.written.length).toBeLessThan(80);
  expect(await out.screen()).toEqual(['head', '한글 │ $ ls -', 'left │ file', 'status']);
  painter.overlay = undefined;
  painter.flush();
  expect(await out.screen()).toEqual(['head', '한글 │', 'left │', 'status']);
});

test('a frame that changes below the shell keeps the shell', async () => {
  const out = new FakeOut(30, 3);
  const painter = painterOn(out);
  painter.overlay = { row: 0, column: 5, rows: ['shell'], cursor: undefined };
  painter.write('aaaa│\nb\nc');
  painter.flush();
  painter.write('bbbb│\nb\nc');
  painter.flush();
  expect(await out.screen()).toEqual(['bbbb│shell', 'b', 'c']);
});

test('after a resize everything is drawn anew', async () => {
  const out = new FakeOut(20, 3);
  const painter = painterOn(out);
  painter.write('one\ntwo');
  painter.flush();
  out.terminal.write('\x1b[2J');
  out.emit('resize');
  painter.flush();
  expect(await out.screen()).toEqual(['one', 'two', '']);
});
