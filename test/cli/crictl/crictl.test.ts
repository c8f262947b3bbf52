import { describe, expect, it } from 'vitest';
import { newShell } from '../../containerd/terminal.ts';

const settings = 'crictl config --set runtime-endpoint=unix:///run/containerd/containerd.sock --set image-endpoint=unix:///run/containerd/containerd.sock';
const hidden = (text: string): string =>
  text
    .replace(/[0-9a-f]{64}/g, '<64>')
    .replace(/[0-9a-f]{13}/g, '<13>')
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '<time>');

function ready() {
  const shell = newShell({ systemdCgroup: false });
  shell.type(settings);
  shell.world.files().write(
    '/root/pod.json',
    JSON.stringify({
      metadata: { name: 'web', namespace: 'default', uid: 'u1' },
      hostname: 'web',
      log_directory: '/var/log/pods/web',
      linux: { cgroup_parent: '/kubepods/web' },
    }),
  );
  shell.world
    .files()
    .write(
      '/root/ticker.yaml',
      'metadata:\n  name: ticker\nimage:\n  image: busybox:1.36\ncommand: ["sh", "-c", "i=1; while true; do echo tick $i; i=$((i+1)); sleep 1; done"]\nlog_path: ticker.log\nlinux: {}\n',
    );
  return shell;
}

describe('crictl without a configuration', () => {
  it('tries the default endpoints and says so', () => {
    const { type } = newShell();
    const { output } = type('crictl pods');
    expect(hidden(output)).toBe(
      'time="<time>" level=warning msg="Config \\"/etc/crictl.yaml\\" does not exist, trying next: \\"/usr/local/bin/crictl.yaml\\""\n' +
        'time="<time>" level=warning msg="runtime connect using default endpoints: [unix:///run/containerd/containerd.sock unix:///run/crio/crio.sock unix:///var/run/cri-dockerd.sock]. As the default settings are now deprecated, you should set the endpoint instead."\n' +
        'POD ID              CREATED             STATE               NAME                NAMESPACE           ATTEMPT             RUNTIME\n',
    );
  });

  it('tells that nobody listens', () => {
    const { type, world } = newShell();
    type(settings);
    world.containerd.stop();
    const { output, status } = type('crictl ps');
    expect(status).toBe(1);
    expect(output).toContain('desc = \\"transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory\\""');
  });
});

describe('crictl with pods', () => {
  it('makes a pod with a container, shows, logs, runs commands, removes', () => {
    const { type, world } = ready();
    expect(type('crictl pull busybox:1.36').output).toMatch(/^Image is up to date for sha256:[0-9a-f]{64}\n$/);
    expect(type('POD=$(crictl runp pod.json)').status).toBe(0);
    type('ID=$(crictl create $POD ticker.yaml pod.json)');
    expect(hidden(type('crictl start $ID').output)).toBe('<64>\n');
    world.sim.advance(2500);
    expect(hidden(type('crictl ps').output)).toBe(
      'CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD                 NAMESPACE\n' +
        '<13>       busybox:1.36        2 seconds ago       Running             ticker              0                   <13>       unknown             unknown\n',
    );
    expect(type('crictl logs --tail 1 $ID').output).toMatch(/^tick \d\n$/);
    expect(type('crictl exec $ID hostname').output).toBe('web\n');
    expect(type('crictl exec $ID sh -c "exit 4"')).toMatchObject({ status: 1, output: expect.stringContaining('command terminated with exit code 4') });
    expect(type('echo typed | crictl exec -i $ID cat').output).toBe('typed\n');
    expect(hidden(type('crictl rm $ID').output)).toContain('container \\"<64>\\" is running, please stop it first');
    expect(hidden(type('crictl rmp -fa').output)).toBe('Stopped sandbox <64>\nRemoved sandbox <64>\n');
    expect(type('crictl pods -q').output).toBe('');
  });

  it('inspects with templates', () => {
    const { type } = ready();
    type('crictl pull busybox:1.36; POD=$(crictl runp pod.json); ID=$(crictl create $POD ticker.yaml pod.json); crictl start $ID');
    expect(type("crictl inspect -o go-template --template '{{.status.state}} {{.status.metadata.name}}' $ID").output).toBe('CONTAINER_RUNNING ticker\n');
    expect(type('crictl inspectp $POD | jq -c .status.linux.namespaces.options').output).toBe('{"ipc":"POD","network":"POD","pid":"POD","targetId":""}\n');
    expect(type('crictl inspect $ID | jq .info.pid').output).toMatch(/^\d+\n$/);
  });

  it('follows a log until the container ends', () => {
    const { type, world } = ready();
    world
      .files()
      .write(
        '/root/short.yaml',
        'metadata:\n  name: short\nimage:\n  image: busybox:1.36\ncommand: ["sh", "-c", "for i in 1 2 3; do echo $i; sleep 1; done"]\nlog_path: short.log\nlinux: {}\n',
      );
    type('crictl pull busybox:1.36; ID=$(crictl run short.yaml pod.json 2>/dev/null)');
    expect(type('crictl logs -f $ID').output).toBe('1\n2\n3\n');
  });

  it('takes the protocol of a port by its number, as the API has it', () => {
    const { type, world } = ready();
    const pod = {
      metadata: { name: 'udp', namespace: 'default', uid: 'u2' },
      linux: {},
      port_mappings: [{ protocol: 1, host_port: 8053, container_port: 53 }],
    };
    world.files().write('/root/udp.json', JSON.stringify(pod));
    expect(type('P=$(crictl runp udp.json 2>/dev/null); crictl inspectp $P | jq -r .status.state').output).toBe('SANDBOX_READY\n');
    expect(type('crictl stopp $P && crictl rmp $P').status).toBe(0);
  });
});
