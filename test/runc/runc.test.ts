import { describe, expect, it } from 'vitest';
import type { OciSpec } from '../../src/interfaces/oci.ts';
import { JsonFile } from '../../src/linux/file-node.ts';
import { expandSlice } from '../../src/runc/cgroups.ts';
import { newByteStream } from '../../src/sim/stream.ts';
import { newWorld, type World } from '../containerd/world.ts';

const root = '/run/runc';

function bundle(world: World, args: readonly string[], change: Partial<OciSpec['linux']> = {}, terminal = false): string {
  const { fs } = world.init;
  if (!fs.exists('/bundle/rootfs/bin')) {
    fs.mkdir('/bundle/rootfs/bin', { parents: true });
    for (const name of ['sleep', 'echo', 'cat', 'ls', 'touch', 'hostname']) {
      fs.write(`/bundle/rootfs/bin/${name}`, '', { mode: 0o755 });
      const inode = fs.stat(`/bundle/rootfs/bin/${name}`);
      if (inode.type === 'file') inode.program = name;
    }
    fs.write('/bundle/rootfs/text', 'no program\n', { mode: 0o755 });
  }
  const spec: OciSpec = {
    ociVersion: '1.3.0',
    process: { terminal, user: { uid: 0, gid: 0 }, args, env: ['PATH=/bin'], cwd: '/work' },
    root: { path: 'rootfs' },
    hostname: 'box',
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: {
      cgroupsPath: '/lab/c1',
      resources: { memory: { limit: 1 << 24 }, cpu: { shares: 1024, quota: 50_000, period: 100_000 } },
      namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'uts' }, { type: 'network' }],
      ...change,
    },
  };
  if (fs.exists('/bundle/config.json')) fs.unlink('/bundle/config.json');
  fs.write('/bundle/config.json', JSON.stringify(spec));
  return '/bundle';
}

describe('runc', () => {
  it('creates, starts, shows, kills and deletes', () => {
    const world = newWorld();
    const { runc } = world;
    const process = world.run(runc.create(root, 'c1', bundle(world, ['sleep', '100']), {}, 1));
    expect(runc.state(root, 'c1')).toMatchObject({ id: 'c1', status: 'created', pid: process.pid, bundle: '/bundle' });
    const init = world.kernel.processes.get(process.pid)!;
    expect(init.argv).toEqual(['runc', 'init']);
    world.run(runc.start(root, 'c1'));
    world.sim.advance(10);
    expect(runc.state(root, 'c1').status).toBe('running');
    expect([init.argv, init.comm, init.cwd, init.namespaces.uts.hostname]).toEqual([['sleep', '100'], 'sleep', '/work', 'box']);
    expect(init.cgroup).toMatchObject({ path: '/lab/c1', memoryMaxBytes: 1 << 24, cpuWeight: 100, cpuQuotaMicros: 50_000 });
    expect(JSON.parse(world.files().read(`${root}/c1/state.json`))).toMatchObject({ id: 'c1', init_process_pid: process.pid });
    expect(() => world.run(runc.delete(root, 'c1'))).toThrow('cannot delete container c1 that is not stopped: running');
    runc.kill(root, 'c1', 'TERM');
    world.sim.advance(10);
    expect(process.exitStatus()).toBeUndefined(); // An init without a handler does not end by SIGTERM.
    runc.kill(root, 'c1', '9');
    expect([process.exitStatus(), runc.state(root, 'c1').status]).toEqual([137, 'stopped']);
    expect(() => runc.kill(root, 'c1', '9')).toThrow('container not running');
    world.run(runc.delete(root, 'c1'));
    expect(() => runc.state(root, 'c1')).toThrow('container does not exist');
    expect(world.files().list(root)).toEqual([]);
    expect(world.kernel.rootCgroup.find('/lab/c1')).toBeUndefined();
  });

  it('says what cannot be run', () => {
    const world = newWorld();
    const create = (args: readonly string[]) => () => world.run(world.runc.create(root, 'c1', bundle(world, args), {}, 1));
    const prefix = 'runc create failed: unable to start container process: error during container init: ';
    expect(create(['nosuchbin'])).toThrow(`${prefix}exec: "nosuchbin": executable file not found in $PATH`);
    expect(create(['/nosuch'])).toThrow(`${prefix}exec: "/nosuch": stat /nosuch: no such file or directory`);
    expect(create(['/bin'])).toThrow(`${prefix}exec: "/bin": is a directory`);
    expect(create([])).toThrow('runc create failed: args must not be empty');
    const gone = bundle(world, ['sleep', '1'], { namespaces: [{ type: 'mount' }, { type: 'uts' }, { type: 'network', path: '/run/netns/gone' }] });
    expect(() => world.run(world.runc.create(root, 'c1', gone, {}, 1))).toThrow('/run/netns/gone');
    expect(world.kernel.rootCgroup.find('/lab/c1'), 'nothing is left of it').toBeUndefined();
    const path = bundle(world, ['sleep', '1']);
    const config = world.files().read(`${path}/config.json`);
    world.files().write(`${path}/config.json`, config.replace('"/work"', '"/text/in"'));
    expect(() => world.run(world.runc.create(root, 'c1', path, {}, 1))).toThrow(`${prefix}mkdir /text: not a directory`);
    expect(world.runc.list(root)).toEqual([]);
    expect(world.kernel.processes.size).toBe(1);
    const stderr = newByteStream();
    const process = world.run(world.runc.create(root, 'c2', bundle(world, ['/text']), { stderr }, 1));
    world.run(world.runc.start(root, 'c2'));
    world.sim.advance(10);
    expect([process.exitStatus(), stderr.take()]).toEqual([255, 'exec /text: exec format error\n']);
  });

  it('pauses and resumes, and refuses to exec meanwhile', () => {
    const world = newWorld();
    const { runc } = world;
    const process = world.run(runc.create(root, 'c1', bundle(world, ['sleep', '1']), {}, 1));
    world.run(runc.start(root, 'c1'));
    world.sim.advance(100);
    runc.pause(root, 'c1');
    world.sim.advance(5000);
    expect([runc.state(root, 'c1').status, process.exitStatus()]).toEqual(['paused', undefined]);
    expect(() => world.run(runc.exec(root, 'c1', { user: { uid: 0, gid: 0 }, args: ['ls'], env: [], cwd: '/' }, {}, 1))).toThrow(
      'cannot exec in a paused container',
    );
    runc.resume(root, 'c1');
    world.sim.advance(10);
    expect(process.exitStatus()).toBe(0);
  });

  it('runs commands beside, and with a terminal', () => {
    const world = newWorld();
    const { runc } = world;
    world.run(runc.create(root, 'c1', bundle(world, ['sleep', '100']), {}, 1));
    world.run(runc.start(root, 'c1'));
    const spec = (args: readonly string[]): OciSpec['process'] => ({ user: { uid: 0, gid: 0 }, args, env: ['PATH=/bin'], cwd: '/' });
    const stdout = newByteStream();
    const echo = world.run(runc.exec(root, 'c1', spec(['echo', 'hi']), { stdout }, 1));
    world.sim.advance(10);
    expect([stdout.take(), stdout.closed, echo.exitStatus()]).toEqual(['hi\n', true, 0]);
    for (const [cwd, why] of [
      ['/nosuch', 'no such file or directory'],
      ['/text', 'not a directory'],
    ] as const)
      expect(() => world.run(runc.exec(root, 'c1', { ...spec(['echo']), cwd }, {}, 1))).toThrow(
        `exec failed: unable to start container process: chdir to cwd ("${cwd}") set in config.json failed: ${why}`,
      );
    expect(() => world.run(runc.exec(root, 'c1', spec(['nosuch']), {}, 1))).toThrow(
      'exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH',
    );
    const terminal = { stdin: newByteStream(), stdout: newByteStream(), terminal: { columns: 80, rows: 24 } };
    const cat = world.run(runc.exec(root, 'c1', spec(['cat']), terminal, 1));
    terminal.stdin.push('typed\n');
    terminal.stdin.push('\x04');
    world.sim.advance(10);
    expect([terminal.stdout.take(), cat.exitStatus()]).toEqual(['typed\n', 0]);
    const sleeper = world.run(runc.exec(root, 'c1', spec(['sleep', '50']), { ...terminal, stdin: newByteStream(), stdout: newByteStream() }, 1));
    world.kernel.processes.get(sleeper.pid)!.tty!.interrupt();
    expect(sleeper.exitStatus()).toBe(130);
  });

  it('reads config.json as it stands', () => {
    const world = newWorld();
    bundle(world, ['sleep', '1']);
    world.files().write('/bundle/config.json', '{"broken');
    expect(() => world.run(world.runc.create(root, 'c1', '/bundle', {}, 1))).toThrow('runc create failed: unexpected EOF');
    expect(() => world.run(world.runc.create(root, 'c1', '/nowhere', {}, 1))).toThrow('JSON specification file config.json not found');
    const file = new JsonFile({ mode: 0o644, uid: 0, gid: 0, mtime: 0 }, () => ({ a: 1 }));
    expect([file.read(), file.size]).toEqual(['{"a":1}', 7]);
    file.write('x');
    expect([file.value, file.read()]).toEqual([undefined, 'x']);
  });

  it('lays out slices as systemd does', () => {
    expect(expandSlice('kubepods-burstable-podabc_def.slice')).toBe('/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podabc_def.slice');
  });
});
