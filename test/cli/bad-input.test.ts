import { expect, test } from 'vitest';
import { newSession, type } from '../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);
/** Everything that a failed command could have left behind. */
const state = (): string =>
  run(
    'docker images -aq; docker ps -aq; ctr c ls -q; ctr i ls -q; ctr content ls -q | wc -l; ctr -n moby content ls -q | wc -l; nerdctl ps -aq; ls /run/runc 2>/dev/null; ctr snapshots ls | wc -l',
  );

run('mkdir /tmp/w; cd /tmp/w; docker pull -q busybox:1.36; ctr i pull docker.io/library/busybox:1.36 >/dev/null; docker save busybox:1.36 -o good.tar');
run('head -c 700 good.tar > short.tar; head -c 2048 /dev/zero | tr "\\0" x > noise.tar; echo no > tiny.tar; echo x > a; tar cf other.tar a');
// A layer whose bytes are not what its name says.
run(
  'mkdir lie; tar -C lie -xf good.tar; f=$(ls -S lie/blobs/sha256/* | head -1); echo more >> $f; tar -C lie -cf lie.tar blobs index.json manifest.json oci-layout',
);
// An index that names what is not there.
run('mkdir gap; tar -C gap -xf good.tar; rm $(ls -S gap/blobs/sha256/* | head -1); tar -C gap -cf gap.tar blobs index.json manifest.json oci-layout');
run('docker create --name taken busybox:1.36; useradd -m bob 2>/dev/null');

test.each([
  ['docker load -i short.tar', /^unexpected EOF$/, 1],
  ['docker load -i noise.tar', /^archive\/tar: invalid tar header$/, 1],
  ['docker load -i other.tar', /^invalid archive: does not contain a manifest\.json$/, 1],
  ['docker load -i lie.tar', /^unexpected commit digest sha256:[0-9a-f]{64}, expected sha256:[0-9a-f]{64}: failed precondition$/, 1],
  ['docker load -i gap.tar', /^content digest sha256:[0-9a-f]{64}: not found$/, 1],
  ['docker load -i nosuch.tar', /^open nosuch\.tar: no such file or directory$/, 1],
  ['docker import noise.tar x:1', /archive\/tar: invalid tar header/, 1],
  ['ctr i import tiny.tar', /^ctr: unexpected EOF$/, 1],
  ['ctr i import other.tar', /^ctr: unrecognized image format$/, 1],
  ['ctr i import lie.tar', /^ctr: unexpected commit digest sha256:[0-9a-f]{64}, expected sha256:[0-9a-f]{64}: failed precondition$/, 1],
  ['ctr i import nosuch.tar', /^ctr: open nosuch\.tar: no such file or directory$/, 1],
  ['nerdctl load -i lie.tar', /unexpected commit digest sha256:[0-9a-f]{64}, expected/, 1],
  ['nerdctl load -i noise.tar', /archive\/tar: invalid tar header/, 1],
  ['docker run --name taken busybox:1.36', /Conflict\. The container name "\/taken" is already in use/, 125],
  ['docker run --nosuch busybox:1.36', /unknown flag: --nosuch/, 125],
  ['docker run -m 1m busybox:1.36', /Minimum memory limit allowed is 6MB/, 125],
  ['docker run nosuch/image:1', /pull access denied/, 125],
  ['su -s /bin/sh nobody -c "docker ps"', /^permission denied while trying to connect to the docker API at unix:\/\/\/var\/run\/docker\.sock$/, 1],
  [
    'su -s /bin/sh nobody -c "ctr c ls"',
    /^ctr: connection error: desc = "transport: Error while dialing: dial unix \/run\/containerd\/containerd\.sock: connect: permission denied"$/,
    1,
  ],
  ['su -s /bin/sh nobody -c "runc list"', /permission denied|no such file/, 1],
  ['ctr -a /nosuch.sock c ls', /stat \/nosuch\.sock: no such file or directory/, 1],
  ['docker -H unix:///nosuch.sock ps', /^failed to connect to the docker API at unix:\/\/\/nosuch\.sock; .*no such file or directory$/, 1],
  ['nerdctl -H /nosuch.sock ps', /cannot access containerd socket/, 1],
])('%s', (line, message, status) => {
  const before = state();
  expect(run(`${line} 2>&1 | tail -3; echo "= \${PIPESTATUS[0]}"`)).toMatch(new RegExp(`= ${status}$`));
  expect(
    run(`${line} 2>&1 | grep -v '^$' | head -2`)
      .split('\n')
      .some((each) => message.test(each)),
  ).toBe(true);
  expect(state()).toBe(before);
});

test('commands of an image that are files: test and [', () => {
  expect(run('docker run --rm busybox:1.36 test -f /etc/passwd; echo $?; docker run --rm busybox:1.36 [ a = b ]; echo $?')).toBe('0\n1');
});

test('files cross as tars on standard streams', () => {
  run('docker start taken; docker run -d --name box busybox:1.36 sleep 1000');
  expect(run('echo hi > f; tar cf - f | docker cp - box:/tmp; docker exec box cat /tmp/f; docker cp box:/tmp - | tar tf -')).toBe('hi\ntmp/\ntmp/f');
  expect(run('echo x | docker cp - box:/nosuch 2>&1; docker cp - nosuch:/ < f 2>&1')).toBe(
    'destination "box:/nosuch" must be a directory\nError response from daemon: No such container: nosuch',
  );
});

test('nerdctl.toml: other defaults, and keys that nobody knows', () => {
  const told = (file: string, command: string): string => run(`echo '${file}' > /tmp/n.toml; NERDCTL_TOML=/tmp/n.toml ${command} 2>&1 | cat`);
  expect(told('foo = 1', 'nerdctl ps')).toContain('strict mode: fields in the document are missing in the target struct"');
  expect(told('namespace = 1', 'nerdctl ps')).toContain('toml: cannot decode TOML integer into struct field config.Config.Namespace of type string"');
  expect(told('namespace = "bad!"', 'nerdctl ps')).toContain('namespace validation: identifier \\"bad!\\" must match');
  expect(told('namespace = "empty"', 'nerdctl images -q')).toBe('');
});
