import { expect, test } from 'vitest';
import { newSession, pass, screenOf, type } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);
/** What `runc` says went wrong, and its status. */
const failure = (line: string): string => run(`${line} 2>&1 | sed 's/.*level=error msg=//'; echo \${PIPESTATUS[0]}`);

test('a bundle made by hand runs', () => {
  run('mkdir -p /tmp/b/rootfs; cd /tmp/b; docker pull -q busybox:1.36');
  run('docker export $(docker create busybox:1.36) | tar -C rootfs -xf -');
  expect(run('runc spec; jq -Mc .process.args config.json')).toBe('["sh"]');
  expect(failure('runc spec')).toBe('"File config.json exists. Remove it first"\n1');
  session.input({ line: 'runc run demo; echo $?' });
  pass(session, 1000);
  session.input({ line: 'hostname; tty; touch /x; exit 3' });
  pass(session, 1000);
  expect(screenOf(session).replaceAll('\r', '')).toMatch(/runc\n\/dev\/pts\/\d\ntouch: \/x: Read-only file system\n3\n/);
  run(`jq '.process.terminal=false' config.json > c && mv c config.json`);
  expect(run('echo "echo hi; hostname; exit 4" | runc run demo; echo $?')).toBe('hi\nrunc\n4');
});

test('its life in steps, seen by every command', () => {
  run(`jq '.process.args=["sleep","1000"]' config.json > c && mv c config.json`);
  run('runc create demo');
  expect(run("runc list | awk '{print $1, $3, $4}'; runc ps demo | tail -1 | grep -c 'runc init'")).toBe('ID STATUS BUNDLE\ndemo created /tmp/b\n1');
  run('runc start demo');
  expect(run('runc state demo | jq -Mr .status,.rootfs; runc exec demo sh -c "exit 7"; echo $?')).toBe('running\n/tmp/b/rootfs\n7');
  expect(run('runc exec -e A=b --cwd /tmp -u 1000:1000 demo sh -c "echo $A; pwd; id -u"').split('\n').slice(-2)).toEqual(['/tmp', '1000']);
  expect(
    run(
      'cat /sys/fs/cgroup$(cut -d: -f3 /proc/$(runc state demo | jq -M .pid)/cgroup)/memory.max; runc update --memory 64M demo; runc events --stats demo | jq -M .data.memory.usage.limit',
    ),
  ).toBe('max\n67108864');
  expect(run('runc exec --cap FOO demo true 2>&1 | cut -d= -f3-')).toBe('warning msg="ignoring unknown or unavailable capabilities: [FOO]"');
  expect(run('runc kill --help | tail -2; runc exec --help | grep -E "tty|env|fds"')).toBe(
    'USAGE:\n   runc kill <container-id> [signal]\n   --env value, -e value              set environment variables\n   --tty, -t                          allocate a pseudo-TTY\n   --preserve-fds value               pass N additional file descriptors to the container (default: 0)',
  );
  expect(failure('runc kill demo 999')).toBe('"unable to signal init: invalid argument"\n1');
  expect(failure('runc checkpoint demo')).toContain('CRIU version check failed: exec: ');
  expect(failure('runc restore demo')).toBe('"container with given ID already exists"\n1');
  run('runc pause demo');
  expect(failure('runc exec demo ls')).toBe('"exec failed: cannot exec in a paused container (use --ignore-paused to override)"\n255');
  expect(failure('runc resume demo; runc resume demo')).toBe('"container not paused"\n1');
  expect(failure('runc delete demo')).toBe('"cannot delete container demo that is not stopped: running"\n1');
  expect(run('runc kill demo 0; echo $?; echo \'{"pids":{"limit":9}}\' | runc update -r - demo; echo $?')).toBe('0\n0');
  run('runc kill demo KILL; sleep 0.2');
  expect(run('runc list -f json | jq -Mc ".[0]|[.id,.pid,.status,.owner]"')).toBe('["demo",0,"stopped","root"]');
  expect(failure('runc kill demo')).toBe('"container not running"\n1');
  expect(run('runc delete demo; runc list -q; ls -A /run/runc')).toBe('');
});

test.each([
  ['runc state nosuch', '"container does not exist"', 1],
  ['runc delete nosuch', '"container does not exist"', 1],
  ['runc delete -f nosuch', '', 0],
  ['runc run a/b', '"runc run failed: invalid container ID format"', 1],
  ['runc run -d --console-socket /nosuch x', '"runc run failed: cannot use console socket if runc will not detach or allocate tty"', 1],
  ['runc run -b /nosuch x', '"runc run failed: chdir /nosuch: no such file or directory"', 1],
  ['runc --root / list', '"Option --root argument should not be set to /"', 1],
  ['runc --root /nosuch list', '"open /nosuch: no such file or directory"', 1],
  ['runc --root /tmp list -f yaml', '"invalid format option"', 1],
  ['runc nosuch', `"No help topic for 'nosuch'\\n"`, 3],
  ['runc exec', null, 1],
  ['su -s /bin/sh nobody -c "runc run x"', '"runc run failed: rootless container requires user namespaces"', 1],
  ['(mkdir -p /tmp/e; cd /tmp/e; runc run x)', '"runc run failed: JSON specification file config.json not found"', 1],
  [`(cd /tmp/e; echo '{,}' > config.json; runc run x)`, `"runc run failed: invalid character ',' looking for beginning of object key string"`, 1],
  [
    '(cd /tmp/e; runc spec -b /tmp/e; rm config.json; runc spec; sed -i /terminal/d config.json; runc run x)',
    '"runc run failed: invalid rootfs: stat /tmp/e/rootfs: no such file or directory"',
    1,
  ],
  ['(cd /tmp/e; sed -i s/pid/pif/ config.json; runc run x)', `"runc run failed: namespace {\\"pif\\" \\"\\"} does not exist"`, 1],
])('%s', (line, message, status) => {
  const [found, code] = [failure(line).split('\n').slice(0, -1).join('\n'), run(`${line} > /dev/null 2>&1; echo $?`)];
  if (message !== null) expect(found.split('\n').at(-1)).toBe(message);
  expect(code).toBe(String(status));
});

test('a name in use is refused and nothing changes', () => {
  run('cd /tmp/b; runc run -d demo');
  const before = run('runc list; find /sys/fs/cgroup/user.slice | wc -l');
  expect(failure('runc run -d demo')).toBe('"runc run failed: container with given ID already exists"\n1');
  expect(run('runc list; find /sys/fs/cgroup/user.slice | wc -l')).toBe(before);
  run('runc delete -f demo');
});

test('runc sees the containers of containerd and of Docker', () => {
  expect(run('containerd --help | grep -A2 -E "^(USAGE|COMMANDS)"; containerd --foo | head -1')).toContain(
    '   containerd [global options] command [command options]\n',
  );
  run('docker run -d --name web nginx:1.27');
  run('ctr images pull docker.io/library/busybox:1.36 > /dev/null; ctr run -d docker.io/library/busybox:1.36 box sleep 1000');
  expect(run('runc --root /run/docker/runtime-runc/moby list -q; docker ps -q --no-trunc')).toMatch(/^([0-9a-f]{64})\n\1$/);
  expect(run("runc --root /run/containerd/runc/default list | awk 'NR==2{print $1, $3}'")).toBe('box running');
  expect(run("runc --root /run/containerd/runc/default kill box KILL; sleep 0.2; ctr tasks ls | awk 'NR==2{print $3}'")).toBe('STOPPED');
  expect(run("docker pause web >/dev/null; runc --root /run/docker/runtime-runc/moby list | awk 'NR==2{print $3}'")).toBe('paused');
});

test('flags count behind arguments too, and state is bare JSON', () => {
  expect(run('runc delete nosuch -f; echo $?')).toBe('0');
  expect(run('runc run -d demo2; runc state demo2 | tail -c 1; echo; runc delete demo2 --force')).toBe('}');
});
