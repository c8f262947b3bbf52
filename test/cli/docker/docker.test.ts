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
  expect(run("ss -Hltnp | grep docker-proxy | awk '{print $4}'")).toBe('0.0.0.0:8080\n[::]:8080');
  expect(run('pgrep -a docker-proxy | cut -d" " -f2-10')).toContain('/usr/bin/docker-proxy -proto tcp -host-ip :: -host-port 8080 -container-ip 172.');
  const own = 'ip=$(hostname -I | cut -d" " -f1); curl -s $ip:8080 | grep -c title';
  // Without it localhost leads nowhere, and what comes from elsewhere goes by the rules.
  run('pkill docker-proxy; sleep 0.1');
  expect(run(`curl -s localhost:8080; echo $?; ${own}`)).toBe('7\n1');
  run('docker restart web; sleep 1');
  expect(run('curl -s localhost:8080 | grep -c title; pgrep -c docker-proxy')).toBe('1\n2');
  run('docker rm -f web');
  expect(run('curl -s localhost:8080; echo $?; pgrep -c docker-proxy')).toBe('7\n0');
});

test('a container sees its links in /sys, its own devices, and that Docker made it', () => {
  run('docker run -d --name sys busybox:1.36 sleep 1000');
  expect(run('docker exec sys ls /sys/class/net')).toBe('eth0\nlo');
  expect(run('ip -o link show | grep -c "^$(docker exec sys cat /sys/class/net/eth0/iflink): veth"')).toBe('1');
  expect(run('ls /sys/class/net/docker0/brif | wc -l')).toBe('1');
  expect(run('docker exec sys ls -ld /dev/pts /dev/mqueue /.dockerenv | cut -c1-10')).toBe('-rwxr-xr-x\ndrwxrwxrwt\ndrwxr-xr-x');
  expect(run('docker diff sys')).toBe('');
  expect(run('docker exec sys nosuch 2>/dev/null')).toContain('"nosuch": executable file not found in $PATH');
  run('docker rm -f sys');
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
