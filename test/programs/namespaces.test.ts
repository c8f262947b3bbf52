import { expect, test } from 'vitest';
import { Session } from '../../src/session/session.ts';
import { type } from '../robustness/lab.ts';

test('a machine’s name is its uts namespace’s, and unshare says what it could not run', () => {
  const session = new Session({ world: 'docker-host', seed: 1 });
  session.untilPrompt(60_000);
  const sh = (line: string): string => type(session, line).trim();
  expect(sh("unshare --uts --pid --fork --mount-proc sh -c 'hostname inside; cat /proc/sys/kernel/hostname'; cat /proc/sys/kernel/hostname")).toBe(
    'inside\ndocker',
  );
  expect(sh('hostname other; sysctl -n kernel.hostname; hostname docker')).toBe('other');
  expect(sh('hostnamectl set-hostname other; cat /etc/hostname; hostnamectl hostname; hostnamectl set-hostname docker')).toBe('other\nother');
  expect(sh('unshare --uts nosuch; echo $?')).toBe('unshare: failed to execute nosuch: No such file or directory\n127');
});
