/** Filters, templates and what docker does not have here. */
import { expect, test } from 'vitest';
import { newSession, type } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);

test('filters', () => {
  run('docker pull -q busybox:1.36; docker run -d --name one -v data:/data busybox:1.36 sleep 900; docker run -d --name two busybox:1.36 sleep 900');
  expect(run("docker ps --filter before=two --format '{{.Names}}'")).toBe('one');
  expect(run("docker ps --filter since=one --format '{{.Names}}'")).toBe('two');
  expect(run('docker ps --filter before=none')).toBe('Error response from daemon: No such container: none');
  expect(run("docker ps --filter health=none --format '{{.Names}}' | wc -l")).toBe('2');
  run('docker volume create idle; docker network create lab');
  expect(run('docker volume ls -q --filter dangling=true')).toBe('idle');
  expect(run('docker volume ls -q --filter dangling=false')).toBe('data');
  expect(run("docker network ls --filter type=custom --format '{{.Name}}'")).toBe('lab');
  expect(run("docker network ls --filter driver=host --format '{{.Name}}'")).toBe('host');
  expect(run('docker network ls --filter bogus=1')).toBe("Error response from daemon: invalid filter 'bogus'");
});

test('a template that asks for what is not there', () => {
  expect(run("docker inspect -f '{{.State.Health.Status}}' one; echo $?")).toBe(
    '\ntemplate parsing error: template: :1:8: executing "" at <.State.Health.Status>: map has no entry for key "Health"\n1',
  );
  expect(run("docker inspect -s -f '{{.SizeRw}}' one")).toMatch(/^\d+$/);
  expect(run('docker top one -o pid,cmd')).toMatch(/^PID +CMD\n\d+ +sleep 900$/);
});

test('logs end at --until, also when followed', () => {
  run('docker run -d --name talk busybox:1.36 sh -c "while true; do date; sleep 1; done"; sleep 3');
  expect(run('docker logs -f --until 1s talk | wc -l')).toBe('3');
});

test('swarms are not simulated, and say so; without one the daemon refuses', () => {
  for (const name of ['swarm init', 'swarm join x', 'stack config'])
    expect(run(`docker ${name}; echo $?`)).toMatch(/^k8s-lab: docker [a-z ]+ is not simulated\n70$/);
  for (const name of ['service ls', 'node ls -q', 'secret ls', 'stack deploy -c x a'])
    expect(run(`docker ${name}; echo $?`)).toMatch(/^Error response from daemon: This node is not a swarm manager\. Use [\s\S]*\n1$/);
  expect(run('docker swarm leave')).toBe('Error response from daemon: This node is not part of a swarm');
  expect(run('docker checkpoint ls x')).toBe('docker checkpoint ls is only supported on a Docker daemon with experimental features enabled');
});

test('words of the client and of the daemon, each in its place', () => {
  expect(run('docker run --rm BUSYBOX:1.36 true; echo $?')).toBe(
    "docker: invalid reference format: repository name (library/BUSYBOX) must be lowercase\n\nRun 'docker run --help' for more information\n125",
  );
  expect(run('docker tag one Bad')).toBe(
    'error parsing reference: "Bad" is not a valid repository/tag: invalid reference format: repository name (library/Bad) must be lowercase',
  );
  expect(run('docker create --name joined --network container:nosuch busybox:1.36 true')).toContain(
    'joining network namespace of container: No such container: nosuch',
  );
  expect(run('docker run --rm --network host -p 80:80 busybox:1.36 true')).toBe('WARNING: Published ports are discarded when using host network mode');
  expect(run('docker network connect host one')).toContain('cannot connect container to host network - container must be created in host network mode');
  expect(run('docker exec --env-file nosuch one true; echo $?')).toBe('open nosuch: no such file or directory\n1');
  expect(run('docker kill -s FOO one; docker kill nosuch')).toBe(
    'Error response from daemon: cannot kill container: one: invalid signal: FOO\nError response from daemon: cannot kill container: nosuch: No such container: nosuch',
  );
  expect(run("docker rename one ''; docker start one nosuch")).toBe(
    'failed to rename container: Error response from daemon: Neither old nor new names may be empty\none\nError response from daemon: No such container: nosuch\nfailed to start containers: nosuch',
  );
  expect(run('docker ps -f health=foo')).toBe(
    "Error response from daemon: invalid filter 'health=foo': invalid value for health (foo): must be one of none, starting, healthy, unhealthy",
  );
  expect(run("docker info -f '{{json .Plugins.Volume}}'; docker logout foo.bar")).toBe('["local"]\nRemoving login credentials for foo.bar');
});
