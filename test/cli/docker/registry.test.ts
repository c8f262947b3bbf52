/** A registry of one's own in a container: pushed to and pulled from by every tool, over the network. */
import { describe, expect, test } from 'vitest';
import { newSession, type } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);
const oci = "-H 'Accept: application/vnd.oci.image.manifest.v1+json'";

test('docker pushes, curl sees it, docker pulls it again', () => {
  run('docker run -d -p 5000:5000 --name registry registry:2 2>/dev/null');
  run('sleep 1; docker pull -q busybox:1.36; docker tag busybox:1.36 localhost:5000/team/app:v1');
  expect(run('curl -s localhost:5000/v2/_catalog')).toBe('{"repositories":[]}');
  const pushed = run('docker push localhost:5000/team/app:v1 | cat');
  expect(pushed).toMatch(/: Waiting\n\w{12}: Pushed\nv1: digest: sha256:\w{64} size: \d+\n\n Info -> Not all multiplatform-content is present/);
  expect(run('docker push localhost:5000/team/app:v1')).toContain('Layer already exists');
  expect(run('docker tag busybox:1.36 localhost:5000/two; docker push localhost:5000/two')).toContain(': Mounted from team/app');
  expect(run('curl -s localhost:5000/v2/_catalog')).toBe('{"repositories":["team/app","two"]}');
  expect(run('curl -s localhost:5000/v2/team/app/tags/list')).toBe('{"name":"team/app","tags":["v1"]}');
  expect(
    run('docker rmi localhost:5000/team/app:v1 localhost:5000/two busybox:1.36; docker run --rm localhost:5000/team/app:v1 echo back 2>/dev/null'),
  ).toMatch(/back$/);
  expect(run('docker logs registry 2>/dev/null | grep -c "^172.17.0.1 - - .*PUT /v2/team/app/manifests/v1"')).toBe('2');
});

test('what is wrong is said as the registry says it', () => {
  expect(run('curl -s localhost:5000/v2/none/tags/list')).toBe(
    '{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry","detail":{"name":"none"}}]}',
  );
  expect(run('curl -s localhost:5000/v2/two/manifests/latest')).toContain('OCI manifest found, but accept header does not support OCI manifests');
  expect(run('curl -s -X DELETE -w "%{http_code}" localhost:5000/v2/two/manifests/latest')).toContain('"UNSUPPORTED"');
  expect(run('docker pull localhost:5000/none')).toContain('localhost:5000/none:latest: not found');
  expect(run('docker pull node01:5000/two')).toContain('http: server gave HTTP response to HTTPS client');
  expect(run('docker push someone/app')).toContain('tag does not exist: someone/app:latest');
});

test('an upload is what its digest says', () => {
  run('UP=$(curl -s -i -X POST localhost:5000/v2/raw/blobs/uploads/ | tr -d "\\r" | awk \'/^Location/ {print $2}\')');
  const sum = run('printf hello | sha256sum | cut -c1-64');
  expect(run(`curl -s -X PUT --data-binary hello -w "%{http_code}" "$UP&digest=sha256:${'0'.repeat(64)}"`)).toContain('DIGEST_INVALID');
  run('UP=$(curl -s -i -X POST localhost:5000/v2/raw/blobs/uploads/ | tr -d "\\r" | awk \'/^Location/ {print $2}\')');
  expect(run(`curl -s -X PUT --data-binary hello -w "%{http_code}\\n" "$UP&digest=sha256:${sum}"`)).toBe('201');
  expect(run(`curl -s localhost:5000/v2/raw/blobs/sha256:${sum}; echo`)).toBe('hello');
  expect(run(`docker exec registry cat /var/lib/registry/docker/registry/v2/blobs/sha256/${sum.slice(0, 2)}/${sum}/data; echo`)).toBe('hello');
});

test('ctr, nerdctl and crictl reach it too', () => {
  run('nerdctl pull -q alpine:3.20; nerdctl tag alpine:3.20 localhost:5000/alp:1');
  expect(run('nerdctl push localhost:5000/alp:1 2>/dev/null')).toContain('elapsed:');
  expect(run('crictl pull localhost:5000/alp:1 2>/dev/null')).toContain('Image is up to date for sha256:');
  run('ctr images pull docker.io/library/busybox:1.36 >/dev/null; ctr images tag docker.io/library/busybox:1.36 localhost:5000/ctr:1');
  expect(run('ctr images push localhost:5000/ctr:1')).toMatch(/^ctr: content digest sha256:\w+: not found$/);
  expect(run('ctr images push --plain-http --platform linux/amd64 localhost:5000/ctr:1 | tail -1')).toContain('Completed push to OCI Registry');
  expect(run('curl -s localhost:5000/v2/_catalog')).toContain('"alp","ctr"');
});

test('a mirror comes first, and the registry itself when it has nothing', () => {
  run('docker run -d -p 5001:5000 --name mirror -e REGISTRY_PROXY_REMOTEURL=https://registry-1.docker.io registry:2 2>/dev/null; sleep 1');
  run('mkdir -p /etc/containerd/certs.d/docker.io');
  run(
    'printf \'server = "https://registry-1.docker.io"\\n[host."http://localhost:5001"]\\n  capabilities = ["pull", "resolve"]\\n\' > /etc/containerd/certs.d/docker.io/hosts.toml',
  );
  expect(run('crictl pull redis:7 2>/dev/null')).toContain('Image is up to date');
  expect(run('curl -s localhost:5001/v2/_catalog')).toBe('{"repositories":["library/redis"]}');
  run('docker rm -f mirror');
  expect(run('crictl pull httpd:2.4 2>/dev/null')).toContain('Image is up to date');
});

describe('daemon.json', () => {
  const set = (text: string): string => run(`echo '${text}' > /etc/docker/daemon.json`);
  test.each([
    ['{"debug": true,}', "invalid character '}' looking for beginning of object key string"],
    ['{"debug": true', 'unexpected EOF'],
    ['{"foo": 1}', "the following directives don't match any configuration option: foo"],
    ['{"debug": "yes"}', 'json: cannot unmarshal string into Go struct field Config.debug of type bool'],
    ['{"exec-opts": ["native.cgroupdriver=foo"]}', 'failed to start daemon: native.cgroupdriver option foo not supported'],
    ['{"log-driver": "foo"}', "logger: no log driver named 'foo' is registered"],
    ['{"registry-mirrors": ["mirror:5000"]}', `invalid mirror: unsupported scheme`],
  ])('%s', (text, message) => {
    set(text);
    expect(run('dockerd --validate 2>&1')).toContain(message.startsWith('invalid mirror') ? 'invalid mirror' : message);
  });

  test('a daemon with a broken one does not start, and its journal says why', () => {
    set('{"hosts": ["tcp://0.0.0.0:2375"]}');
    run('systemctl restart docker; sleep 20');
    expect(run('systemctl is-active docker')).toBe('failed');
    expect(run('journalctl -u docker --no-pager | tail -12')).toContain(
      'the following directives are specified both as a flag and in the configuration file: hosts: (from flag: [fd://], from file: [tcp://0.0.0.0:2375])',
    );
  });

  test('what it says holds', () => {
    set('{"insecure-registries": ["node01:5000"], "log-opts": {"max-size": "1k", "max-file": "2"}, "bip": "10.9.0.1/24", "live-restore": true}');
    run('systemctl reset-failed docker; systemctl restart docker; docker start registry; sleep 1');
    expect(run("docker info -f '{{.LiveRestoreEnabled}} {{.LoggingDriver}}'")).toBe('true json-file');
    expect(run('docker info | grep -A3 Insecure')).toContain('node01:5000');
    expect(run('docker pull -q node01:5000/two')).toBe('node01:5000/two:latest');
    expect(run("docker network inspect bridge -f '{{(index .IPAM.Config 0).Gateway}}'")).toBe('10.9.0.1');
    run("docker run -d --name loud node01:5000/two sh -c 'for i in $(seq 60); do echo line $i; sleep 0.01; done; sleep 1000'; sleep 2");
    expect(run('ls $(dirname $(docker inspect -f "{{.LogPath}}" loud)) | grep -c json.log')).toBe('2');
    run('systemctl stop docker');
    expect(run('ctr -n moby tasks ls | grep -c RUNNING')).toBe('2');
    run('systemctl start docker; sleep 1');
    expect(run("docker ps --format '{{.Names}}' | sort | xargs")).toBe('loud registry');
  });
});

test('a password is needed where the registry wants one', () => {
  run('mkdir -p auth; docker run --rm --entrypoint htpasswd httpd:2.4 -Bbn tester secret > auth/htpasswd 2>/dev/null');
  const env = '-e REGISTRY_AUTH=htpasswd -e REGISTRY_AUTH_HTPASSWD_REALM=Lab -e REGISTRY_AUTH_HTPASSWD_PATH=/auth/htpasswd';
  run(`docker run -d -p 5002:5000 -v $PWD/auth:/auth ${env} registry:2; docker tag node01:5000/two localhost:5002/app; sleep 1`);
  expect(run('docker push localhost:5002/app')).toContain('authorization failed: no basic auth credentials');
  expect(run('echo wrong | docker login localhost:5002 -u tester --password-stdin')).toContain(
    'login attempt to http://localhost:5002/v2/ failed with status: 401 Unauthorized',
  );
  expect(run('echo secret | docker login localhost:5002 -u tester --password-stdin')).toContain(
    "WARNING! Your credentials are stored unencrypted in '/root/.docker/config.json'.",
  );
  expect(run('docker push localhost:5002/app')).toContain('latest: digest: sha256:');
  expect(run(`curl -s -u tester:secret -o /dev/null -w '%{http_code}\\n' ${oci} localhost:5002/v2/app/manifests/latest`)).toBe('200');
  expect(run('docker logout localhost:5002; docker pull localhost:5002/app')).toContain('no basic auth credentials');
  expect(run('crictl pull --creds tester:secret localhost:5002/app 2>/dev/null')).toContain('Image is up to date');
});

test('Docker Hub counts, knows nobody, and can be searched', () => {
  expect(run('echo x | docker login -u me --password-stdin')).toContain('Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password');
  expect(run('docker search redis | head -2')).toMatch(/^NAME +DESCRIPTION +STARS +OFFICIAL\nredis .*\[OK\]$/);
  expect(run('docker manifest inspect nginx:1.27 | head -3')).toContain('application/vnd.oci.image.index.v1+json');
  run("T=$(curl -s 'https://auth.docker.io/token?service=registry.docker.io&scope=repository:library/nginx:pull' | jq -r .token)");
  const left = (): number =>
    Number(
      /ratelimit-remaining: (\d+);w=21600/.exec(
        run('curl -s -I -H "Authorization: Bearer $T" https://registry-1.docker.io/v2/library/nginx/manifests/1.27'),
      )?.[1],
    );
  const before = left();
  run('docker pull -q nginx:1.27');
  expect(left()).toBe(before - 1);
  run('for i in $(seq 100); do curl -s -o /dev/null -H "Authorization: Bearer $T" https://registry-1.docker.io/v2/library/nginx/manifests/1.27; done');
  expect(run('docker pull nginx:1.26')).toBe(
    'Error response from daemon: error from registry: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
  );
  expect(run('rm -r /etc/containerd/certs.d/docker.io; crictl pull nginx:1.26 2>&1 | tail -1')).toContain('429 Too Many Requests');
});
