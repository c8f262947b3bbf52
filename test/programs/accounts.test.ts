import { expect, test } from 'vitest';
import { Session } from '../../src/session/session.ts';
import { type } from '../robustness/lab.ts';

test('users and groups: who may use Docker', () => {
  const session = new Session({ world: 'docker-host', seed: 1 });
  session.untilPrompt(60_000);
  const sh = (line: string): string => type(session, line).trim();
  expect(sh("su learner -c 'docker ps'")).toContain('permission denied while trying to connect to the docker API');
  expect(sh("usermod -aG docker learner; id learner; su learner -c 'docker ps -q; echo $?'")).toBe(
    'uid=1000(learner) gid=1000(learner) groups=1000(learner),27(sudo),988(docker)\n0',
  );
  expect(sh('useradd -m -s /bin/bash bob; grep bob /etc/passwd /etc/group; ls -ld /home/bob')).toMatch(
    /^\/etc\/passwd:bob:x:1001:1001::\/home\/bob:\/bin\/bash\n\/etc\/group:bob:x:1001:\ndrwxr-xr-x 2 bob bob /,
  );
  expect(sh('useradd bob; echo $?')).toBe("useradd: user 'bob' already exists\n9");
  expect(sh('usermod -aG nope bob; echo $?')).toBe("usermod: group 'nope' does not exist\n6");
  expect(sh('groupadd docker; echo $?')).toBe("groupadd: group 'docker' already exists\n9");
  expect(sh("su learner -c '/usr/sbin/useradd eve'; echo $?")).toContain('useradd: Permission denied.\n');
  expect(sh('gpasswd -d learner docker; groupdel bob; userdel -r bob; id bob')).toBe(
    "Removing user learner from group docker\ngroupdel: cannot remove the primary group of user 'bob'\nid: 'bob': no such user",
  );
  expect(sh("su learner -c 'dockerd'")).toMatch(/^dockerd needs to be started with root privileges\./);
  expect(sh('dockerd')).toMatch(
    /^failed to start daemon, ensure docker is not running or delete \/var\/run\/docker.pid: process with PID \d+ is still running$/,
  );
});
