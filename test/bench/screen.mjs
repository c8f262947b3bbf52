// What a person sees in a terminal of 200×60: time to the first frame, and from a key to its letter on the screen.
import { existsSync } from 'node:fs';
import { now } from './measure.mjs';

const columns = 200;
const rows = 60;
const settled = 400;

/** A terminal with the program in it: what stands on its screen, and a promise for the moment when something does. */
async function open(args, env, { pty, xterm }) {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 0, allowProposedApi: true });
  const began = now();
  const child = pty.spawn(process.execPath, args, { name: 'xterm-256color', cols: columns, rows, env: { ...process.env, ...env } });
  const waiting = new Set();
  let lastData = now();
  let ended = false;
  const look = () => {
    for (const wait of waiting) if (wait.test(text(terminal)) || ended) wait.resolve(now());
  };
  child.onData((data) => {
    lastData = now();
    terminal.write(data, look);
  });
  // The program asks what terminal this is: xterm answers.
  terminal.onData((answer) => child.write(answer));
  child.onExit(() => {
    ended = true;
    look();
  });
  const until = (test, what, limit = 30_000) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} did not come; the screen was:\n${text(terminal).trimEnd()}`)), limit);
      const wait = {
        test,
        resolve: (at) => {
          clearTimeout(timer);
          waiting.delete(wait);
          resolve(at);
        },
      };
      waiting.add(wait);
      look();
    });
  const quiet = async () => {
    while (now() - lastData < settled) await new Promise((resolve) => setTimeout(resolve, settled / 4));
  };
  return { began, until, quiet, write: (keys) => child.write(keys), close: () => child.kill() };
}

function text({ buffer: { active }, rows: height }) {
  return Array.from({ length: height }, (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '').join('\n');
}

const lines = (screen) => screen.split('\n').filter((line) => line.trim() !== '').length;

/** What is needed, or the reason why it cannot be measured here. */
export async function screenTools(root) {
  if (!existsSync(`${root}/src/tui/index.ts`)) return { reason: 'there is no screen yet (src/tui/index.ts)' };
  try {
    const [pty, xterm] = await Promise.all([import('@lydell/node-pty'), import('@xterm/headless')]);
    return { pty: pty.default ?? pty, xterm: xterm.default ?? xterm };
  } catch (error) {
    return { reason: `no pseudo-terminal here: ${error.message.split('\n')[0]}` };
  }
}

/** Milliseconds from the start of the process to a screen with something on it. */
export async function firstFrame(bin, env, tools) {
  const screen = await open([bin], env, tools);
  try {
    return (await screen.until((shown) => lines(shown) >= 3, 'a first frame')) - screen.began;
  } finally {
    screen.close();
  }
}

/** Milliseconds from each key to its letter on the screen, in a shell with ten thousand lines behind it. */
export async function keyToPaint(bin, env, tools, keys = 60) {
  const screen = await open([bin, 'sh'], env, tools);
  try {
    await screen.until((shown) => /[$#] *$/m.test(shown), 'a prompt');
    await screen.quiet();
    screen.write('seq 10000\r');
    await screen.until((shown) => /\b9999\b[\s\S]*\b10000\b[\s\S]*[$#]/.test(shown), 'the ten thousandth line', 60_000);
    await screen.quiet();
    const times = [];
    let typed = '';
    for (let i = 0; i < keys; i++) {
      const letter = 'qwxzjkv'[i % 7];
      typed += letter;
      const pressed = now();
      screen.write(letter);
      times.push((await screen.until((shown) => shown.includes(typed), `the letter ${letter}`)) - pressed);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    return times;
  } finally {
    screen.close();
  }
}
