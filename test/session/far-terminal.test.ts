import { expect, test } from 'vitest';
import { Session } from '../../src/session/session.ts';

test.each([
  'nerdctl run -it --name a busybox:1.36 sh',
  'nerdctl start a && nerdctl exec -it a sh',
  'ctr -n default run -t docker.io/library/busybox:1.36 b sh',
])('a shell in a container waits for lines as any other: %s', (line) => {
  const { session, type } = world;
  type(line);
  expect(session.elapsed).toBeLessThan(60_000);
  expect(type('exit')).toContain('root@node01');
});

const world = (() => {
  const session = new Session({ world: 'node', seed: 1 });
  session.untilPrompt(60_000);
  const type = (line: string): string => {
    session.input({ line });
    session.cluster.sim.advanceUntil(() => !session.atPrompt, 1_000);
    expect(session.untilPrompt(30_000), line).toBe(true);
    // What was typed is still on its way to the far shell.
    session.tick(500);
    let text = '';
    for (let piece = session.tty.output.take(); piece !== undefined; piece = session.tty.output.take()) text += piece;
    return text;
  };
  return { session, type };
})();
