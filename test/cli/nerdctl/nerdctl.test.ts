import { describe, expect, it } from 'vitest';
import { newNerdctl } from '../../../src/cli/nerdctl/index.ts';
import { Cni } from '../../../src/cni/cni.ts';
import { FileNode } from '../../../src/linux/file-node.ts';
import { newShell, type Shell } from '../../containerd/terminal.ts';

/** The containerd test node with nerdctl on it, and the plugins that its networks need. */
function newNode(): Shell {
  const shell = newShell({}, { nerdctl: newNerdctl(({ kernel }) => new Cni({ kernel, sim: kernel.sim })) });
  for (const path of ['/opt/cni/bin/firewall', '/opt/cni/bin/tuning']) {
    const file = new FileNode({ mode: 0o755, uid: 0, gid: 0, mtime: 0 });
    file.program = 'nerdctl';
    shell.world.files().mknod(path, file);
  }
  shell.type('nerdctl pull -q busybox:1.36');
  return shell;
}

describe('nerdctl', () => {
  it('runs containers in the foreground and passes their status on', () => {
    const { type } = newNode();
    expect(type('nerdctl run --rm busybox:1.36 echo hello')).toEqual({ output: 'hello\n', status: 0 });
    expect(type('nerdctl run --rm busybox:1.36 sh -c "exit 3"').status).toBe(3);
    expect(type('nerdctl ps -aq').output).toBe('');
    expect(type('nerdctl run -it busybox:1.36 sh')).toMatchObject({ status: 1, output: expect.stringContaining('msg="provided file is not a console"') });
  });

  it('takes a container through its life', () => {
    const { type, world } = newNode();
    expect(type('nerdctl run -d --name box -e COLOR=red busybox:1.36 sh -c "echo up; sleep 3600"').output).toMatch(/^[0-9a-f]{64}\n$/);
    expect(type('nerdctl run -d --name box busybox:1.36 true').output).toMatch(/name-store error\\nname \\"box\\" is already used by ID/);
    expect(type('nerdctl logs box').output).toBe('up\n');
    expect(type("nerdctl exec box sh -c 'echo $COLOR'").output).toBe('red\n');
    expect(type('nerdctl exec box sh -c "exit 5"')).toMatchObject({ status: 1, output: expect.stringContaining('exec failed with exit code 5') });
    expect(type('nerdctl rm box').output).toContain('is in running status. unpause/stop container first or force removal');
    expect(type('nerdctl pause box; nerdctl ps -q; nerdctl unpause box').output).toBe('box\nbox\n');
    expect(type('nerdctl rename box crate; nerdctl ps --format "{{.Names}} {{.Status}}"').output).toBe('crate Up\n');
    expect(type('nerdctl stop -t 1 crate; nerdctl ps -a --format "{{.Status}}"').output).toMatch(/^crate\nExited \(137\) /);
    expect(type('nerdctl start crate; nerdctl rm -f crate').output).toBe('crate\ncrate\n');
    expect(world.files().list('/var/lib/nerdctl/1935db59/containers/default')).toEqual([]);
    expect([...world.kernel.host.network.interfaces.values()].filter(({ kind }) => kind === 'veth')).toEqual([]);
  });

  it('restarts what ends by itself, until it is stopped', () => {
    const { type } = newNode();
    type('nerdctl run -d --name again --restart always busybox:1.36 sh -c "echo up; sleep 1; exit 1"');
    expect(type('sleep 2; nerdctl ps -a --format "{{.Status}}"').output).toMatch(/^Restarting \(1\) /);
    expect(type('sleep 21; nerdctl logs again').output).toMatch(/^(up\n){2,}$/);
    expect(type('nerdctl stop again; sleep 20; nerdctl ps -a --format "{{.Status}}"').output).toMatch(/^again\nExited \(\d+\) /);
  });

  it('joins networks in which containers know each other by name', () => {
    const { type } = newNode();
    expect(type('nerdctl network create backend --subnet 10.5.0.0/24').output).toBe('10e08a419e850eba1ebba18fdd28eb7ec1b7e8baa9bcc3b973e2b8891ec726be\n');
    type('nerdctl run -d --name db --network backend busybox:1.36 sleep 3600');
    expect(type('nerdctl run --rm --network backend busybox:1.36 cat /etc/hosts').output).toMatch(
      /^10\.5\.0\.2\t[0-9a-f]{12} [0-9a-f]{12}\.backend db db\.backend$/m,
    );
    expect(type('nerdctl network rm backend').status).toBe(1);
    expect(type('nerdctl rm -f db; nerdctl network rm backend').output).toBe('db\nbackend\n');
  });

  it('keeps volumes, copies files and commits images', () => {
    const { type } = newNode();
    type('nerdctl run --rm -v data:/d busybox:1.36 sh -c "echo kept > /d/file"');
    expect(type('nerdctl run --rm -v data:/d busybox:1.36 cat /d/file 2>/dev/null').output).toBe('kept\n');
    type('nerdctl run -d --name box busybox:1.36 sleep 3600; nerdctl exec box sh -c "echo new > /tmp/x"');
    // runc's mount points are in the container's layer too.
    expect(type('nerdctl diff box').output).toMatch(/^C \/etc\nA \/etc\/hostname\n[\s\S]*C \/tmp\nA \/tmp\/x\n$/);
    expect(type('nerdctl cp box:/tmp/x y; cat y').output).toBe('new\n');
    type('nerdctl commit box mine:1');
    expect(type('nerdctl run --rm mine:1 cat /tmp/x').output).toBe('new\n');
    expect(type('nerdctl save -o m.tar mine:1; nerdctl rm -f box; nerdctl rmi mine:1 > /dev/null; nerdctl load -i m.tar | tail -1').output).toBe(
      'box\nLoaded image: docker.io/library/mine:1\n',
    );
  });

  it('says what it does not know', () => {
    const { type } = newNode();
    expect(type('nerdctl nosuch').output).toContain('msg="unknown subcommand \\"nosuch\\" for \\"nerdctl\\""');
    expect(type('nerdctl system df').output).toContain('unknown subcommand \\"df\\" for \\"system\\"');
    expect(type('nerdctl stop nosuch').output).toContain('1 errors:\\nno such container: nosuch');
    expect(type('nerdctl run --gpus all busybox:1.36')).toEqual({ output: 'k8s-lab: nerdctl run --gpus is not simulated\n', status: 70 });
  });
});

const composeFile = `services:
  web:
    image: busybox:1.36
    command: sleep 3600
  worker:
    image: busybox:1.36
    command: sh -c "echo hello; sleep 3600"
    depends_on: [web]
    environment:
      ROLE: worker
volumes:
  data: {}
`;

describe('nerdctl compose', () => {
  it('brings services up and down', () => {
    const { type, world } = newNode();
    world.files().write('/root/compose.yaml', composeFile);
    expect(type('nerdctl compose up -d').status).toBe(0);
    expect(type('nerdctl compose ps --services').output).toBe('web\nworker\n');
    expect(type("nerdctl compose exec worker sh -c 'echo $ROLE'").output).toBe('worker\n');
    expect(type('nerdctl compose logs worker').output).toBe('worker-1 |hello\n');
    expect(type('nerdctl compose kill nosuch').output).toContain('no such service: nosuch');
    expect(type('nerdctl compose down').status).toBe(0);
    expect(type('nerdctl ps -aq; nerdctl volume ls -q').output).toBe('root_data\n');
  });
});
