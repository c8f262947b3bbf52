/** The Engine API over HTTP on the daemon's socket, and the log drivers. */
import { expect, test } from 'vitest';
import { newSession, type } from '../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);
const api = (path: string, more = ''): string => run(`curl -s --unix-socket /var/run/docker.sock ${more} 'http://localhost${path}'`);
run('docker pull -q busybox:1.36; docker run -d --name web --label a=b busybox:1.36 sleep 9000');

test('asking over HTTP', () => {
  expect(JSON.parse(api('/version'))).toMatchObject({ Version: '29.7.2', ApiVersion: '1.55', MinAPIVersion: '1.40', Os: 'linux' });
  expect(api("/_ping'; echo '")).toContain('OK');
  expect(api('/_ping', '-I')).toContain('Api-Version: 1.55');
  expect(JSON.parse(api('/v1.41/containers/json'))).toMatchObject([{ Names: ['/web'], State: 'running', HostConfig: { NetworkMode: 'bridge' } }]);
  expect(JSON.parse(api('/containers/web/json'))).toMatchObject({ Name: '/web', State: { Running: true } });
  expect(api('/v1.23/info')).toContain('client version 1.23 is too old. Minimum supported API version is 1.40');
  expect(api('/v1.99/info')).toContain('client version 1.99 is too new. Maximum supported API version is 1.55');
  expect(api('/containers/nosuch/json')).toBe('{"message":"No such container: nosuch"}');
  expect(api('/bogus')).toBe('{"message":"page not found"}');
});

test('changing over HTTP is seen by docker', () => {
  const json = "-X POST -H 'Content-Type: application/json' -d";
  expect(api('/containers/create?name=made', `${json} '{"Image":"busybox:1.36","Cmd":["echo","hi"],"Labels":{"x":"y"}}'`)).toMatch(
    /^\{"Id":"[0-9a-f]{64}","Warnings":\[\]\}$/,
  );
  expect(api('/containers/create?name=made', `${json} '{"Image":"busybox:1.36"}'`)).toContain('Conflict. The container name');
  expect(api('/containers/create', `${json} '{bad'`)).toContain('"message":"invalid JSON');
  expect(api('/containers/made/start', `-X POST -w '%{http_code}\\n'`)).toBe('204');
  expect(api('/containers/made/wait', '-X POST')).toBe('{"StatusCode":0}');
  expect(run("docker ps -a --filter label=x=y --format '{{.Names}} {{.State}}'")).toBe('made exited');
  expect(api('/containers/made/logs?stdout=1')).toContain('hi');
  expect(api('/containers/json?all=1&filters=%7B%22label%22%3A%5B%22x%3Dy%22%5D%7D')).toContain('"/made"');
  expect(api('/containers/made', `-X DELETE -w '%{http_code}\\n'`)).toBe('204');
  expect(api('/volumes/create', `${json} '{"Name":"v1"}'`)).toContain('"Mountpoint":"/var/lib/docker/volumes/v1/_data"');
  expect(run('docker volume ls -q')).toBe('v1');
});

test('what speaks no HTTP/1 says so in its way', () => {
  expect(run('curl --unix-socket /run/containerd/containerd.sock http://localhost/; echo $?')).toBe('curl: (1) Received HTTP/0.9 when not allowed\n1');
  expect(run('curl --unix-socket /run/containerd/containerd.sock.ttrpc http://localhost/; echo $?')).toBe('curl: (52) Empty reply from server\n52');
  expect(run('curl --unix-socket /nosuch http://localhost/; echo $?')).toMatch(
    /^curl: \(7\) Failed to connect to localhost port 80 after \d+ ms: Could not connect to server\n7$/,
  );
});

test('log drivers', () => {
  const start = (name: string, flags: string): string =>
    run(`docker run -d --name ${name} ${flags} busybox:1.36 sh -c 'echo from ${name}; echo bad >&2; sleep 9000'`);
  start('jd', '--log-driver journald');
  expect(run('docker logs jd 2>/dev/null')).toBe('from jd');
  expect(run('journalctl CONTAINER_NAME=jd')).toMatch(/^Nov 22 [\d:]+ node01 [0-9a-f]{12}\[\d+\]: from jd\n.*: bad$/);
  expect(run('journalctl -p err CONTAINER_NAME=jd -o cat')).toBe('bad');
  expect(run('journalctl CONTAINER_NAME=none')).toBe('-- No entries --');
  start('sy', '--log-driver syslog --log-opt tag=app');
  expect(run('journalctl -t app -o cat')).toBe('from sy\nbad');
  expect(run('docker logs sy 2>/dev/null')).toBe('from sy');
  start('lo', '--log-driver local');
  expect(
    run("docker logs lo 2>/dev/null; docker inspect -f '{{.LogPath}}' lo; ls /var/lib/docker/containers/$(docker inspect -f '{{.Id}}' lo)/local-logs"),
  ).toBe('from lo\n\ncontainer.log');
  start('no', '--log-driver none');
  start('nc', '--log-driver syslog --log-opt cache-disabled=true');
  for (const name of ['no', 'nc']) expect(run(`docker logs ${name}`)).toBe('Error response from daemon: configured logging driver does not support reading');
  expect(start('odd', '--log-opt bogus=1')).toContain("unknown log opt 'bogus' for json-file log driver");
  expect(start('mo', '--log-opt mode=sometimes')).toContain('logger: logging mode not supported: sometimes');
  expect(start('ge', '--log-driver gelf')).toContain('k8s-lab: the log driver gelf is not simulated');
  // A daemon that comes back finds the lines.
  run('systemctl restart docker; docker start jd');
  expect(run('docker logs jd 2>/dev/null | head -1')).toBe('from jd');
});
