/** Manifest lists put together by docker and by nerdctl, pushed to a registry of one's own. */
import { expect, test } from 'vitest';
import { newSession, type } from '../../robustness/lab.ts';

const session = newSession(1, 'node');
const run = (line: string): string => type(session, line);

test('docker makes a list of two images, tells the second platform, pushes it and pulls by it', () => {
  run('docker run -d -p 5000:5000 --name registry registry:2 2>/dev/null; sleep 1');
  run('for each in busybox:1.36 nginx:1.27; do docker pull -q $each; docker tag $each localhost:5000/$each; docker push -q localhost:5000/$each; done');
  const of = 'localhost:5000/app:all';
  const parts = 'localhost:5000/busybox:1.36 localhost:5000/nginx:1.27';
  expect(run(`docker manifest create ${of} ${parts}`)).toBe(`Created manifest list ${of}`);
  expect(run(`docker manifest create ${of} ${parts}`)).toBe('refusing to amend an existing manifest list with no --amend flag');
  expect(run(`docker manifest annotate ${of} localhost:5000/nginx:1.27 --arch z80`)).toBe('manifest entry for image has unsupported os/arch combination: /z80');
  expect(run(`docker manifest annotate ${of} localhost:5000/no:1 --arch arm64`)).toBe(`manifest for image localhost:5000/no:1 does not exist in ${of}`);
  run(`docker manifest annotate ${of} localhost:5000/nginx:1.27 --arch arm64 --variant v8`);
  expect(run(`docker manifest inspect ${of} | jq -cM '.manifests[].platform'`)).toBe(
    '{"architecture":"amd64","os":"linux"}\n{"architecture":"arm64","os":"linux","variant":"v8"}',
  );
  expect(run(`docker manifest inspect -v ${of} localhost:5000/busybox:1.36 | jq -rM '.Ref, .OCIManifest.schemaVersion'`)).toBe(
    'localhost:5000/busybox:1.36\n2',
  );
  expect(run(`docker manifest push -p ${of}`)).toMatch(/^(Pushed ref localhost:5000\/app@(sha256:\w{64}) with digest: \2\n){2}sha256:\w{64}$/);
  expect(run(`docker manifest push ${of}; docker manifest rm ${of}`)).toBe(`No such manifest: ${of}\nNo such manifest: ${of}`);
  expect(run(`docker run --rm ${of} echo by its list 2>/dev/null`)).toBe('by its list');
  expect(run('docker manifest create x/y:1 nginx:1.27')).toBe('docker.io/library/nginx:1.27 is a manifest list');
});

test('nerdctl takes images by digest, and searches', () => {
  run("B=localhost:5000/app@$(nerdctl manifest inspect localhost:5000/app:all | jq -r '.manifests[0].digest')");
  expect(run('nerdctl manifest create localhost:5000/app:two $B')).toBe('Created manifest list localhost:5000/app:two');
  expect(run('nerdctl manifest create localhost:5000/app:two $B')).toContain('manifest list localhost:5000/app:two already exists. Use --amend to modify');
  run('nerdctl manifest annotate localhost:5000/app:two $B --os-version 1');
  expect(run('nerdctl manifest push --purge localhost:5000/app:two')).toMatch(/^Pushed ref .*\nsha256:\w{64}$/);
  expect(run('nerdctl manifest inspect localhost:5000/app:two | jq -r \'.manifests[0].platform["os.version"]\'')).toBe('1');
  expect(run('nerdctl manifest rm localhost:5000/app:two')).toContain('No such manifest: localhost:5000/app:two');
  expect(run('nerdctl manifest create x:1 localhost:5000/app:all')).toContain('unsupported media type: application/vnd.oci.image.index.v1+json');
  expect(run('nerdctl search redis | head -2')).toMatch(/^NAME +DESCRIPTION +STARS {15}OFFICIAL\nredis .*13350 +\[OK\]$/);
  expect(run("nerdctl search --limit 1 --format '{{.Name}}' redis; nerdctl search -f stars=x redis")).toMatch(/^redis\n.*invalid filter 'stars=x'/);
});
