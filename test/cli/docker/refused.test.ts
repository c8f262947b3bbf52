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
  expect(run('cat file; docker exec box head -1 /etc/passwd')).toContain('y\nroot:');
});
