import { describe, expect, it } from 'vitest';
import { dial, route } from '../../src/linux/network.ts';
import { httpProtocol } from '../../src/linux/protocols.ts';
import { containerConfig, newWorld, podConfig, type World } from '../containerd/world.ts';

function run(
  world: World,
  image: string,
  change: Partial<ReturnType<typeof containerConfig>> = {},
): { readonly id: string; readonly ip: string; readonly sandbox: string } {
  const { runtime, image: images } = world.containerd.cri;
  world.run(images.pullImage({ image }));
  const sandbox = world.run(runtime.runPodSandbox(podConfig('web'), ''));
  const id = world.run(runtime.createContainer(sandbox, containerConfig('main', image, undefined, change), podConfig('web')));
  world.run(runtime.startContainer(id));
  world.sim.advance(1000);
  return { id, sandbox, ip: runtime.podSandboxStatus(sandbox).network.ip };
}

const logOf = (world: World): string[] =>
  world
    .files()
    .read('/var/log/pods/web/main/0.log')
    .split('\n')
    .map((line) => line.split(' ').slice(3).join(' '));

const get = (world: World, ip: string, path = '/', port = 80) =>
  world.run(
    dial(httpProtocol, world.kernel.host.network, ip, port, world.sim.random).handle({
      method: 'GET',
      path,
      host: ip,
      headers: {},
      body: '',
      remoteAddress: '10.244.1.1',
    }),
  );

describe('nginx', () => {
  it('starts as its image does, serves and stops gracefully', () => {
    const world = newWorld();
    const { id, ip } = run(world, 'nginx:1.27');
    expect(logOf(world).slice(0, 3)).toEqual([
      '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration',
      '/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/',
      '/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh',
    ]);
    expect(logOf(world).at(-2)).toMatch(/\[notice\] 1#1: start worker process 30$/);
    expect(get(world, ip).body).toContain('<title>Welcome to nginx!</title>');
    expect(get(world, ip, '/nosuch').status).toBe(404);
    world.sim.advance(10);
    expect(logOf(world).at(-2)).toMatch(/^10\.244\.1\.1 - - \[22\/Nov\/2026:13:00:\d\d \+0000\] "GET \/nosuch HTTP\/1\.1" 404 153 "-" "-" "-"$/);
    world.run(world.containerd.cri.runtime.stopContainer(id, 30));
    expect(world.containerd.cri.runtime.containerStatus(id)).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(logOf(world).at(-2)).toMatch(/\[notice\] 1#1: exit$/);
    expect(() => get(world, ip)).toThrow('Connection refused');
  });

  it('reads its configuration and refuses what it does not know', () => {
    const world = newWorld();
    world.files().mkdir('/conf');
    world.files().write('/conf/default.conf', 'server {\n  listen 8080;\n  location /hi { return 200 "hello\\n"; }\n  nosuch on;\n}\n');
    const mounts = [{ containerPath: '/etc/nginx/conf.d', hostPath: '/conf', readonly: true }];
    const { id, sandbox } = run(world, 'nginx:1.27', { mounts });
    const { runtime } = world.containerd.cri;
    expect(runtime.containerStatus(id).exitCode).toBe(1);
    expect(logOf(world).at(-2)).toBe('nginx: [emerg] unknown directive "nosuch" in /etc/nginx/conf.d/default.conf:4');
    world.files().write('/conf/default.conf', 'server {\n  listen 8080;\n  location /hi { return 200 "hello"; }\n}\n');
    const again = world.run(
      runtime.createContainer(sandbox, containerConfig('main', 'nginx:1.27', undefined, { mounts, metadata: { name: 'main', attempt: 1 } }), podConfig('web')),
    );
    world.run(runtime.startContainer(again));
    world.sim.advance(1000);
    expect(get(world, runtime.podSandboxStatus(sandbox).network.ip, '/hi', 8080)).toMatchObject({ status: 200, body: 'hello' });
  });
});

describe('other images', () => {
  it('redis answers its client', () => {
    const world = newWorld();
    const { id } = run(world, 'redis:7');
    const exec = (...cmd: string[]) => world.run(world.containerd.cri.runtime.execSync(id, ['redis-cli', ...cmd], 0)).stdout;
    expect(exec('ping')).toBe('PONG\n');
    expect(exec('set', 'a', '1', 'ex', '100') + exec('get', 'a') + exec('incr', 'a') + exec('ttl', 'a')).toBe('OK\n1\n2\n100\n');
    expect(exec('rpush', 'l', 'x y', 'ü') + exec('--no-raw', 'lrange', 'l', '0', '-1')).toBe('2\n1) "x y"\n2) "\\xc3\\xbc"\n');
    const found = { '[m-k]': 'l', '[^]': 'a\nl', '[': '', '[]': '', '\\': '', '[[:alpha:]]': '', '😀[😀]': '' };
    for (const [pattern, keys] of Object.entries(found)) expect(exec('keys', pattern), pattern).toBe(`${keys}\n`);
    expect(exec('get', 'l')).toBe('WRONGTYPE Operation against a key holding the wrong kind of value\n');
    expect(exec('foo', 'b') + exec('get') + exec('subscribe', 'c')).toBe(
      "ERR unknown command 'foo', with args beginning with: 'b' \nERR wrong number of arguments for 'get' command\nERR k8s-lab: SUBSCRIBE is not simulated\n",
    );
    expect(exec('config', 'set', 'maxmemory', '1kb') + exec('set', 'b', '1')).toBe("OK\nOOM command not allowed when used memory > 'maxmemory'.\n");
    expect(exec('config', 'set', 'maxmemory-policy', 'allkeys-lru') + exec('set', 'b', '1') + exec('keys', '[a-k]*')).toMatch(/^OK\nOOM/);
    expect(logOf(world).at(-2)).toMatch(/^1:M .* \* Ready to accept connections tcp$/);
  });

  it('postgres wants a password', () => {
    const world = newWorld();
    const { id } = run(world, 'postgres:16');
    expect(world.containerd.cri.runtime.containerStatus(id).exitCode).toBe(1);
    expect(logOf(world)[0]).toBe('Error: Database is uninitialized and superuser password is not specified.');
  });

  it('a host port leads to the pod from the node and by its address', () => {
    const world = newWorld();
    const { runtime, image } = world.containerd.cri;
    world.run(image.pullImage({ image: 'httpd:2.4' }));
    const config = podConfig('web', { portMappings: [{ protocol: 'TCP', containerPort: 80, hostPort: 8088 }] });
    const sandbox = world.run(runtime.runPodSandbox(config, ''));
    const id = world.run(runtime.createContainer(sandbox, containerConfig('main', 'httpd:2.4'), config));
    world.run(runtime.startContainer(id));
    world.sim.advance(500);
    expect(get(world, '172.30.0.2', '/', 8088).body).toContain('It works!');
    world.run(runtime.stopPodSandbox(sandbox));
    expect(route(world.kernel.host.network, 'tcp', '172.30.0.2', 8088, world.sim.random).address).toBe('172.30.0.2');
  });
});
