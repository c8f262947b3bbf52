import { expect, it } from 'vitest';
import { typeIn } from '../../cluster/type-in.ts';

it('checks the health of containers, brings an init, and asks ps', () => {
  const { type } = typeIn('node-full');
  type('nerdctl run -d -q --init --name web --health-cmd "test -f /ok" --health-interval 2s --health-retries 2 busybox:1.36 sleep 1000');
  const status = (): string => type("nerdctl inspect -f '{{.State.Health.Status}} {{.State.Health.FailingStreak}}' web");
  expect(type('sleep 1') + status()).toBe('starting 1\n');
  expect(type('sleep 2') + status()).toBe('unhealthy 2\n');
  expect(type('nerdctl exec web touch /ok; nerdctl healthcheck web') + status()).toBe('healthy 0\n');
  expect(type('nerdctl top web -o pid,args | tail -n +2')).toMatch(/^\d+ +\/sbin\/tini -- sleep 1000\n\d+ +sleep 1000\n$/);
  expect(type('nerdctl stop web; nerdctl healthcheck web')).toContain('container is not running (status: stopped)');
  expect(type('nerdctl rm -f web; pgrep -fc healthcheck')).toBe('web\n0\n');

  type('docker run -d -q --init --name dock busybox:1.36 sleep 1000');
  expect(type('docker top dock -eo pid,args')).toMatch(/^PID +COMMAND\n\d+ +\/sbin\/docker-init -- sleep 1000\n\d+ +sleep 1000\n$/);
  expect(type('docker top dock aux | head -1')).toMatch(/^USER +PID +%CPU +%MEM +VSZ +RSS +TTY +STAT +START +TIME +COMMAND\n$/);
  expect(type('docker top dock -o args')).toBe("Error response from daemon: Couldn't find PID field in ps output\n");
  // tini passes SIGTERM on: no ten seconds of waiting for a sleep that is PID 1.
  expect(type("docker stop dock; docker inspect -f '{{.State.ExitCode}}' dock; docker run --rm --init busybox:1.36 nosuch; echo $?")).toBe(
    'dock\n143\n[FATAL tini (7)] exec nosuch failed: No such file or directory\n127\n',
  );
});
