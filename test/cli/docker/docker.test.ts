import { expect, test } from 'vitest';
import { newSession, type } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);

test('a container runs in the foreground and ends with its status', () => {
  expect(run('docker pull -q busybox:1.36')).toBe('docker.io/library/busybox:1.36');
  expect(run('docker run --rm busybox:1.36 echo hi')).toBe('hi');
  expect(run('docker run --rm busybox:1.36 sh -c "exit 3"; echo $?')).toBe('3');
  expect(run('docker run --rm busybox:1.36 nosuch 2>/dev/null; echo $?')).toBe('127');
  expect(run('echo piped | docker run --rm -i busybox:1.36 cat')).toBe('piped');
  expect(run('docker ps -aq')).toBe('');
});

test('a published port leads to the container', () => {
  run('docker run -d --name web -p 8080:80 nginx:1.27 2>/dev/null');
  run('sleep 1');
  expect(run('curl -s localhost:8080 | grep title')).toContain('Welcome to nginx!');
  expect(run('docker port web')).toBe('80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080');
  expect(run('ctr -n moby tasks ls -q | wc -l')).toBe('1');
  run('docker rm -f web');
  expect(run('curl -s localhost:8080; echo $?')).toBe('7');
});

test('containers of one network know each other by name, others do not', () => {
  run('docker network create lab');
  run('docker run -d --name srv --network lab nginx:1.27');
  run('sleep 1');
  expect(run('docker run --rm --network lab busybox:1.36 wget -qO- http://srv/ | grep -c title')).toBe('1');
  expect(run('docker run --rm busybox:1.36 wget -qO- http://srv/')).toContain('bad address');
  expect(run('docker network rm lab')).toContain('network lab has active endpoints (name:"srv"');
  run('docker rm -f srv');
  expect(run('docker network rm lab')).toBe('lab');
});

test('what ends is started again as its policy says', () => {
  run('docker run -d --name again --restart on-failure:2 busybox:1.36 sh -c "echo try; exit 4"');
  run('sleep 3');
  expect(run("docker inspect -f '{{.RestartCount}} {{.State.ExitCode}}' again")).toBe('2 4');
  expect(run('docker logs again')).toBe('try\ntry\ntry');
});

test('a Dockerfile becomes an image, and the second time nothing is built', () => {
  run('printf \'FROM busybox:1.36\\nCOPY Dockerfile /\\nRUN echo built > /b\\nCMD ["cat", "/b"]\\n\' > Dockerfile');
  expect(run('docker build -t app . 2>/dev/null')).toContain('Successfully tagged app:latest');
  expect(run('docker run --rm app')).toBe('built');
  expect(run('docker build -t app . 2>/dev/null')).toContain('Using cache');
  expect(run('docker history -q app | wc -l')).not.toBe('0');
});

test('containers stop with the daemon, and it says when it is gone', () => {
  run('docker run -d --name stays --restart always busybox:1.36 sleep 3600');
  run('systemctl restart docker');
  run('sleep 2');
  expect(run("docker ps --format '{{.Names}}'")).toBe('stays');
  run('systemctl stop docker');
  expect(run('docker ps')).toContain('failed to connect to the docker API at unix:///var/run/docker.sock');
});
