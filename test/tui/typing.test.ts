/** A learner's typing against a real world: what the screen does must come out the same in a replay. */
import { describe, expect, test, vi } from 'vitest';
import { Session } from '../../src/session/session.ts';
import { Pump } from '../../src/tui/app/pump.ts';
import { Typing } from '../../src/tui/app/typing.ts';
import { decodeKeys } from '../../src/tui/terminal/keys.ts';
import { plainText, unstyled } from '../../src/tui/text/style.ts';

const world = { world: 'node', seed: 3 } as const;

class Learner {
  readonly session = new Session(world);
  readonly typing = new Typing(this.session, { columns: 80, rows: 24 });
  /** Ticks as uneven as a busy machine makes them. */
  type(keys: string, milliseconds = 400): void {
    for (const event of decodeKeys(keys, true).events) {
      this.typing.key(event);
      this.run(7);
    }
    this.run(milliseconds);
  }
  run(milliseconds: number): void {
    for (const end = this.session.elapsed + milliseconds; this.session.elapsed < end; ) {
      this.session.tick(Math.min(13, end - this.session.elapsed), 3);
      this.typing.drain();
    }
  }
  get screen(): string[] {
    return this.typing.placed(unstyled, String).rows.map((row) => plainText(row).trimEnd());
  }
}

describe('typing', () => {
  test('lines, history, completion, interrupts', () => {
    const learner = new Learner();
    learner.type('echo one\r');
    learner.type('\x1b[A\x7f\x7f\x7ftwo\r');
    learner.type('cat /etc/hostn\t\r');
    learner.type('sleep 100\r');
    learner.type('\x03');
    learner.type('echo $?\r');
    const name = learner.session.cluster.home;
    expect(learner.screen.filter((row) => !row.includes('#') && row !== '')).toEqual(['one', 'two', name, '^C', '130']);
  });

  test('Ctrl-D on an empty line ends the shell', () => {
    const learner = new Learner();
    learner.type('exit_not\x04');
    expect(learner.session.ended).toBe(false);
    learner.type('\x15\x04');
    expect(learner.session.ended).toBe(true);
  });

  test('Ctrl-L puts the prompt at the top, and what was there can be looked back at', () => {
    const learner = new Learner();
    learner.type('echo above\r');
    learner.type('\x0c');
    expect(learner.screen[0]).toMatch(/# ?$/);
    learner.type('\x1b[5~');
    expect(learner.screen).toContain('above');
  });
});

test('a session replays to the same bytes, wherever the ticks of the screen fell', () => {
  const learner = new Learner();
  learner.type('echo $RANDOM $RANDOM; date +%s%N\r');
  learner.type('while true; do echo busy; done\r', 150);
  learner.typing.key({ type: 'key', name: 'ctrl-c', raw: '\x03' });
  learner.type('(sleep 1; echo late) &\r', 30);
  learner.type('\x1b[200~echo a\necho b; date +%s%N\n\x1b[201~', 1500);
  learner.typing.resize(100, 30);
  learner.type('stty size\r');
  const lines = ({ vt }: Typing): string[] => [...vt.history.rows(100, 0, 100_000), ...vt.buffer.rows.map(({ text }) => text)].map((row) => row.trimEnd());
  const replayed = (): string[] => {
    const typing = new Typing(Session.replay(world, learner.session.inputs, learner.session.elapsed), { columns: 100, rows: 30 });
    typing.drain();
    return lines(typing);
  };
  const again = replayed();
  expect(again).toEqual(replayed());
  // What was written by programs; lines that were being edited when the screen wrapped anew stand elsewhere.
  const written = (all: readonly string[]): string[] => all.filter((line) => /^\d|^[ab]$|^busy$|late/.test(line));
  expect(written(lines(learner.typing))).toEqual(written(again));
  expect(written(again).length).toBeGreaterThan(5);
});

describe('the pump', () => {
  test('skips to the end of a command, and no further', async () => {
    const session = new Session(world);
    const skipped = vi.fn();
    const pump = new Pump(session, { onTick: () => {}, mark: () => '', onSkipped: skipped });
    session.input({ line: 'sleep 300' });
    pump.start();
    pump.kick();
    pump.skip();
    await vi.waitFor(() => expect(skipped).toHaveBeenCalledWith(true), 10_000);
    pump.stop();
    expect(session.elapsed).toBeGreaterThanOrEqual(300_000);
    expect(session.elapsed).toBeLessThan(301_000);
  });

  test('paused, the world stands still', async () => {
    const session = new Session(world);
    let ticks = 0;
    const pump = new Pump(session, { onTick: () => ticks++, mark: () => '', onSkipped: () => {} });
    pump.paused = true;
    const before = session.elapsed;
    pump.start();
    await vi.waitFor(() => expect(ticks).toBeGreaterThan(3));
    pump.stop();
    expect(session.elapsed).toBe(before);
  });
});
