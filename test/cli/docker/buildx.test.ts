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
  ['', 'ERROR: failed to build: failed to solve: the Dockerfile cannot be empty'],
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
  expect(run('docker build nosuch 2>&1; echo $?')).toBe('ERROR: failed to build: unable to prepare context: path "nosuch" not found\n1');
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

test('RUN sees what is mounted for it, and nothing of it stays', () => {
  dockerfile(
    [
      'FROM busybox:1.36 as base',
      'RUN --mount=type=cache,target=/c echo run >> /c/n; wc -l < /c/n',
      'RUN --mount=type=secret,id=tok --mount=type=secret,id=var,env=VAR cat /run/secrets/tok; echo $VAR',
      'RUN --mount=type=bind,source=a.txt,target=/x/y/a.txt --mount=type=tmpfs,target=/t cp /x/y/a.txt /kept; touch /t/gone',
      'RUN --mount=from=alpine:3.22,target=/other,rw cat /other/etc/alpine-release; rm -r /other/etc',
      'RUN --network=none ip addr | grep -c inet; ls -d /c /x /t /other /run/secrets/tok 2>/dev/null; true',
    ].join('\n'),
  );
  run('echo text > a.txt; echo s3cret > tok');
  const build = 'VAR=v docker build --progress=plain --secret id=tok,src=tok --secret id=var,env=VAR -t mounts';
  const first = plain(run(`${build} . 2>&1`));
  expect(first).toContain("#1 WARN: FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)\n#1 DONE");
  expect(first).toMatch(/T 1\n#\d+ DONE Ts\n\n#\d+ \[3\/6\] .*\n#\d+ T s3cret\n#\d+ T v\n/);
  expect(first).toMatch(/T 3\.22\.\d\n/);
  expect(first).toMatch(/grep -c inet.*\n#\d+ T 1\n#\d+ DONE/);
  expect(first).toContain('\n \x1b[33m1 warning found (use docker --debug to expand):\n\x1b[0m - FromAsCasing: ');
  expect(run('docker run --rm mounts cat /kept; docker run --rm mounts ls /run /t /x /c 2>&1 | grep -c "No such"')).toBe('text\n4');
  expect(run(`${build} --no-cache . 2>&1 | grep -A1 'target=/c'`)).toMatch(/ 2$/);
  expect(run('docker build --no-cache --progress=plain . 2>&1 | grep -c "can.t open"')).toBe('1');
  expect(run('docker history --no-trunc mounts | grep -c s3cret')).toBe('0');
});

test.each([
  ['RUN --mount=type=secret,id=no,required true', 'secret no: not found'],
  ['RUN --mount=type=cach,target=/x true', 'unsupported mount type "cach" (did you mean cache?)'],
  ['RUN --mount=type=bind,source=nosuch,target=/x true', 'ref ID: "/nosuch": not found'],
  ['RUN --mount=type=ssh,required true', 'no SSH key "default" forwarded from the client'],
  ['RUN --network=host true', 'network.host is not allowed'],
  ['RUN --security=insecure true', 'security.insecure is not allowed'],
])('%s', (line, wanted) => {
  dockerfile(`FROM busybox:1.36\n${line}\n`);
  expect(run('docker build . 2>&1').replace(/ref \w+::\w+/, 'ref ID')).toContain(wanted);
});

test('a Dockerfile or a whole context on standard input; the result as files, or pushed', () => {
  dockerfile('FROM busybox:1.36 AS one\nCMD ["x"]\nENTRYPOINT ["y"]\nFROM scratch\nCOPY a.txt /\nCOPY --from=one /bin/cat /\n');
  run('echo text > a.txt');
  expect(run("docker build -q -t in --target one - < Dockerfile | cut -c1-7; docker inspect -f '{{.Config.Cmd}}' in")).toBe('sha256:\n[x]');
  expect(run('docker build -q -f - . < Dockerfile | cut -c1-7')).toBe('sha256:');
  expect(run('tar c . | docker build -q - | cut -c1-7; docker build -q -o out . ; ls out | cat')).toMatch(/^sha256:\n[\s\S]*a\.txt\ncat$/);
  run('docker run -d -p 5000:5000 --name reg registry:2; docker build -q -t localhost:5000/m:2 --push .');
  expect(run('curl -s localhost:5000/v2/m/tags/list')).toContain('"tags":["2"]');
  run('docker buildx imagetools create -t localhost:5000/m:all localhost:5000/m:2 2> /dev/null');
  expect(run('docker buildx imagetools inspect localhost:5000/m:all').replace(/sha256:\w+/g, 'D')).toBe(
    'Name:      localhost:5000/m:all\nMediaType: application/vnd.oci.image.index.v1+json\nDigest:    D\n           \nManifests: \n  Name:      localhost:5000/m:all@D\n  MediaType: application/vnd.oci.image.manifest.v1+json\n  Platform:  linux/amd64',
  );
  expect(run('docker buildx imagetools inspect localhost:5000/m:none; docker rm -f reg')).toBe('ERROR: localhost:5000/m:none: not found\nreg');
});

test('ADD unpacks archives and fetches URLs; COPY keeps parents, leaves out, changes modes', () => {
  dockerfile(
    [
      'FROM busybox:1.36',
      'ADD t.tgz /x/',
      'COPY t.tgz /y/',
      'COPY --parents d/./e/c.sh d/b.md /p/',
      'COPY --exclude=*.md --chmod=u+x d /q/',
      'ADD http://localhost:8088/tmp/b/a.txt /l/',
      'RUN <<EOF',
      '  find /x /y /p /q /l -type f',
      'EOF',
    ].join('\n'),
  );
  run(
    'echo text > a.txt; mkdir -p d/e; echo b > d/b.md; echo c > d/e/c.sh; tar czf t.tgz d; (cd /; python3 -m http.server 8088 > /dev/null 2>&1 &); sleep 0.2',
  );
  expect(plain(run('docker build --progress=plain -t add . 2>&1'))).toMatch(
    /RUN <<EOF \(find \/x .*f\)\n#\d+ T \/x\/d\/b.md\n#\d+ T \/x\/d\/e\/c.sh\n#\d+ T \/y\/t.tgz\n#\d+ T \/p\/d\/b.md\n#\d+ T \/p\/e\/c.sh\n#\d+ T \/q\/e\/c.sh\n#\d+ T \/l\/a.txt\n/,
  );
  expect(run('docker run --rm add stat -c %a /q/e/c.sh /l/a.txt')).toBe('744\n600');
  const failing = (line: string): string => {
    dockerfile(`FROM busybox:1.36\n${line}\n`);
    return run('docker build . 2>&1 | tail -1').replace('ERROR: failed to build: failed to solve: ', '');
  };
  expect(failing('COPY http://localhost:8088/x /')).toBe("source can't be a URL for COPY");
  expect(failing('ADD http://localhost:8088/nosuch /')).toBe('failed to load cache key: invalid response status 404');
  expect(failing('ADD --checksum=sha256:1 http://localhost:8088/tmp /')).toMatch(/digest mismatch sha256:\w+: sha256:1$/);
  expect(failing('COPY --chmod=9 Dockerfile /')).toBe("invalid chmod parameter: '9'. it should be octal string and between 0 and 07777");
});

test('bake: targets of compose files and of JSON', () => {
  dockerfile('FROM busybox:1.36\nARG V=1\nRUN echo $V > /v\n');
  expect(run('docker buildx bake')).toBe("ERROR: couldn't find a bake definition");
  const { fs } = session.cluster.machine('node01');
  fs.write('/tmp/b/compose.yaml', 'services:\n  app: {image: "app:1", build: {context: ., args: {V: "2"}}}\n  db: {image: "redis:7"}\n');
  expect(JSON.parse(run('docker buildx bake --print'))).toEqual({
    group: { default: { targets: ['app'] } },
    target: { app: { context: '.', dockerfile: 'Dockerfile', args: { V: '2' }, tags: ['app:1'] } },
  });
  run('docker buildx bake --set app.args.V=5; rm compose.yaml');
  const base = { base: { args: { V: '7' } }, a: { inherits: ['base'], tags: ['a:1'] }, b: { inherits: ['base'], args: { V: '8' }, tags: ['b:1'] } };
  fs.write('/tmp/b/docker-bake.json', JSON.stringify({ group: { default: { targets: ['a', 'b'] } }, target: base }));
  run('docker buildx bake');
  expect(run('for i in app a b; do docker run --rm $i:1 cat /v; done')).toBe('5\n7\n8');
  expect(run('docker buildx bake nope; touch x.hcl; docker buildx bake -f x.hcl')).toBe(
    'ERROR: failed to find target nope\nk8s-lab: docker buildx bake of HCL files is not simulated',
  );
});

test('an error is shown with two lines before and after it; a bad tag stops before the build', () => {
  run(
    'mkdir -p /tmp/short; cd /tmp/short; printf "FROM busybox:1.36\\nENV a=1\\nENV b=1\\nENV c=1\\nCOPY nosuch /\\nENV d=1\\nENV e=1\\nENV f=1\\n" > Dockerfile',
  );
  const shown = run('docker build . 2>&1 | grep " | "').split('\n');
  expect(shown.map((line) => line.trim().split(' ')[0])).toEqual(['3', '4', '5', '6', '7']);
  expect(run('docker build -t Bad .')).toBe('ERROR: failed to build: invalid tag "Bad": repository name must be lowercase');
});

test('stages of stages, ports in the history, variables of inline files, files without stages', () => {
  const built = (text: string): string => {
    dockerfile(text);
    return plain(run('docker build --no-cache --progress=plain -t odd . 2>&1'));
  };
  const stages = built('FROM busybox:1.36 AS a\nRUN echo 1 > /a\nFROM a\nRUN echo 2 > /b\n');
  expect(stages).toContain('[a 2/2] RUN echo 1 > /a');
  expect(stages).toContain('[stage-1 1/1] RUN echo 2 > /b');
  expect(built('FROM busybox:1.36 AS a\nRUN echo 1 > /x\nFROM scratch\nCOPY --from=a /x /x\n')).toContain('[stage-1 1/1] COPY --from=a /x /x');
  expect(built('FROM busybox:1.36 AS a\nEXPOSE 80 443/udp\nEXPOSE 90-92\n')).toContain('#4 [1/1] FROM');
  run('mkdir -p /tmp/arg');
  session.cluster
    .machine('node01')
    .fs.write('/tmp/arg/out.df', 'FROM busybox:1.36 AS one\nARG V=1\nFROM one\nCOPY . /c\nRUN ls -A /c > /l\nHEALTHCHECK --retries=9 CMD true\nVOLUME /v\n');
  run('cd /tmp/arg; echo "*.df" > .dockerignore; touch f; docker build -q -f out.df -t arg .');
  expect(run("docker run --rm arg cat /l; docker history --no-trunc --format '{{.CreatedBy}}' arg | head -5 | cut -c1-60")).toBe(
    '.dockerignore\nf\nVOLUME [/v]\nHEALTHCHECK &{["CMD-SHELL" "true"] "0s" "0s" "0s" "0s" \'\\t\'}\nRUN |1 V=1 /bin/sh -c ls -A /c > /l # buildkit\nCOPY . /c # buildkit\nARG V=1',
  );
  expect(run("docker history --format '{{.CreatedBy}}' odd | head -2")).toBe('EXPOSE [90/tcp 91/tcp 92/tcp]\nEXPOSE [443/udp 80/tcp]');
  const inline = built('FROM busybox:1.36\nENV G=good\nCOPY <<EOF /f\nhello $UNDEF ${X:-dflt} "$G"\nEOF\nCOPY <<"EOF" /g\n$G\nEOF\nRUN cat /f /g; rm /f\n');
  expect(inline).toContain('T hello  dflt "good"\n#7 T $G\n');
  expect(inline.match(/WARN: UndefinedVar: .*/g)).toEqual([
    "WARN: UndefinedVar: Usage of undefined variable '$UNDEF' (line 3)",
    expect.stringContaining("Usage of undefined variable '$X'"),
  ]);
  expect(built('')).toContain('ERROR: failed to build: failed to solve: the Dockerfile cannot be empty');
  expect(built('# hi\n')).toMatch(/Dockerfile:1\n-+\n +1 \| >>> # hi\n[\s\S]*ERROR: failed to build: failed to solve: file with no instructions$/);
  expect(built('ARG a=1\n')).toContain('failed to solve: dockerfile contains no stages to build');
});
