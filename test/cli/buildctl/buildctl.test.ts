import { describe, expect, it } from 'vitest';
import { typeIn } from '../../cluster/type-in.ts';

describe('BuildKit beside containerd', () => {
  const { type } = typeIn('node-full');

  it('builds what nerdctl asks for, with a cache, into the namespace that was named', () => {
    type(
      'mkdir app; cd app; echo hi > hello.txt; printf "FROM alpine:3.22\\nCOPY hello.txt /\\nRUN echo built > /built.txt\\nCMD cat /hello.txt /built.txt\\n" > Dockerfile',
    );
    const first = type('nerdctl build -t app:v1 .');
    expect(first).toContain('#7 [3/3] RUN echo built > /built.txt\n#7 DONE');
    expect(first).toMatch(/exporting to docker image format[\s\S]*Loaded image: docker\.io\/library\/app:v1\n$/);
    expect(type('nerdctl run --rm app:v1')).toBe('hi\nbuilt\n');
    expect(type('nerdctl build --progress=plain -t app:v1 . 2>&1 | grep -c CACHED')).toBe('3\n');
    expect(type('nerdctl -n k8s.io build -q -t app:v2 .')).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    expect(type('ctr -n k8s.io images ls -q | grep app; ctr namespaces ls -q')).toBe('docker.io/library/app:v2\ndefault\nk8s.io\n');
  });

  it('shows the place of what is wrong', () => {
    type('printf "FROM alpine:3.22\\nRUN false\\n" > Bad');
    expect(type('nerdctl build -f Bad .')).toContain(
      'Bad:2\n--------------------\n   1 |     FROM alpine:3.22\n   2 | >>> RUN false\n   3 |     \n--------------------\nerror: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1\n',
    );
    type('printf "FROM alpine:3.22\\nRUM false\\n" > Bad');
    expect(type('nerdctl build -f Bad .')).toMatch(/unknown instruction: RUM \(did you mean RUN\?\)\n.*level=fatal msg="no image was built"\n$/);
  });

  it('exports files, frees its cache, and is missed when it is away', () => {
    type('buildctl build --frontend dockerfile.v0 --local context=. --local dockerfile=. --output type=local,dest=/tmp/out 2> /dev/null');
    expect(type('cat /tmp/out/built.txt')).toBe('built\n');
    expect(type('buildctl build --frontend dockerfile.v0 --local context=. 2>&1')).toContain('no access allowed to dir "dockerfile"');
    type('buildctl build --frontend dockerfile.v0 --local context=. --local dockerfile=. --output type=tar,dest=/tmp/o.tar 2> /dev/null');
    expect(type('tar tvf /tmp/o.tar hello.txt')).toMatch(/ 0\/0 +3 /);
    expect(type('buildctl du | tail -1')).toMatch(/^Total:\t\t\d+B\n$/);
    expect(type('nerdctl builder prune -f; buildctl du | tail -1')).toMatch(/^Total: {2}\d+B\nTotal:\t\t0B\n$/);
    expect(type('systemctl stop buildkit; buildctl debug workers')).toBe(
      'error: failed to list workers: Unavailable: connection error: desc = "transport: Error while dialing: dial unix /run/buildkit/buildkitd.sock: connect: no such file or directory"\n',
    );
    expect(type('nerdctl build .')).toContain(
      'no buildkit host is available, tried 2 candidates: failed to ping to host unix:///run/buildkit-default/buildkitd.sock: exit status 1',
    );
  });

  it('builds right into a namespace of containerd where its worker is there', () => {
    type(
      'mkdir -p /etc/buildkit; printf "[worker.oci]\\n  enabled = false\\n[worker.containerd]\\n  enabled = true\\n  namespace = \\"default\\"\\n" > /etc/buildkit/buildkitd.toml; systemctl start buildkit',
    );
    expect(type('buildctl debug workers -v | grep -E "executor|namespace"')).toMatch(/containerd\.namespace:\tdefault\n.*executor:\tcontainerd\n/);
    expect(type('nerdctl build -t direct:v1 . 2>&1 | tail -3')).toContain('naming to docker.io/library/direct:v1 done');
    expect(type('nerdctl run --rm direct:v1')).toBe('hi\nbuilt\n');
  });
  it('asks mirrors first, and registries as buildkitd.toml says', () => {
    const configure = (text: string): void => {
      type(`printf '${text}' > /etc/buildkit/buildkitd.toml; systemctl restart buildkit`);
    };
    type('nerdctl run -d --name reg --net host -v /tmp/reg:/var/lib/registry registry:2; sleep 1; IP=$(hostname -I | cut -d" " -f1)');
    type('nerdctl pull -q busybox:1.36; nerdctl tag busybox:1.36 localhost:5000/library/only:1; nerdctl push -q localhost:5000/library/only:1');
    type('printf "FROM only:1\\nRUN true\\n" > Only');
    const build = "nerdctl build --pull -f Only . 2>&1 | grep -v '^time=' | tail -1";
    expect(type(build)).toContain('only:1: failed to resolve source metadata for docker.io/library/only:1: ');
    configure('[registry."docker.io"]\\n mirrors = ["\'$IP\':5000"]\\n[registry."\'$IP\':5000"]\\n http = true\\n');
    expect(type(build)).toMatch(/^Loaded image/);
    type('printf "FROM $IP:5000/library/only:1\\nRUN true\\n" > Only');
    expect(type(build)).toMatch(/^Loaded image/);
    configure('');
    expect(type(build)).toContain('http: server gave HTTP response to HTTPS client');
    configure('[registry."\'$IP\':5000"]\\n insecure = true\\n');
    expect(type(build)).toMatch(/^Loaded image/);
  });
});
