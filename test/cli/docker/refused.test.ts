/** What a real engine refuses or obeys, and what was once taken without a word. */
import { expect, test } from 'vitest';
import { newSession, type } from '../../robustness/lab.ts';

const session = newSession(1, 'docker-host');
const run = (line: string): string => type(session, line);
run('docker pull -q busybox:1.36; docker run -d --name box busybox:1.36 sleep 9000');
const help = "\n\nRun 'docker run --help' for more information";
const driver = 'failed to create task for container: failed to initialize logging driver: ';
const userNetworks = 'user specified IP address is supported on user defined networks only';
const userSubnets = 'user specified IP address is supported only when connecting to networks with user configured subnets';

test('flags of run whose values cannot be', () => {
  run('docker network create plain; docker network create --subnet 10.7.0.0/24 own');
  const refused: readonly (readonly [flags: string, message: string])[] = [
    ['--group-add nosuch', 'unable to find group nosuch: no matching entries in group file'],
    ['--group-add -5', 'uids and gids must be in range 0-2147483647'],
    ['--log-opt max-size=abc', `${driver}invalid size: 'abc'`],
    ['--log-opt max-size=10x', `${driver}invalid suffix: 'x'`],
    ['--log-opt max-size=0', `${driver}max-size must be a positive number`],
    ['--log-opt max-file=abc', `${driver}strconv.Atoi: parsing "abc": invalid syntax`],
    ['--log-opt max-file=0', `${driver}max-file cannot be less than 1`],
    ['--log-opt compress=true', `${driver}compress cannot be true when max-file is less than 2 or max-size is not set`],
    ['--log-driver local --log-opt max-file=abc', `${driver}invalid value for max-file: abc: strconv.Atoi: parsing "abc": invalid syntax`],
    ['--log-driver local --log-opt max-file=0', `${driver}compression cannot be enabled when max file count is 1`],
    ['--log-opt max-buffer-size=1m', "logger: max-buffer-size option is only supported with 'mode=non-blocking'"],
    ['--ip 172.17.0.9', `invalid config for network bridge: invalid endpoint settings:\n${userNetworks}`],
    ['--network host --ip 172.17.0.9', `invalid config for network host: invalid endpoint settings:\n* ${userNetworks}\n* ${userSubnets}`],
    ['--network plain --ip 172.18.0.9', `invalid config for network plain: invalid endpoint settings:\n${userSubnets}`],
    [
      '--network own --ip 10.8.0.9',
      'invalid config for network own: invalid endpoint settings:\nno configured subnet or ip-range contain the IP address 10.8.0.9',
    ],
    ['--cpu-shares -3', 'invalid CPU shares (-3): value must be a positive integer'],
    ['--volume-driver foo -v data:/x', 'create data: error looking up volume plugin foo: plugin "foo" not found'],
  ];
  for (const [flags, message] of refused)
    expect(run(`docker run --rm ${flags} busybox:1.36 true`)).toBe(`docker: Error response from daemon: ${message}${help}`);
  expect(run('docker run --rm -p 10.99.99.99:8080:80 busybox:1.36 true')).toContain(
    'failed to bind host port 10.99.99.99:8080/tcp: cannot assign requested address',
  );
  expect(run('docker run --rm --network own --ip 10.7.0.9 -p 127.0.0.2:80:80 --volume-driver foo -v /tmp:/x busybox:1.36 true; echo $?')).toBe('0');
  expect(run('docker network connect --ip 172.18.0.9 plain box')).toBe(`Error response from daemon: invalid endpoint settings:\n${userSubnets}`);
});

test('groups by name, names of a host', () => {
  expect(run('docker run --rm --group-add www-data --group-add 77 busybox:1.36 id -G')).toBe('0 33 77');
  expect(run('docker run --rm --network host --hostname abc busybox:1.36 hostname; hostname')).toMatch(/^abc\n(?!abc)/);
  expect(run('docker run --rm --network host busybox:1.36 hostname')).toBe(run('hostname'));
  expect(run("docker run --rm -h abc --domainname ex.org busybox:1.36 sh -c 'hostname; tail -1 /etc/hosts'")).toMatch(
    /^abc\n172\.17\.0\.\d+\tabc\.ex\.org abc$/,
  );
  expect(run('docker run --rm -h abc.foo.com busybox:1.36 tail -1 /etc/hosts')).toMatch(/\tabc\.foo\.com abc$/);
});

test('networks, filters, exec, tags and copies', () => {
  const refused: readonly (readonly [line: string, message: string])[] = [
    ['network create --subnet 10.6.0.5/24 zz', 'invalid network config:\ninvalid subnet 10.6.0.5/24: it should be 10.6.0.0/24'],
    ['network ls -f type=foo', "invalid filter: 'type'='foo'"],
    ['network ls -f dangling=maybe', 'invalid value for filter \'dangling\', must be "true" (or "1"), or "false" (or "0")'],
    ['volume ls -f dangling=maybe', "invalid filter 'dangling=[maybe]'"],
    ['volume ls -f dangling=true -f dangling=false', "invalid filter 'dangling=[false true]'"],
    ['exec -d box nosuch', 'OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH'],
    ['tag busybox:1.36 sha256:abc', 'refusing to create an ambiguous tag using digest algorithm as name'],
    ['tag nosuch sha256', 'refusing to create an ambiguous tag using digest algorithm as name'],
  ];
  for (const [line, message] of refused) expect(run(`docker ${line}; echo $?`)).toBe(`Error response from daemon: ${message}\n1`);
  expect(run('docker exec -d box touch /made; echo $?; docker exec box ls /made')).toBe('0\n/made');
  run('mkdir -p dir/sub; echo x > dir/f; echo y > file');
  for (const line of ['cp dir box:/etc/passwd', 'cp dir/. box:/etc/passwd', 'cp box:/etc file', 'cp box:/etc/. file'])
    expect(run(`docker ${line}; echo $?`)).toBe('cannot copy directory\n1');
  for (const line of ['cp file box:/etc/passwd/', 'cp file box:/nosuch/', 'cp box:/etc/passwd nosuch/'])
    expect(run(`docker ${line}; echo $?`)).toBe('no such directory\n1');
  expect(run('cd /tmp; touch plain; docker cp box:/etc/passwd plain/; docker cp -q box:/etc fresh/; ls fresh/passwd; cd')).toBe(
    'stat /tmp/plain/: not a directory\nfresh/passwd',
  );
  expect(run('cat file; docker exec box head -1 /etc/passwd')).toContain('y\nroot:');
});

test('what a template makes of structs, and of fields that nobody has', () => {
  run('docker create --name pp -p 8099:80 -v /tmp:/x -l a=b busybox:1.36 sleep 9; docker network create --subnet 10.11.0.0/24 shown');
  const shown: readonly (readonly [template: string, text: string])[] = [
    ['{{.HostConfig.RestartPolicy}} {{.HostConfig.LogConfig}}', '{no 0} {json-file map[]}'],
    ['[{{index .Config.Labels "no"}}] {{index .Config.Labels "a"}} {{.Config.Labels}}', '[] b map[a:b]'],
    ['{{.HostConfig.PortBindings}} {{.Config.ExposedPorts}} {{.NetworkSettings.Ports}}', 'map[80/tcp:[{invalid IP 8099}]] map[80/tcp:{}] map[]'],
    ['{{.Mounts}}', '[{bind  /tmp /x   true rprivate}]'],
    ['{{.State}}', '{created false false false false false 0 0  0001-01-01T00:00:00Z 0001-01-01T00:00:00Z <nil>}'],
    ['{{.ID | len}} {{.State.Health}} {{.HostConfig.Memory}} {{.HostConfig.Resources.Memory}}', '64 <nil> 0 0'],
    ['{{printf "%v" .State.Health}} {{json .HostConfig.Binds}}', '<nil> ["/tmp:/x"]'],
    ['{{range .Mounts}}{{.}}{{end}} {{println .HostConfig.RestartPolicy}}', '{bind  /tmp /x   true rprivate} {no 0}\n'],
    // What Go's types do not have is asked of the JSON: there, structs are maps.
    ['{{len .Id}} {{.HostConfig.RestartPolicy}}', '64 map[MaximumRetryCount:0 Name:no]'],
    ['{{.State.Health.Status}}', 'template parsing error: template: :1:8: executing "" at <.State.Health.Status>: map has no entry for key "Health"'],
  ];
  for (const [template, text] of shown) expect(run(`docker inspect -f '${template}' pp`).trimStart()).toBe(text);
  expect(run("docker network inspect -f '{{.IPAM.Config}}' shown")).toBe('[{10.11.0.0/24 invalid Prefix 10.11.0.1 map[]}]');
  expect(run('docker ps -a -f name=pp --format \'{{.Label "a"}} {{.Platform}} {{json .Platform}}\'')).toBe(
    'b linux/amd64 {"architecture":"amd64","os":"linux"}',
  );
  expect(run("docker context ls --format '{{if .Current}}*{{end}}{{json .}}'")).toContain('*{"Current":true,');
  expect(run("docker info -f '{{.Swarm}} {{.SecurityOptions}}'")).toBe('{  inactive false  [] 0 0 <nil> []} [name=seccomp,profile=builtin name=cgroupns]');
  expect(run("docker info -f 'a{{.Foo}}'; echo $?")).toBe('a\ntemplate: :1:3: executing "" at <.Foo>: can\'t evaluate field Foo in type system.dockerInfo\n1');
  expect(run("docker info -f '{{.Swarm.Foo}}'")).toContain("can't evaluate field Foo in type swarm.Info");
  expect(run("docker info -f '{{.NFd}}'; echo $?")).toBe('k8s-lab: .NFd of docker info is not simulated\n70');
  expect(run("docker version -f '{{.Foo}}'")).toBe(
    '\ntemplate: version:1:2: executing "version" at <.Foo>: can\'t evaluate field Foo in type system.versionInfo',
  );
  expect(run("docker version -f '{{.Foo'; echo $?")).toBe('template parsing error: template: version:1: unclosed action\n64');
});

test('resolv.conf says where it is from; top asks ps', () => {
  const head = '# Generated by Docker Engine.\n# This file can be edited; Docker Engine will not make further changes once it\n# has been modified.\n\n';
  const first = run("grep '^nameserver' /etc/resolv.conf").split('\n')[0]?.split(' ')[1] ?? '';
  const shown = (flags: string): string => run(`docker run --rm ${flags} busybox:1.36 cat /etc/resolv.conf`);
  expect(shown('')).toBe(`${head}${run('cat /etc/resolv.conf')}\n\n# Based on host file: '/etc/resolv.conf' (legacy)\n# Overrides: []`);
  expect(shown('--network plain')).toContain(`${head}nameserver 127.0.0.11\n`);
  expect(shown('--network plain')).toContain(`ndots:0\n\n# Based on host file: '/etc/resolv.conf' (internal resolver)\n# ExtServers: [host(${first})`);
  expect(shown('--network plain --dns 1.1.1.1 --dns-search foo.com --dns-option ndots:2')).toBe(
    `${head}nameserver 127.0.0.11\nsearch foo.com\noptions ndots:2\n\n# Based on host file: '/etc/resolv.conf' (internal resolver)\n# ExtServers: [1.1.1.1]\n# Overrides: [nameservers search options]\n# Option ndots from: override`,
  );
  expect(run('docker top box -o foo')).toBe('Error response from daemon: ps: error: unknown user-defined format specifier "foo"');
  expect(run('docker -H unix:///nosuch.sock run busybox:1.36 true; echo $?')).toMatch(
    /^docker: failed to connect to the docker API at unix:\/\/\/nosuch\.sock; [^\n]*\n\nRun 'docker run --help' for more information\n125$/,
  );
});

test('networks that cannot be; addresses that are left; what a network without a way out reaches', () => {
  const refused: readonly (readonly [line: string, message: string])[] = [
    ['host', 'operation is not permitted on predefined host network'],
    ['-d null n', 'only one instance of "null" network is allowed'],
    ['-d nosuch n', 'plugin "nosuch" not found'],
    ["''", 'invalid name: name is empty'],
    ['--scope swarm n', 'cannot create a swarm scoped network when swarm is not active'],
  ];
  for (const [line, message] of refused) expect(run(`docker network create ${line}`)).toBe(`Error response from daemon: ${message}`);
  expect(run('docker network create --subnet 10.12.0.0/33 n')).toBe('netip.ParsePrefix("10.12.0.0/33"): prefix length out of range');
  run('docker network create --subnet 10.12.0.0/24 --aux-address a=10.12.0.2 left10; docker network create --internal left9');
  expect(run('docker network create -o com.docker.network.bridge.name=docker0 n')).toMatch(
    /conflicts with network \w{64} \(docker0\): networks have same bridge/,
  );
  expect(run("docker network ls -f name=left --format '{{.Name}}'")).toBe('left9\nleft10');
  expect(run('docker run --rm --network left10 busybox:1.36 ip route')).toBe(
    'default via 10.12.0.1 dev eth0 \n10.12.0.0/24 dev eth0 scope link  src 10.12.0.3 ',
  );
  expect(run('docker run --rm --network left9 busybox:1.36 ping -c1 -W1 8.8.8.8')).toContain('sendto: Network is unreachable');
  expect(run("docker network inspect -f '{{json .Status}}' left10")).toBe('{"IPAM":{"Subnets":{"10.12.0.0/24":{"IPsInUse":4,"DynamicIPsAvailable":252}}}}');
  expect(run('docker network connect none box')).toContain('with one of the networks in private (none) mode');
});

test('files of variables, ports side by side, changes of an import, memory without swap', () => {
  expect(run("printf 'A B=1\\n' > vars; docker run --rm --env-file vars busybox:1.36 true")).toContain(
    "invalid env file (vars): variable 'A B' contains whitespaces",
  );
  run('docker run -d --name ports -p 8191-8192:8191-8192 -p 8193:80 busybox:1.36 sleep 9');
  expect(run("docker ps -f name=ports --format '{{.Ports}}'")).toBe(
    '0.0.0.0:8191-8192->8191-8192/tcp, [::]:8191-8192->8191-8192/tcp, 0.0.0.0:8193->80/tcp, [::]:8193->80/tcp',
  );
  run('docker export ports -o e.tar; docker import -c \'CMD ["echo","hey"]\' -m mine e.tar imported:1');
  expect(run("docker run --rm imported:1; docker history --format '{{.Comment}}' imported:1")).toBe('hey\nmine');
  expect(run('docker update --memory 32m ports')).toContain('update the memoryswap at the same time');
  expect(run('docker commit -c "FOO x" ports')).toBe('Error response from daemon: FOO is not a valid change command');
});

test("Docker's own rules of iptables follow networks and ports", () => {
  run(
    'docker network create --subnet 10.13.0.0/24 ruled; docker run -d --name ruled --network ruled -p 8301:80 -p 127.0.0.1:8302:81/udp busybox:1.36 sleep 99',
  );
  const bridge = `br-${run('docker network inspect -f "{{.ID}}" ruled').slice(0, 12)}`;
  const mine = (line: string): string => run(`${line} | grep -e 10.13.0 -e ${bridge}`).replaceAll(bridge, 'BR');
  expect(mine('iptables -t nat -S')).toBe(
    '-A POSTROUTING -s 10.13.0.0/24 ! -o BR -j MASQUERADE\n-A DOCKER ! -i BR -p tcp -m tcp --dport 8301 -j DNAT --to-destination 10.13.0.2:80\n-A DOCKER -d 127.0.0.1/32 ! -i BR -p udp -m udp --dport 8302 -j DNAT --to-destination 10.13.0.2:81',
  );
  expect(mine('iptables -S')).toBe(
    `-A DOCKER -d 10.13.0.2/32 ! -i BR -o BR -p udp -m udp --dport 81 -j ACCEPT
-A DOCKER -d 10.13.0.2/32 ! -i BR -o BR -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER ! -i BR -o BR -j DROP
-A DOCKER-BRIDGE -o BR -j DOCKER
-A DOCKER-CT -o BR -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -i BR -j ACCEPT`,
  );
  expect(run('iptables -S FORWARD | tail -2; iptables -t nat -S OUTPUT | tail -1')).toBe(
    '-A FORWARD -j DOCKER-USER\n-A FORWARD -j DOCKER-FORWARD\n-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
  );
  run('docker rm -f ruled; docker network rm ruled');
  expect(mine('iptables-save')).toBe('');
});
