import { expect, it } from 'vitest';
import { newSession, type as typeIn } from '../../robustness/lab.ts';

it('exports a container, pings in the words of its image, and says what is not there', () => {
  const session = newSession(1, 'node');
  const run = (line: string): string => typeIn(session, line);
  run('nerdctl run -d --name db busybox:1.36 sleep 9000');
  run('nerdctl exec db touch /mine; nerdctl export -o db.tar db');
  expect(run('tar tf db.tar | grep -c ^mine')).toBe('1');
  expect(run('nerdctl import db.tar imp:1; nerdctl run --rm imp:1 ls /mine')).toBe('docker.io/library/imp:1\n/mine');
  expect(run('nerdctl export nosuch 2>&1 | cat')).toContain('no such container nosuch');
  expect(run('nerdctl exec db ping -c 1 -q 127.0.0.1')).toMatch(
    /^PING 127\.0\.0\.1 \(127\.0\.0\.1\): 56 data bytes\n\n--- 127\.0\.0\.1 ping statistics ---\n1 packets transmitted, 1 packets received, 0% packet loss\nround-trip min\/avg\/max = /,
  );
  expect(run('nerdctl exec db ping -c 1 nosuch')).toContain("ping: bad address 'nosuch'");
  for (const command of ['checkpoint ls db', 'apparmor ls']) expect(run(`nerdctl ${command}; echo $?`)).toMatch(/^k8s-lab: nerdctl .* not simulated\n70$/);
  expect(run('lsns -n -p $(nerdctl inspect -f "{{.State.Pid}}" db) -o TYPE,COMMAND | grep pid')).toMatch(/^pid +sleep 9000$/);
  expect(run('lsns -o BOGUS')).toBe('lsns: unknown column: BOGUS');
});
