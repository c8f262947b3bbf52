/** A session that is driven as a learner drives it, and what it showed. */
import type { WorldName } from '../../src/cluster/worlds/index.ts';
import { Session } from '../../src/session/session.ts';

export const newSession = (seed = 1, world: WorldName = 'kubeadm-3'): Session => new Session({ world, seed });

/** Takes everything off the screen. */
export function screenOf(session: Session): string {
  const chunks: string[] = [];
  for (let text = session.tty.output.take(); text !== undefined; text = session.tty.output.take()) chunks.push(text);
  return chunks.join('');
}

/** Types a line and gives what it showed until the next prompt, echo and prompt aside. */
export function type(session: Session, line: string, limit = 60_000): string {
  screenOf(session);
  session.input({ line });
  session.cluster.sim.advanceUntil(() => !session.atPrompt || session.ended, 1_000);
  session.untilPrompt(limit);
  const screen = screenOf(session);
  const echo = screen.lastIndexOf(`${line}\n`);
  return screen.slice(echo < 0 ? 0 : echo + line.length + 1).replace(/\n?[^\n]*[#$] $/, '');
}

/** Lets virtual time pass as a screen does: in ticks, however busy the world is. */
export function pass(session: Session, milliseconds: number): void {
  for (let at = 0; at < milliseconds; at += 500) session.tick(500);
}

/** Types a line that never ends by itself, lets it run, presses Ctrl-C; gives what it showed. */
export function interrupted(session: Session, line: string, milliseconds = 2_000): string {
  screenOf(session);
  session.input({ line });
  pass(session, milliseconds);
  session.input({ interrupt: true });
  session.untilPrompt(5_000);
  return screenOf(session);
}

export const megabytes = (): number => process.memoryUsage().rss / 1024 / 1024;
