import { expect, test } from 'vitest';
import { newSession, type } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);
/** Without times, digests and ids. */
const plain = (text: string): string =>
  text
    .replace(/sha256:[0-9a-f]{64}/g, 'sha256:D')
    .replace(/\b\d+\.\d+s\b/g, 'Ts')
    .replace(/^(#\d+) \d+\.\d{3} /gm, '$1 T ')
    .replace(/^\d+\.\d{3} /gm, 'T ');

function dockerfile(text: string): void {
  run('rm -rf /tmp/b; mkdir -p /tmp/b; cd /tmp/b');
  session.cluster.machine('node01').fs.write('/tmp/b/Dockerfile', text);
}

test('the plugin is installed as its page says', () => {
  expect(run('docker buildx version')).toContain('unknown command: docker buildx');
  run('mkdir -p ~/.docker/cli-plugins; cd ~/.docker/cli-plugins');
  run('curl -sSL https://github.com/docker/buildx/releases/download/v0.30.1/buildx-v0.30.1.linux-amd64 -o docker-buildx; chmod +x docker-buildx');
  expect(run('docker buildx version')).toContain('github.com/docker/buildx v0.30.1');
});

test('a build is told vertex by vertex, and the second time it is cached', () => {
  dockerfile('FROM busybox:1.36\nWORKDIR /app\nCOPY a.txt .\nRUN echo hello && cat a.txt > b.txt\nENV A=b\nCMD ["cat", "b.txt"]\n');
  run('echo text > a.txt');
  const first = plain(run('docker build --progress=plain -t app:v1 . 2>&1'));
  expect(first).toContain(
    '#0 building with "default" instance using docker driver\n\n#1 [internal] load build definition from Dockerfile\n#1 transferring dockerfile: 147B done\n#1 DONE Ts\n\n#2 [internal] load metadata for docker.io/library/busybox:1.36\n#2 DONE Ts',
  );
  expect(first).toContain('[4/4] RUN echo hello && cat a.txt > b.txt\n#8 T hello\n#8 DONE Ts');
  expect(first).toContain('naming to docker.io/library/app:v1 done');
  expect(run('docker run --rm app:v1')).toBe('text');
  const second = run('docker build --progress=plain -t app:v1 . 2>&1');
  expect(second.match(/^#\d+ CACHED$/gm)).toHaveLength(4);
  run('echo other > a.txt');
  expect(run('docker build --progress=plain -t app:v2 . 2>&1').match(/^#\d+ CACHED$/gm)).toHaveLength(2);
  expect(run('docker run --rm app:v2; docker run --rm app:v1')).toBe('other\ntext');
  expect(run("docker history --no-trunc --format '{{.CreatedBy}}' app:v1 | head -5")).toBe(
    'CMD ["cat" "b.txt"]\nENV A=b\nRUN /bin/sh -c echo hello && cat a.txt > b.txt # buildkit\nCOPY a.txt . # buildkit\nWORKDIR /app',
  );
  expect(run('docker images -aq | sort -u | wc -l; docker ps -aq')).toBe('3');
});

test('stages: only those that are needed, files of one in another, owners by name', () => {
  dockerfile(
    'ARG V=1.36\nFROM busybox:$V AS build\nARG WHO=world\nRUN echo "hi $WHO" > /out\n\nFROM busybox:1.36 AS never\nRUN false\n\nFROM busybox:1.36\nCOPY --from=build --chown=nobody /out /final\nHEALTHCHECK --interval=1s --retries=2 CMD test -f /ok\nENTRYPOINT ["cat"]\nCMD ["/final"]\n',
  );
  const shown = run('docker build --progress=plain --build-arg WHO=lab -t stages . 2>&1');
  expect(shown).toContain('[build 2/2] RUN echo "hi $WHO" > /out');
  expect(shown).toContain('[stage-2 2/2] COPY --from=build --chown=nobody /out /final');
  expect(shown).not.toContain('RUN false');
  expect(run('docker run --rm stages; docker run --rm --entrypoint ls stages -ln /final')).toMatch(/^hi lab\n-rw-r--r-- +1 65534 +65534/);
  expect(run('docker build -q --target build . | cut -c1-7')).toBe('sha256:');
  run('docker run -d --name checked --entrypoint sleep stages 1000; sleep 3');
  expect(run("docker ps --format '{{.Status}}'")).toMatch(/^Up \d seconds \(unhealthy\)$/);
  run('docker exec checked touch /ok; sleep 2');
  expect(run("docker inspect -f '{{.State.Health.Status}}' checked; docker rm -f checked")).toBe('healthy\nchecked');
});

test.each([
  [
    'FORM busybox:1.36\n',
    'Dockerfile:1\n--------------------\n   1 | >>> FORM busybox:1.36\n   2 |     \n--------------------\nERROR: failed to build: failed to solve: dockerfile parse error on line 1: unknown instruction: FORM (did you mean FROM?)',
  ],
  [
    'FROM busybox:1.36\nRUN false\n',
    'Dockerfile:2\n--------------------\n   1 |     FROM busybox:1.36\n   2 | >>> RUN false\n   3 |     \n--------------------\nERROR: failed to build: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1',
  ],
  [
    'FROM busybox:9.99\n',
    'Dockerfile:1\n--------------------\n   1 | >>> FROM busybox:9.99\n   2 |     \n--------------------\nERROR: failed to build: failed to solve: busybox:9.99: failed to resolve source metadata for docker.io/library/busybox:9.99: docker.io/library/busybox:9.99: not found',
  ],
  [
    'FROM busybox:1.36\nCOPY nosuch /\n',
    'ERROR: failed to build: failed to solve: failed to compute cache key: failed to calculate checksum of ref ID: "/nosuch": not found',
  ],
  ['', 'ERROR: failed to build: failed to solve: the Dockerfile (Dockerfile) cannot be empty'],
])('%j', (text, message) => {
  dockerfile(text);
  const before = run('docker images -aq; docker ps -aq');
  expect(run('docker build --progress=plain . 2>&1; echo $?').replace(/ref \S+:/g, 'ref ID:')).toMatch(
    new RegExp(`${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n1$`),
  );
  expect(run('docker images -aq; docker ps -aq')).toBe(before);
});

test('files that are not there', () => {
  run('cd /tmp; rm -rf b; mkdir b');
  expect(run('docker build nosuch 2>&1; echo $?')).toBe('ERROR: unable to prepare context: path "nosuch" not found\n1');
  expect(run('docker build b 2>&1 | tail -1')).toBe(
    'ERROR: failed to build: failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory',
  );
  expect(run('DOCKER_BUILDKIT=0 docker build b 2>&1 | head -1')).toContain('DEPRECATED');
  expect(run('docker buildx ls | head -2; docker buildx version | cut -d" " -f1')).toMatch(/^NAME\/NODE .*\ndefault\*.*\ngithub.com\/docker\/buildx$/);
  expect(run('docker builder prune -f | tail -1')).toMatch(/^Total/);
});

test('heredocs', () => {
  dockerfile('FROM busybox:1.36\nRUN <<EOF\necho one > /f\necho two >> /f\nEOF\nCOPY <<END /g\nthree\nEND\nCMD cat /f /g\n');
  run('docker build -q -t here .');
  expect(run('docker export $(docker create here) | docker import - flat:1 | cut -c1-7; docker run --rm flat:1 cat /f')).toBe('sha256:\none\ntwo');
  expect(run('docker run --rm here')).toBe('one\ntwo\nthree');
});
