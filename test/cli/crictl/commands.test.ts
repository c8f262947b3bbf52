import { describe, expect, it } from 'vitest';
import { newShell } from '../../containerd/terminal.ts';

const shell = newShell({ systemdCgroup: false });
const { type, world } = shell;
const files = world.files();
files.write(
  '/root/pod.json',
  '{"metadata":{"name":"web","namespace":"default","uid":"u1"},"log_directory":"/var/log/pods/web","linux":{"cgroup_parent":"/kubepods/web"}}',
);
files.write('/root/ticker.yaml', 'metadata:\n  name: ticker\nimage:\n  image: busybox:1.36\ncommand: [sleep, "3600"]\nlog_path: ticker.log\nlinux: {}\n');
files.write('/root/badtype.yaml', 'metadata:\n  name: x\n  namespace: y\n  attempt: "1"\n');

/** The message of the last line. */
const fatal = (line: string): string => /msg=(.*)$/.exec(type(line).output.trimEnd().split('\n').at(-1) ?? '')?.[1] ?? '';

describe('crictl config', () => {
  it('makes the file whatever is asked, and changes it in place', () => {
    expect(type('crictl config --get timeout').output).toMatch(/does not exist.*\n0\n$/);
    expect(type('crictl config --get debug').output).toBe('false\n');
    type("printf '# mine\\nruntime-endpoint: unix:///run/containerd/containerd.sock\\n' > /etc/crictl.yaml; crictl config --set timeout=5");
    expect(type('head -4 /etc/crictl.yaml').output).toBe('# mine\nruntime-endpoint: unix:///run/containerd/containerd.sock\nimage-endpoint: ""\ntimeout: 5\n');
    expect(fatal('crictl config --set a')).toBe('"incorrectly specified option: a"');
    expect(fatal('crictl config debug maybe')).toContain('set \\"debug\\" to \\"maybe\\": parse debug value \'maybe\': strconv.ParseBool');
    expect(type('crictl --config /nosuch ps').output).toMatch(
      /trying next.*\n.*load config file: stat \/usr\/local\/bin\/crictl.yaml: no such file or directory/,
    );
  });
});

describe('crictl with nothing to do', () => {
  it('says so', () => {
    expect(type('crictl stop')).toMatchObject({ status: 1, output: 'you must specify at least one CONTAINER-ID or use --all\n' });
    expect(type('crictl stop -a').output).toBe('No running containers found.\n');
    expect(fatal('crictl rm -a')).toBe('"No containers to remove"');
    expect(fatal('crictl rmp -a')).toBe('"No pods to remove"');
    expect(fatal('crictl pods --label foo')).toBe('"incorrectly specified label: foo"');
    expect(type('crictl inspect').output).toMatch(/No IDs provided or nothing found per filter[\s\S]*NAME:\n {3}crictl inspect -/);
    expect(fatal('crictl update-runtime-config -p bogus')).toContain('get routes: invalid CIDR address: bogus');
    expect(type('crictl completion bash').output).toContain('\nupdate-runtime-config\n');
    expect(type('crictl metricsp').status).toBe(70);
    expect(type('crictl help ps').output).toMatch(/^NAME:\n {3}crictl ps - /);
    expect(type('crictl help nosuch')).toMatchObject({ status: 3, output: "No help topic for 'nosuch'\n" });
    expect(type("crictl info | jq -r '.cniconfig.Networks[0].IFName'").output).toBe('lo\n');
  });
});

describe('crictl with wrong files and names', () => {
  it('tells what is wrong with a configuration', () => {
    expect(fatal('crictl runp badtype.yaml')).toContain(
      'json: cannot unmarshal string into Go struct field PodSandboxMetadata.metadata.attempt of type uint32',
    );
    expect(fatal('echo \'{"metadata":{"name":"x"}}\' > m.json; crictl runp m.json')).toMatch(/name or namespace is not in metadata/);
    expect(fatal('crictl pull --creds a:b --auth YTpi busybox')).toContain('both `--creds` and `--auth` are specified');
  });

  it('tries all, and tells of all that failed', () => {
    type('crictl pull busybox:1.36');
    expect(fatal('crictl images -f foo=bar')).toContain('listing images: filter images: unknown filter flag: foo=bar');
    const { output } = type('crictl rmi nosuch1 busybox:1.36 nosuch2');
    expect(output).toContain('Deleted: docker.io/library/busybox:1.36\n');
    expect(output).toContain('"no such image nosuch1\\nno such image nosuch2"');
  });
});

describe('crictl with a container', () => {
  it('inspects, runs, logs, measures', () => {
    type('crictl pull busybox:1.36; P=$(crictl runp pod.json); C=$(crictl create $P ticker.yaml pod.json)');
    expect(type('crictl inspect -o table $C').output).toMatch(/State: CONTAINER_CREATED\nCreated: .*\nInfo: map\[info:\{/);
    expect(fatal('crictl inspect -o bogus $C')).toContain('get the status of containers: unsupported format: \\"bogus\\"');
    expect(fatal("crictl inspect -o go-template --template '{{.status.nosuch}}' $C")).toContain('map has no entry for key \\"nosuch\\"');
    type('crictl start $C');
    expect(fatal("crictl exec -s $C sh -c 'exit 3'")).toMatch(/synchronously: command 'sh -c exit 3' exited with 3: "$/);
    expect(fatal('crictl exec -t $C sh')).toContain('tty=true must be specified with interactive=true');
    expect(type('crictl exec -e -q $C false').status).toBe(0);
    expect(fatal('crictl logs -p $C')).toBe('"previous terminated container ticker not found"');
    expect(fatal('crictl logs -s foo $C')).toContain('invalid stream \\"foo\\", must be');
    expect(fatal('crictl logs --since abc $C')).toContain('failed to parse value as time or duration');
    expect(fatal('crictl checkpoint -e x.tar $C')).toContain('criu binary not found in shim path or system PATH');
    expect(fatal('crictl port-forward $P abc')).toContain("error parsing local port 'abc': strconv.ParseUint");
    expect(type("crictl statsp -o json | jq -r '.stats[0].linux.containers[0].attributes.metadata.name'").output).toBe('ticker\n');
    expect(type("crictl info | jq -r '.runtimeHandlers[1].name'").output).toBe('runc\n');
    expect(type('crictl ps --image busybox:1.36 -q').output).toMatch(/^[0-9a-f]{64}\n$/);
    expect(type('crictl rm $C nosuch').output).toMatch(/is running, please stop it first\\ngetting container status/);
  });
});
