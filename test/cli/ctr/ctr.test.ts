import { describe, expect, it } from 'vitest';
import { newShell } from '../../containerd/terminal.ts';

const busybox = 'docker.io/library/busybox:1.36';

describe('ctr', () => {
  it('runs containers in the foreground and in the background', () => {
    const { type } = newShell();
    type(`ctr images pull ${busybox}`);
    expect(type(`ctr run --rm ${busybox} hello echo hello from ctr`)).toEqual({ output: 'hello from ctr\n', status: 0 });
    expect(type(`ctr run --rm ${busybox} code sh -c "exit 3"`).status).toBe(3);
    expect(type(`ctr run --rm --env COLOR=blue --hostname box ${busybox} env1 sh -c 'echo $COLOR; hostname'`).output).toBe('blue\nbox\n');
    expect(type(`echo piped | ctr run --rm ${busybox} in cat`).output).toBe('piped\n');
    expect(type(`ctr run -d ${busybox} bb1 sleep 3600`)).toEqual({ output: '', status: 0 });
    expect(type('ctr tasks ls').output).toMatch(/^TASK {4}PID {4}STATUS {4}\nbb1 {5}\d+ +RUNNING\n$/);
    expect(type('ctr tasks exec --exec-id e1 bb1 sh -c "exit 7"').status).toBe(7);
    expect(type('ctr tasks exec --exec-id e1 --user 1000:1000 bb1 id').output).toBe('uid=1000 gid=1000 groups=1000\n');
    expect(type('ctr tasks exec -d --exec-id e1 bb1 sleep 60; ctr tasks ps bb1').output).toMatch(/\d+ +exec_id:"e1"\n$/);
    expect(type('ctr tasks rm --exec-id e1 bb1').output).toContain(
      'current process state: running, process must be stopped before deletion: failed precondition',
    );
    expect(JSON.parse(type('ctr tasks metrics --format json bb1').output)).toMatchObject({ pids: { current: 2 }, memory: { usage: expect.any(Number) } });
    expect(type('ctr tasks kill -s 99 bb1').output).toContain('unable to signal init: invalid argument');
    expect(type('ctr tasks checkpoint bb1').output).toContain('exec: "criu": executable file not found in $PATH path= /run/containerd/');
    type('ctr tasks kill bb1');
    expect(type('ctr tasks ls -q').output).toBe('bb1\n');
    expect(type('ctr tasks rm -f bb1').output).toContain('level=warning msg="task bb1 exit with non-zero exit code 137"');
    expect(type('ctr containers rm bb1')).toEqual({ output: '', status: 0 });
    expect(type('ctr snapshots ls | grep -c Active').output).toBe('0\n');
  });

  it('leaves nothing behind when an image goes', () => {
    const { type, world } = newShell();
    const before = world.kernel.disk.usedBytes;
    type(`ctr images pull ${busybox}`);
    expect(world.kernel.disk.usedBytes).toBeGreaterThan(before);
    type(`ctr images rm --sync ${busybox}`);
    expect(type('ctr snapshots ls').output).toBe('KEY PARENT KIND \n');
    expect(type('ctr content ls -q').output).toBe('');
    expect(world.kernel.disk.usedBytes).toBe(before);
    expect(type('ctr namespaces rm default').output).toBe('default\n');
  });

  it('carries images in files from one namespace to another', () => {
    const { type } = newShell();
    type(`ctr images pull ${busybox}`);
    expect(type(`ctr images export box.tar ${busybox}`).status).toBe(0);
    expect(type('ctr -n k8s.io images import box.tar').output).toContain(busybox);
    expect(type('ctr -n k8s.io images ls -q').output).toMatch(/^docker\.io\/library\/busybox:1\.36\nsha256:[0-9a-f]{64}\n$/);
    expect(type('crictl -r unix:///run/containerd/containerd.sock images 2>/dev/null').output).toMatch(
      /docker\.io\/library\/busybox +1\.36 +[0-9a-f]{13} +2\.22MB\n$/,
    );
    expect(type('echo no > bad.tar; ctr images import bad.tar').output).toBe('ctr: unexpected EOF\n');
  });

  it('tells events as they come', () => {
    const { type, world } = newShell();
    type(`ctr images pull ${busybox}; ctr events > events.txt &`);
    world.sim.advance(100);
    type(`ctr run --rm ${busybox} e1 echo hi`);
    const topics = world
      .files()
      .read('/root/events.txt')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[5]);
    expect(topics).toEqual([
      '/snapshot/prepare',
      '/containers/create',
      '/tasks/create',
      '/tasks/start',
      '/tasks/exit',
      '/tasks/delete',
      '/containers/delete',
      '/snapshot/remove',
    ]);
  });

  it('hands images on as its flags say', () => {
    const { type } = newShell();
    type(`ctr images pull ${busybox}; ctr images export b.tar ${busybox}`);
    expect(type('cat b.tar | ctr -n a images import - > /dev/null; ctr -n a images ls -q').output).toBe(`${busybox}\n`);
    expect(type('ctr -n b images import --local b.tar').output).toMatch(/^unpacking docker\.io\/library\/busybox:1\.36 \(sha256:\w{64}\)\.\.\.done\n$/);
    expect(type('ctr -n c images import --base-name foo b.tar > /dev/null; ctr -n c images ls -q').output).toBe('');
    expect(type(`ctr images export --all-platforms x.tar ${busybox}`).output).toMatch(/^ctr: content digest sha256:\w{64}: not found\n$/);
    expect(type(`ctr run -d --log-uri file:///l ${busybox} l1 echo logged; cat /l`).output).toBe('logged\n');
    expect(type('ctr -n b! images ls').output).toContain('ctr: failed to list images: namespace validation: identifier "b!" must match');
    expect(type(`ctr run --runc-binary /nosuch ${busybox} r1 true`).output).toContain('fork/exec /nosuch: no such file or directory');
  });

  it('refuses with the words of containerd', () => {
    const { type } = newShell();
    expect(type('ctr images pull busybox')).toEqual({ output: 'ctr: failed to resolve image: object required\n', status: 1 });
    expect(type('ctr run docker.io/library/nosuch:1 x')).toEqual({ output: 'ctr: image "docker.io/library/nosuch:1": not found\n', status: 1 });
    expect(type('ctr ps')).toEqual({ output: "No help topic for 'ps'\n", status: 3 });
    expect(type('ctr -a /run/nothere.sock c ls').output).toBe(
      'ctr: cannot access socket /run/nothere.sock: stat /run/nothere.sock: no such file or directory\n',
    );
    expect(type('ctr images ls --nosuch').output).toContain('ctr: flag provided but not defined: -nosuch\n');
  });
});
