import { describe, expect, it } from 'vitest';
import { sh } from '../../cluster/sh.ts';
import { newShell } from '../../containerd/terminal.ts';

const busybox = 'docker.io/library/busybox:1.36';
const hi = 'sha256:98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4';

describe('ctr content, images and snapshots, the rarer commands', () => {
  const { type } = newShell();
  type(`ctr images pull ${busybox}`);

  it('takes content in and edits it', () => {
    expect(type('echo hi | ctr content ingest one')).toEqual({ output: '', status: 0 });
    expect(type(`ctr content get ${hi}`).output).toBe('hi\n');
    expect(type('echo hi | ctr content ingest').output).toBe('ctr: must specify a transaction reference\n');
    expect(type('echo hi | ctr content ingest --expected-size 4 two').output).toBe(
      'ctr: failed commit on ref "two": "two" failed size validation: 3 != 4: failed precondition\n',
    );
    expect(type(`echo ho | ctr content ingest --expected-digest ${hi} three`).output).toContain(`, expected ${hi}: failed precondition`);
    expect(type(`ctr content edit --editor "sed -i s/hi/ho/" ${hi}`).output).toMatch(/^sha256:56cc5eec[0-9a-f]{56}\n$/);
    expect(type(`ctr content edit ${hi}`).output).toBe('ctr: editor is required\n');
    expect(type(`ctr content rm ${hi} abc`)).toMatchObject({ output: expect.stringContaining(`${hi}\n`), status: 1 });
    expect(type('ctr content get abc').output).toBe('ctr: invalid checksum digest format\n');
  });

  it('fetches without unpacking', () => {
    expect(type('ctr content fetch docker.io/library/alpine:3.20').output).not.toContain('unpacking');
    expect(type('ctr images check -q').output).toBe(`${busybox}\n`);
    expect(type('ctr images usage docker.io/library/alpine:3.20').output).toBe(
      "ctr: image docker.io/library/alpine:3.20 isn't unpacked in snapshotter overlayfs\n",
    );
    expect(type(`ctr images usage ${busybox}`).output).toMatch(/^KEY +SIZE +INODES \nsha256:[0-9a-f]{64} [\d.]+ MiB \d+ +\n$/);
  });

  it('converts and prunes images', () => {
    expect(type(`ctr images convert --uncompress ${busybox} box:plain`).output).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    expect(type('ctr run --rm box:plain x1 echo plain').output).toBe('plain\n');
    expect(type('ctr images prune').output).toContain('No images pruned. `image prune` requires --all to be specified.');
    type(`ctr run -d ${busybox} b1 sleep 1000`);
    expect(type('ctr images prune --all').output).toContain('level=info msg="deleted image: box:plain\\n"');
    expect(type('ctr images ls -q').output).toBe(`${busybox}\n`);
    expect(type('ctr content prune references --dry').output).toContain('level=debug msg="dry run, no changes will be applied"');
  });

  it('shows an image as a tree, labels it and mounts it twice', () => {
    const tree = type(`ctr images label ${busybox} a=b c=d; ctr images label -r ${busybox} e=f; ctr images inspect --content ${busybox}`).output;
    expect(tree).toContain(`a=b,c=d\ne=f\n${busybox}\n│    Created: `);
    expect(tree).toMatch(
      /\n│ {4}Label "e": "f"\n└── application\/vnd\.oci\.image\.index\.v1\+json @sha256:\w+ \(\d+ bytes\)\n {4}│ {3}┌────────Labels─────────\n/,
    );
    expect(tree).toMatch(/\n {4}│ {3}│ {4}Platform: linux\/386\n {4}│ {3}└── {2}Content does not exist/);
    expect(type(`ctr images label ${busybox}`).output).toContain('ctr: Target.Digest "" invalid');
    expect(type('ctr images check name==none; mkdir two')).toEqual({ output: '', status: 0 });
    expect(type(`ctr images mount ${busybox} two; ctr images mount ${busybox} two; ctr leases ls -q`).output).toMatch(/^(sha256:\w+\ntwo\n){2}two\n$/);
    expect(type('umount two; ctr images unmount --rm two; ctr leases ls -q').output).toBe('two\n');
    expect(type(`ctr images pull -k ${busybox}`).output).toBe('ctr: "--skip-verify" requires "--local" flag\n');
  });

  it('labels and mounts snapshots, and shows help for too few arguments', () => {
    expect(type('ctr snapshots label b1 a=b').output).toBe('a=b\n');
    expect(type('ctr snapshots prepare k3 none').output).toBe('ctr: parent snapshot none does not exist: not found\n');
    expect(type('ctr snapshots view v1 b1').output).toMatch(
      /^ctr: failed to create snapshot: parent "default\/\d+\/b1" is not committed snapshot: invalid argument\n$/,
    );
    expect(type('ctr content fetch none').output).toBe('ctr: failed to resolve reference "none": object required\n');
    expect(type('ctr shim').output).toContain('state     Get the state of all main process of the task');
    expect(type('ctr install none').output).toBe('ctr: image "none": not found\n');
    expect(type('ctr sandboxes rm none')).toMatchObject({ output: expect.stringContaining('failed to load sandbox none'), status: 0 });
    expect(type('ctr snapshots prepare --target /mnt k2').output).toMatch(/^mount -t bind \/var\/lib\/containerd\/.*\/fs \/mnt -o rw,rbind\n$/);
    expect(type('ctr snapshots prepare')).toMatchObject({ output: expect.stringContaining('[flags] <key> [<parent>]'), status: 0 });
  });

  it('reads the flags of run', () => {
    type('echo A=1 > e.env');
    const flags = '--env-file e.env --pid-file p --annotation x=y --rlimit-nofile 10:20 --dump-config c.json';
    expect(type(`ctr run --rm ${flags} ${busybox} b2 env`).output).toContain('A=1\n');
    expect(type('cat p').output).toMatch(/^\d+$/);
    expect(JSON.parse(type('cat c.json').output)).toMatchObject({ annotations: { x: 'y' }, process: { rlimits: [{ hard: 20, soft: 10 }] } });
    expect(type(`ctr run --rm --cap-add NET_ADMIN ${busybox} b3 true`).output).toBe("ctr: capabilities must be specified with 'CAP_' prefix\n");
    expect(type(`ctr run --rm --with-ns nonsense ${busybox} b3 true`).output).toContain("requires the format 'nstype:path'");
    type(`mkdir -p rootfs; ctr images mount ${busybox} rootfs`);
    expect(type('ctr run --rm --rootfs rootfs r1 echo from rootfs').output).toBe('from rootfs\n');
    expect(type(`ctr containers create ${busybox} made sleep 1; ctr containers ls -q`).output).toBe('b1\nmade\n');
    type('ctr containers info --spec made > spec.json; ctr containers rm made');
    expect(type('ctr run --config spec.json').output).toBe('ctr: container id must be provided\n');
    expect(type(`ctr run --gpus 0 ${busybox} g1`)).toEqual({ output: 'k8s-lab: ctr run --gpus is not simulated\n', status: 70 });
  });
});

it('a collection takes nothing of an import that is under way', () => {
  const { out } = sh(
    `nerdctl pull -q nginx:1.27 > /dev/null; nerdctl pull -q busybox:1.36 > /dev/null; nerdctl save -o two.tar nginx:1.27 busybox:1.36
(ctr -n x images import two.tar > /dev/null) &
for i in 1 2 3 4; do ctr -n x content prune references > /dev/null 2>&1; sleep 0.05; done; wait
for i in $(ctr -n x images ls -q); do ctr -n x run --rm $i c echo ran; done`,
    1,
    'node',
  );
  expect(out).toBe('ran\nran\n');
});
