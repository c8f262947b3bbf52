import { describe, expect, it } from 'vitest';
import { connect, NetworkNamespace } from '../../src/linux/network.ts';
import { newWorld, type World } from '../containerd/world.ts';

const confDir = '/etc/cni/net.d';
const binDir = '/opt/cni/bin';

function namespace(world: World, name: string): NetworkNamespace {
  const made = new NetworkNamespace(world.kernel.inode(), name);
  world.kernel.networkNamespaces.set(`/run/netns/${name}`, made);
  return made;
}

const args = (name: string, more: object = {}) => ({ containerId: `id-${name}`, netns: `/run/netns/${name}`, ifName: 'eth0', args: {}, ...more });

describe('cni', () => {
  it('connects a pod to the bridge and takes it off again', () => {
    const world = newWorld();
    const network = world.cni.loadNetwork(confDir, binDir);
    const a = namespace(world, 'a');
    const b = namespace(world, 'b');
    const result = world.cni.add(network, args('a'));
    world.cni.add(network, args('b'));
    expect(result.ips).toEqual([{ interface: 2, address: '10.244.1.2/24', gateway: '10.244.1.1' }]);
    expect(result.interfaces.map(({ name, sandbox }) => [name.replace(/^veth.*/, 'veth'), sandbox])).toEqual([
      ['cni0', undefined],
      ['veth', undefined],
      ['eth0', '/run/netns/a'],
    ]);
    expect(world.files().read('/var/lib/cni/networks/cbr0/10.244.1.2')).toBe('id-a\r\neth0');
    expect(a.routes.map(({ destination, via }) => [destination, via])).toEqual([
      ['default', '10.244.1.1'],
      ['10.244.1.0/24', undefined],
    ]);
    expect(world.kernel.host.network.interfaces.get('cni0')!.addresses).toEqual(['10.244.1.1/24']);
    a.listen({ transport: 'tcp', address: '0.0.0.0', port: 80, pid: 1, servers: new Map() });
    expect(connect(b, '10.244.1.2', 80, world.sim.random).port).toBe(80);
    world.cni.del(network, args('a'));
    expect(world.files().exists('/var/lib/cni/networks/cbr0/10.244.1.2')).toBe(false);
    expect(() => connect(b, '10.244.1.2', 80, world.sim.random)).toThrow('No route to host');
    // The next address follows the last one given, not the one that has become free.
    namespace(world, 'c');
    expect(world.cni.add(network, args('c')).ips[0]!.address).toBe('10.244.1.4/24');
  });

  it('speaks as libcni does when something is missing', () => {
    const world = newWorld();
    const network = world.cni.loadNetwork(confDir, binDir);
    expect(() => world.cni.add(network, args('nosuch'))).toThrow(
      'plugin type="bridge" failed (add): failed to open netns "/run/netns/nosuch": failed to Statfs "/run/netns/nosuch": no such file or directory',
    );
    world.files().unlink(`${binDir}/bridge`);
    expect(() => world.cni.add(network, args('nosuch'))).toThrow('plugin type="bridge" failed (add): failed to find plugin "bridge" in path [/opt/cni/bin]');
    // go-cni takes the first file or none; ocicni goes on to the next.
    world.files().write(`${confDir}/05-bad.conf`, '{}');
    expect(() => world.cni.loadNetwork(confDir, binDir)).toThrow("error parsing configuration: missing 'type'");
    expect(world.cni.loadNetwork(confDir, binDir, { skipBroken: true }).name).toBe('cbr0');
    world.files().unlink(`${confDir}/05-bad.conf`);
    world.files().unlink(`${confDir}/10-cbr0.conflist`);
    expect(() => world.cni.loadNetwork(confDir, binDir)).toThrow('no networks found in /etc/cni/net.d');
    world.files().write(`${confDir}/00-bad.conflist`, '{"name": ');
    expect(() => world.cni.loadNetwork(confDir, binDir)).toThrow('error parsing configuration list: unexpected end of JSON input');
    for (const [text, problem] of [
      ['{bad', "invalid character 'b' looking for beginning of object key string"],
      ['{"plugins": []}', 'error parsing configuration list: no name'],
      ['{"name": "x", "plugins": []}', 'error parsing configuration list: no plugins in list'],
      ['{"name": "x", "plugins": [{"bridge": "a"}]}', "failed to parse plugin config 0: error parsing configuration: missing 'type'"],
      ['{"name": "x", "plugins": {}}', "error parsing configuration list: invalid 'plugins' type map[string]interface {}"],
    ] as const) {
      world.files().write(`${confDir}/00-bad.conflist`, text);
      expect(() => world.cni.loadNetwork(confDir, binDir)).toThrow(problem);
    }
  });

  it('runs out of addresses', () => {
    const world = newWorld();
    const path = `${confDir}/10-cbr0.conflist`;
    world.files().write(path, world.files().read(path).replace('10.244.1.0/24', '10.244.1.0/30'));
    const network = world.cni.loadNetwork(confDir, binDir);
    namespace(world, 'a');
    namespace(world, 'b');
    world.cni.add(network, args('a'));
    expect(() => world.cni.add(network, args('b'))).toThrow(
      'plugin type="bridge" failed (add): failed to allocate for range 0: no IP addresses available in range set: 10.244.1.1-10.244.1.2',
    );
  });
});
