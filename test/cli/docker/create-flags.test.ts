/** The rarer flags of docker run, and what the client and the daemon refuse; events, prune, contexts. */
import { expect, test } from 'vitest';
import { newSession, pass, screenOf, type } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);
run('docker pull -q busybox:1.36; docker run -d --name web --label app=web busybox:1.36 sleep 9000');
const help = "\n\nRun 'docker run --help' for more information";
const usage = `\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]${help}`;

test('what cannot be is refused in the words of client and daemon', () => {
  const refused: readonly (readonly [flags: string, message: string])[] = [
    ['--network container:web -p 80:80', 'docker: Error response from daemon: conflicting options: port publishing and the container type network mode'],
    ['--network container:web --dns 1.1.1.1', 'docker: Error response from daemon: conflicting options: dns and the network mode'],
    [
      '--restart bogus',
      "docker: Error response from daemon: invalid restart policy: unknown policy 'bogus'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
    ],
    ['--rm --restart always', 'docker: conflicting options: cannot specify both --restart and --rm'],
    ['--cap-add NOSUCH', 'docker: Error response from daemon: invalid CapAdd: unknown capability: "CAP_NOSUCH"'],
    ['--pull bogus', 'docker: invalid pull option: \'bogus\': must be one of "always", "missing" or "never"'],
    ['-p abc', 'docker: invalid containerPort: abc'],
    ['-p 1.2.3:80:80', 'docker: invalid IP address: 1.2.3'],
    ['-p 80/xyz', 'docker: invalid proto: xyz'],
    ['-p 8080-8082:80-81', 'docker: invalid ranges specified for container and host Ports: 80-81 and 8080-8082'],
    ['--expose foo', "docker: invalid range format for --expose: invalid start port 'foo': invalid syntax"],
    ['--pid foo', 'docker: --pid: invalid PID mode'],
    ['--health-retries -1', 'docker: --health-retries cannot be negative'],
    ['-v a:b:c:d', "docker: Error response from daemon: invalid volume specification: 'a:b:c:d'"],
    ['-v foo:/x:ro:rw', 'docker: invalid spec: foo:/x:ro:rw: too many colons'],
    ['-v foo:/x -v bar:/x', 'docker: Error response from daemon: Duplicate mount point: /x'],
    ['--tmpfs t', "docker: Error response from daemon: invalid mount path: 't' mount path must be absolute"],
    ['--tmpfs /t:foo=1', 'docker: Error response from daemon: invalid tmpfs option "foo"'],
    [
      '--mount type=bind,src=rel,dst=/x',
      'docker: Error response from daemon: invalid mount config for type "bind": invalid mount path: \'rel\' mount path must be absolute',
    ],
    ['--mount type=tmpfs,src=a,dst=/x', 'docker: Error response from daemon: invalid mount config for type "tmpfs": field Source must not be specified'],
    ['--volumes-from nosuch:xx', 'docker: Error response from daemon: invalid mode: xx'],
    ['--oom-score-adj 2000', 'docker: Error response from daemon: Invalid value 2000, range for oom score adj is [-1000, 1000]'],
    ['--security-opt nosuch', 'docker: invalid --security-opt: "nosuch"'],
    ['--device dev/x', 'docker: dev/x is not an absolute path'],
    ['--health-cmd x --health-interval 1us', 'docker: Error response from daemon: Interval in Healthcheck cannot be less than 1ms'],
    ['--ipc bogus', 'docker: Error response from daemon: invalid IPC mode: bogus'],
    ['--gpus all', 'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]]'],
    ['--runtime nosuch', 'docker: Error response from daemon: unknown or invalid runtime name: nosuch'],
    ['--log-driver nosuch', 'docker: Error response from daemon: error looking up logging plugin nosuch: plugin "nosuch" not found'],
    ['-w rel', "docker: Error response from daemon: the working directory 'rel' is invalid, it needs to be an absolute path"],
    ['--memory 8m --memory-swap 7m', 'docker: Error response from daemon: Minimum memoryswap limit should be larger than memory limit, see usage'],
    ['--cpuset-cpus 7', 'docker: Error response from daemon: Requested CPUs are not available - requested 7, available: 0-1'],
    [
      '--mount type=bind,source=/nosuch,target=/x',
      'docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /nosuch',
    ],
    ['--env-file nosuch', 'docker: --env-file: open nosuch: no such file or directory'],
    ['--network-alias a', 'docker: network-scoped aliases are only supported for user-defined networks'],
  ];
  for (const [flags, message] of refused) expect(run(`docker run ${flags} busybox:1.36 true`)).toBe(`${message}${help}`);
  expect(run('docker run --ulimit foo=1 busybox:1.36')).toBe(`invalid argument "foo=1" for "--ulimit" flag: invalid ulimit type: foo${usage}`);
  expect(run('docker run --mount foo busybox:1.36')).toBe(`invalid argument "foo" for "--mount" flag: invalid field 'foo' must be a key=value pair${usage}`);
  expect(run('docker run -m 64x busybox:1.36')).toBe(`invalid argument "64x" for "-m, --memory" flag: invalid suffix: 'x'${usage}`);
  for (const [flags, message] of wrong) {
    const [flag = '', value = ''] = flags.split(' ');
    const named = { '-l': '-l, --label', '-a': '-a, --attach' }[flag] ?? flag;
    expect(run(`docker run ${flags} busybox:1.36`)).toBe(`invalid argument ${JSON.stringify(value)} for "${named}" flag: ${message}${usage}`);
  }
  expect(run('docker run -d -a stdout busybox:1.36')).toBe('conflicting options: cannot specify both --attach and --detach');
  expect(run('docker run --ip6 ::1 busybox:1.36; echo $?')).toBe('k8s-lab: docker run --ip6 is not simulated\n70');
});

const wrong = [
  ['--dns foo', 'IP address is not correctly formatted: foo'],
  ['-l =x', "invalid label '=x': empty name"],
  ['-a foo', 'valid streams are STDIN, STDOUT and STDERR'],
  ['--shm-size -1', "invalid size: '-1'"],
  ['--gpus foo', 'invalid count (foo): value must be either "all" or an integer: invalid syntax'],
  ['--mount src=v,dst=/x,foo=bar', "unknown option 'foo' in 'foo=bar'"],
  ['--mount type=volume,src=v,dst=/x,bind-propagation=rslave', "cannot mix 'bind-*' options with mount type 'volume'"],
  ['--mount type=tmpfs,dst=/x,tmpfs-mode=9', 'invalid value for tmpfs-mode: 9'],
] as const;

test('flags are seen in the container and in inspect', () => {
  const flags = '--dns 1.1.1.1 --dns-search foo.com --dns-option ndots:2 --oom-score-adj 100 --mac-address 02:42:ac:11:00:09 --cidfile cid --link web:w';
  const out = run(
    `docker run --name box ${flags} --ulimit nofile=5:10 busybox:1.36 sh -c 'cat /etc/resolv.conf /proc/self/oom_score_adj; grep web /etc/hosts'`,
  );
  expect(out).toContain('nameserver 1.1.1.1\nsearch foo.com\noptions ndots:2\n\n# Based on host file');
  expect(out).toContain('# Option ndots from: override\n100\n');
  expect(out).toMatch(/172\.17\.0\.2\tw [0-9a-f]{12} web$/);
  expect(run("docker inspect -f '{{json .HostConfig.Ulimits}} {{.HostConfig.DnsSearch}} {{.HostConfig.OomScoreAdj}}' box")).toBe(
    '[{"Hard":10,"Name":"nofile","Soft":5}] [foo.com] 100',
  );
  expect(run('docker run --cidfile cid busybox:1.36')).toBe(
    `docker: container ID file found, make sure the other container isn't running or delete cid${help}`,
  );
  expect(
    run(
      'docker network create n1 >/dev/null; docker network create n2 >/dev/null; docker run -d --name two --network name=n1,alias=x --network n2 busybox:1.36 sleep 99 >/dev/null',
    ),
  ).toBe('');
  expect(run("docker inspect -f '{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{$v.Aliases}} {{end}}' two")).toBe('n1 [x] n2 [] ');
  expect(run('docker update --cpu-shares 512 --pids-limit 10 --memory 100m --memory-swap 200m two')).toBe('two');
  expect(run("docker inspect -f '{{.HostConfig.CpuShares}} {{.HostConfig.PidsLimit}} {{.HostConfig.MemorySwap}}' two")).toBe('512 10 209715200');
  expect(run('docker update --memory 1g two')).toContain('Memory limit should be smaller than already set memoryswap limit');
  run('docker rm -f two; docker network rm n1 n2');
});

test('limits and capabilities are felt inside', () => {
  expect(run("docker run --rm --ulimit nofile=100:200 busybox:1.36 sh -c 'ulimit -n; ulimit -Hn'")).toBe('100\n200');
  expect(run('docker run --rm --cap-drop ALL busybox:1.36 chown 1 /tmp')).toBe('chown: /tmp: Operation not permitted');
  expect(run("docker run --rm -a stdout busybox:1.36 sh -c 'echo out; echo err >&2'")).toBe('out');
  expect(run('docker run --rm --network nosuch busybox:1.36')).toBe(
    `docker: Error response from daemon: failed to set up container networking: network nosuch not found${help}`,
  );
});

test('formats know their fields', () => {
  expect(run(`docker ps --format '{{.Names}} {{.Label "app"}} {{.HealthStatus}}|{{.Size}}' -f name=web`)).toMatch(/^web web \|[\d.]+kB \(virtual /);
  expect(run("docker ps --format '{{.Nosuch}}' -f name=web")).toBe(
    'failed to execute template: template: :1:2: executing "" at <.Nosuch>: can\'t evaluate field Nosuch in type *formatter.ContainerContext',
  );
  expect(run('docker ps -f nosuch')).toContain('invalid argument "nosuch" for "-f, --filter" flag: bad format of filter (expected name=value)');
  expect(run('docker images -f bogus=1')).toBe("Error response from daemon: invalid filter 'bogus'");
});

test('events of the past, and up to a moment', () => {
  expect(run("docker events --since 1h --until 0s -f type=container -f event=die -f container=box --format '{{.Action}} {{.Actor.Attributes.exitCode}}'")).toBe(
    'die 0',
  );
  expect(run('docker events --until $(( $(date +%s) + 2 )) & sleep 0.5; docker kill -s USR1 web >/dev/null; wait')).toContain(' container kill ');
  expect(run('docker events --since 1s --until 1h')).toContain('cannot be after `until` time');
});

test('prune takes filters; disk usage tells of each thing', () => {
  expect(run('docker container prune -f --filter label=none')).toBe('Total reclaimed space: 0B');
  expect(run('docker container prune -f --filter until=24h')).toBe('Total reclaimed space: 0B');
  expect(run('docker container prune -f --filter bogus=1')).toBe("Error response from daemon: invalid filter 'bogus'");
  expect(run('docker system prune -f --volumes --filter until=1h')).toBe('ERROR: The "until" filter is not supported with "--volumes"');
  expect(run('docker container prune -f --filter label!=none')).toContain('Deleted Containers:\n');
  expect(run('docker system df -v')).toMatch(
    /^Images space usage:\n\nREPOSITORY +TAG[\s\S]*\nContainers space usage:\n[\s\S]* web\n\nLocal Volumes space usage:/,
  );
});

test('contexts, plugins and networks', () => {
  expect(run("docker context create far --docker host=tcp://10.0.0.9:2376 --description 'over there'")).toBe('far\nSuccessfully created context "far"');
  expect(run('docker context use far')).toBe('far\nCurrent context is now "far"');
  expect(run('docker context ls')).toMatch(/far \* +over there +tcp:\/\/10\.0\.0\.9:2376/);
  expect(run('docker ps; echo $?')).toBe('k8s-lab: docker with DOCKER_HOST=tcp://10.0.0.9:2376 is not simulated\n70');
  expect(run('docker context rm far')).toBe('context "far" is in use, set -f flag to force remove');
  expect(run('docker context rm -f far; docker context show')).toBe('far\ndefault');
  expect(run('docker --context gone ps')).toMatch(
    /^Failed to initialize: unable to resolve docker endpoint: context "gone": context not found: open \/root\/.docker\/contexts\/meta\/\w{64}\/meta.json: no such/,
  );
  expect(run('docker --log-level foo ps; docker context create c --docker host=bad')).toContain('Unable to parse logging level: foo');
  expect(run('docker context create ct --docker host=bad')).toContain('unable to parse docker host `bad`');
  expect(run('docker plugin ls')).toBe('ID        NAME      DESCRIPTION   ENABLED');
  expect(run('docker network create --subnet bogus x')).toBe('netip.ParsePrefix("bogus"): no \'/\'');
  expect(run('docker network create --subnet 10.9.0.0/24 --gateway 10.8.0.1 x')).toBe('no matching subnet for gateway 10.8.0.1');
  run('docker network create --subnet 10.9.0.0/24 --ip-range 10.9.0.128/25 -o a=b n9');
  expect(run("docker run --rm --network n9 busybox:1.36 ip -4 addr show eth0 | grep -o '10[.][^ ]*/24'")).toMatch(/^10\.9\.0\.1(2[89]|3\d)\/24$/);
  expect(run("docker network inspect -f '{{.Options}} {{(index .IPAM.Config 0).IPRange}}' n9")).toBe('map[a:b] 10.9.0.128/25');
});

test('a container is left with ^P ^Q and goes on; others keys may be named', () => {
  const leave = (line: string, keys: string): string => {
    screenOf(session);
    session.input({ line });
    pass(session, 3_000);
    session.input({ keys });
    pass(session, 1_000);
    return screenOf(session);
  };
  leave('docker run -it --name box busybox:1.36', '\x10\x11');
  expect(run("echo $?; docker ps --filter name=box --format '{{.Names}} {{.Status}}'")).toMatch(/^0\nbox Up/);
  expect(leave('docker attach box', '\x10\x11')).toContain('read escape sequence');
  expect(run('echo $?')).toBe('1');
  leave('docker attach --detach-keys=ctrl-x,x box', '\x18x');
  expect(run('docker inspect box --format {{.State.Running}}')).toBe('true');
  expect(run('docker attach --detach-keys=ctrl-- box')).toContain('Invalid detach keys (ctrl--) provided');
  run('docker rm -f box');
});

test('mounts: tmpfs of a size, nocopy, whole trees of an image in a new volume; links are copied as links', () => {
  expect(run('docker run --rm --mount type=tmpfs,dst=/x,tmpfs-size=2m busybox:1.36 df /x')).toMatch(/tmpfs +2048 /);
  run(
    'docker run --name seed busybox:1.36 sh -c "mkdir -p /srv/a/b; echo deep > /srv/a/b/c; ln -s a/b/c /srv/link"; docker commit seed seeded; docker rm seed',
  );
  expect(run('docker run --rm -v full:/srv seeded sh -c "cat /srv/a/b/c /srv/link"; docker run --rm -v full:/s busybox:1.36 cat /s/a/b/c')).toBe(
    'deep\ndeep\ndeep',
  );
  expect(run('docker run --rm -v bare:/srv:nocopy seeded ls /srv')).toBe('');
  expect(
    run('docker run -d --name keeper -v full:/v busybox:1.36 sleep 900 > /dev/null; docker run --rm --volumes-from keeper:ro busybox:1.36 touch /v/x'),
  ).toContain('Read-only file system');
  run('docker create --name linked seeded; cd /tmp; docker cp linked:/srv/link plain; docker cp -L linked:/srv/link followed');
  expect(run('readlink plain; cat followed')).toBe('a/b/c\ndeep');
  expect(run('docker run --rm --mount type=volume,src=v,dst=/v,volume-subpath=x busybox:1.36; echo $?')).toBe(
    'k8s-lab: --mount volume-subpath is not simulated\n70',
  );
});

test('what confines a container is seen inside of it', () => {
  const inside = (flags: string, line: string): string => run(`docker run --rm ${flags} busybox:1.36 sh -c '${line}'`);
  const confined = 'grep -E "NoNew|Seccomp:" /proc/1/status';
  expect(inside('', confined)).toBe('NoNewPrivs:\t0\nSeccomp:\t2');
  expect(inside('--security-opt no-new-privileges --security-opt seccomp=unconfined', confined)).toBe('NoNewPrivs:\t1\nSeccomp:\t0');
  expect(inside('--privileged', 'mount | grep -c "/sys.*[(,]ro"')).toBe('0');
  expect(inside('--sysctl net.core.somaxconn=512 --sysctl kernel.msgmax=9000', 'sysctl net.core.somaxconn; cat /proc/sys/kernel/msgmax')).toBe(
    'net.core.somaxconn = 512\n9000',
  );
  expect(run('sysctl -n net.core.somaxconn')).toBe('4096');
  expect(inside('--sysctl net.nosuch=1', 'true')).toContain('error during container init: open /proc/sys/net/nosuch: no such file or directory');
  const limits = '-m 64m --memory-reservation 32m --cpuset-cpus 1 --blkio-weight 10';
  expect(inside(limits, 'cd /sys/fs/cgroup; cat memory.swap.max memory.low cpuset.cpus.effective io.weight; nproc')).toBe(
    '67108864\n33554432\n1\ndefault 1\n1',
  );
  expect(inside('', 'cat /proc/self/cgroup')).toBe('0::/');
  expect(inside('--cgroupns host', 'cat /proc/self/cgroup')).toMatch(/^0::\/system.slice\/docker-\w+\.scope$/);
  expect(inside('--device /dev/null', 'true')).toContain('k8s-lab: the device /dev/null in a container is not simulated');
});
