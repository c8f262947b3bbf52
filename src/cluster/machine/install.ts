/** Software on machines: containerd with its CNI, Kubernetes' node parts, settings of the tools. */

import { defaultText } from '../../containerd/config-file.ts';
import { enable } from '../kubeadm/files.ts';
import { newest } from '../releases.ts';
import { traceTools } from '../walls.ts';
import { cniVersion, criToolsVersion } from '../web/kubernetes-packages.ts';
import type { WorldContext } from '../worlds/index.ts';
import { installBundle, nerdctlFull } from './bundles.ts';
import { crioFiles } from './crio-texts.ts';
import { installProgram, type Machine, type MachineOptions, newMachine, writeFile } from './machine.ts';
import { addPackages } from './packages.ts';

/** A machine with the lab's command-line tools, connected to the world's network. */
export function addMachine(context: WorldContext, options: Pick<MachineOptions, 'hostname' | 'ip' | 'hosts' | 'cpus' | 'memoryBytes'>): Machine {
  const machine = newMachine({ ...options, sim: context.sim, fabric: context.fabric, ...context.programSet });
  traceTools(context.trace, machine.kernel);
  context.machines.set(options.hostname, machine);
  installSshd(machine);
  return machine;
}

function installSshd(machine: Machine): void {
  installProgram(machine.kernel, machine.fs, '/usr/sbin/sshd', 'sshd', 920_000);
  writeFile(
    machine.fs,
    '/usr/lib/systemd/system/ssh.service',
    '[Unit]\nDescription=OpenBSD Secure Shell server\nDocumentation=man:sshd(8) man:sshd_config(5)\nAfter=network.target\n\n[Service]\nExecStart=/usr/sbin/sshd -D\nKillMode=process\nRestart=on-failure\n\n[Install]\nWantedBy=multi-user.target\n',
  );
  enable(machine, 'ssh.service');
}

const cniPlugins = [
  'bandwidth',
  'bridge',
  'dhcp',
  'dummy',
  'firewall',
  'host-device',
  'host-local',
  'ipvlan',
  'loopback',
  'macvlan',
  'portmap',
  'ptp',
  'sbr',
  'static',
  'tap',
  'tuning',
  'vlan',
  'vrf',
];

/** containerd 2.3 as a service, the CNI plugins, and a bridge network over `podCidr` (none: CRI finds no network). */
export function installContainerd(machine: Machine, { podCidr }: { readonly podCidr?: string } = {}): void {
  const { kernel, fs } = machine;
  installProgram(kernel, fs, '/usr/local/sbin/runc', 'runc', 11_000_000);
  for (const name of ['containerd', 'containerd-shim-runc-v2']) installProgram(kernel, fs, `/usr/local/bin/${name}`, name, 45_000_000);
  for (const name of cniPlugins) installProgram(kernel, fs, `/opt/cni/bin/${name}`, 'cni-plugin', 4_000_000);
  writeFile(fs, '/etc/containerd/config.toml', containerdConfig());
  writeFile(fs, '/usr/lib/systemd/system/containerd.service', containerdUnit);
  fs.mkdir('/etc/cni/net.d', { parents: true });
  if (podCidr) writeFile(fs, '/etc/cni/net.d/10-containerd-net.conflist', bridgeNetwork(podCidr));
  enable(machine, 'containerd.service');
}

/** Docker Engine as a service, on the node's own containerd: the newest, or a release of before. */
export function installDocker(machine: Machine, release?: string): void {
  const { kernel, fs } = machine;
  const of = (program: string): string => (release === undefined ? program : `${program}@${release}`);
  installProgram(kernel, fs, '/usr/bin/dockerd', of('dockerd'), 75_000_000);
  installProgram(kernel, fs, '/usr/bin/docker', of('docker'), 41_000_000);
  installProgram(kernel, fs, '/usr/bin/docker-init', 'docker-init', 800_000);
  installProgram(kernel, fs, '/usr/bin/docker-proxy', 'docker-proxy', 2_100_000);
  writeFile(fs, '/usr/lib/systemd/system/docker.service', dockerUnit);
  const groups = fs.read('/etc/group');
  if (!/^docker:/m.test(groups)) writeFile(fs, '/etc/group', `${groups}docker:x:988:\n`);
  enable(machine, 'docker.service');
}

/** kubelet, kubeadm and kubectl of a release. */
export function installKubernetes({ kernel, fs }: Machine, version = newest.version): void {
  for (const [name, size] of [
    ['kubelet', 58_000_000],
    ['kubeadm', 74_000_000],
    ['kubectl', 58_000_000],
  ] as const)
    installProgram(kernel, fs, `/usr/bin/${name}`, version === newest.version ? name : `${name}@${version}`, size);
  const [, minor = ''] = /^v(\d+\.\d+)/.exec(version) ?? [];
  // The repository of 1.23 is gone; who has that has the next one's, to go on.
  const own = minor === '1.23' ? `${version.slice(1)}-00` : `${version.slice(1)}-1.1`;
  const versions: Readonly<Record<string, string>> = { 'cri-tools': criToolsVersion(minor), 'kubernetes-cni': cniVersion };
  const keyring = '/etc/apt/keyrings/kubernetes-apt-keyring.gpg';
  writeFile(fs, keyring, '\x99\x01\r\x04');
  writeFile(
    fs,
    '/etc/apt/sources.list.d/kubernetes.list',
    `deb [signed-by=${keyring}] https://pkgs.k8s.io/core:/stable:/v${minor === '1.23' ? '1.24' : minor}/deb/ /\n`,
  );
  addPackages(
    fs,
    {
      'cri-tools': ['/usr/bin/crictl'],
      kubeadm: ['/usr/bin/kubeadm', '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf'],
      kubectl: ['/usr/bin/kubectl'],
      kubelet: ['/usr/bin/kubelet', '/usr/lib/systemd/system/kubelet.service'],
      'kubernetes-cni': cniPlugins.map((name) => `/opt/cni/bin/${name}`),
    },
    (name) => (name in versions ? { version: versions[name] ?? '' } : { version: own, held: true }),
  );
}

/** What Docker's packages `containerd.io` and `docker-ce` bring: containerd with its CRI plugin off, and the engine. */
export function installDockerPackages(machine: Machine, { docker, containerd }: { readonly docker?: string; readonly containerd?: string } = {}): void {
  const { kernel, fs } = machine;
  const of = (program: string): string => (containerd === undefined ? program : `${program}@${containerd}`);
  installProgram(kernel, fs, '/usr/bin/runc', containerd === undefined ? 'runc' : 'runc@1.1.12', 11_000_000);
  installProgram(kernel, fs, '/usr/bin/ctr', of('ctr'), 20_000_000);
  installProgram(kernel, fs, '/usr/bin/containerd', of('containerd'), 45_000_000);
  installProgram(kernel, fs, '/usr/bin/containerd-shim-runc-v2', 'containerd-shim-runc-v2', 12_000_000);
  writeFile(fs, '/etc/containerd/config.toml', dockersContainerdConfig);
  writeFile(fs, '/usr/lib/systemd/system/containerd.service', containerdUnit.replace('/usr/local/bin/', '/usr/bin/'));
  enable(machine, 'containerd.service');
  installDocker(machine, docker);
  addPackages(
    fs,
    {
      'containerd.io': ['/usr/bin/containerd', '/usr/bin/containerd-shim-runc-v2', '/usr/bin/runc', '/usr/lib/systemd/system/containerd.service'],
      'docker-ce': ['/usr/bin/dockerd', '/usr/bin/docker-init', '/usr/lib/systemd/system/docker.service'],
      'docker-ce-cli': ['/usr/bin/docker'],
    },
    (name) => ({ version: name === 'containerd.io' ? `${(containerd ?? 'v2.3.4').slice(1)}-1` : `5:${docker ?? '29.7.2'}~3-0~debian-trixie` }),
  );
}

/** CRI-O from its package: the daemon, conmon, crun and runc. */
export function installCrioPackage({ kernel, fs }: Machine): void {
  installProgram(kernel, fs, '/usr/bin/crio', 'crio', 56_000_000);
  installProgram(kernel, fs, '/usr/bin/pinns', 'pinns', 900_000);
  for (const name of ['conmon', 'crun', 'runc']) installProgram(kernel, fs, `/usr/libexec/crio/${name}`, name, name === 'runc' ? 11_000_000 : 2_400_000);
  for (const [path, text] of crioFiles) writeFile(fs, path, text);
}

/** A node of CRI-O alone: no containerd, and none of its clients. */
export function installCrio(machine: Machine, { podCidr }: { readonly podCidr: string }): void {
  const { kernel, fs } = machine;
  for (const name of ['ctr', 'nerdctl']) if (fs.exists(`/usr/bin/${name}`)) fs.unlink(`/usr/bin/${name}`);
  installCrioPackage(machine);
  for (const name of cniPlugins) installProgram(kernel, fs, `/opt/cni/bin/${name}`, 'cni-plugin', 4_000_000);
  writeFile(fs, '/etc/crictl.yaml', 'runtime-endpoint: unix:///var/run/crio/crio.sock\nimage-endpoint: unix:///var/run/crio/crio.sock\n');
  writeFile(fs, '/etc/cni/net.d/11-crio-ipv4-bridge.conflist', bridgeNetwork(podCidr).replace('containerd-net', 'crio'));
  enable(machine, 'crio.service');
}

/** cri-dockerd from its package: the daemon with its unit, which somebody has to enable. */
export function installCriDockerd(machine: Machine, options: { readonly enabled?: boolean } = {}): void {
  installProgram(machine.kernel, machine.fs, '/usr/bin/cri-dockerd', 'cri-dockerd', 44_000_000);
  writeFile(machine.fs, '/usr/lib/systemd/system/cri-docker.service', criDockerUnit);
  if (options.enabled) enable(machine, 'cri-docker.service');
}

/** The CNI plugins and a bridge network over `podCidr`: what a network add-on of Kubernetes leaves on a node. */
export function installCni({ kernel, fs }: Machine, podCidr: string): void {
  for (const name of cniPlugins) installProgram(kernel, fs, `/opt/cni/bin/${name}`, 'cni-plugin', 4_000_000);
  writeFile(fs, '/etc/cni/net.d/10-containerd-net.conflist', bridgeNetwork(podCidr).replace('containerd-net', 'pod-network'));
}

/** crictl of a release, in the place of the newest. */
export function installCrictl({ kernel, fs }: Machine, release: string): void {
  installProgram(kernel, fs, '/usr/bin/crictl', `crictl@${release}`, 51_000_000);
}

/** etcd's tools beside the ones in its image, as the machines of exams have them. */
export function installEtcdTools({ kernel, fs }: Machine): void {
  for (const name of ['etcdctl', 'etcdutl']) installProgram(kernel, fs, `/usr/local/bin/${name}`, name, 16_000_000);
}

/** All of nerdctl's full distribution in /usr/local, with BuildKit running. */
export function installNerdctlFull(machine: Machine): void {
  installBundle(machine, nerdctlFull, '/usr/local');
  // Not in the bundle: fetched from their own release pages.
  installProgram(machine.kernel, machine.fs, '/usr/local/bin/cosign', 'cosign', 120_000_000);
  installProgram(machine.kernel, machine.fs, '/usr/local/bin/notation', 'notation', 18_000_000);
  enable(machine, 'buildkit.service', '/usr/local/lib/systemd/system');
}

/** Without it crictl would try the endpoints in turn and warn. */
export function installCrictlConfig({ fs }: Machine): void {
  writeFile(fs, '/etc/crictl.yaml', 'runtime-endpoint: unix:///run/containerd/containerd.sock\nimage-endpoint: unix:///run/containerd/containerd.sock\n');
}

/** `containerd config default`, with the one change that a kubeadm node needs. */
const containerdConfig = (): string => defaultText('v2.3.4').replace('SystemdCgroup = false', 'SystemdCgroup = true');

const dockersContainerdConfig = `# Made by the package containerd.io for Docker Engine, which does not need the CRI.
disabled_plugins = ["cri"]

#root = "/var/lib/containerd"
#state = "/run/containerd"
#subreaper = true
#oom_score = 0

#[grpc]
#  address = "/run/containerd/containerd.sock"
#  uid = 0
#  gid = 0

#[debug]
#  address = "/run/containerd/debug.sock"
#  uid = 0
#  gid = 0
#  level = "info"
`;

const containerdUnit = `[Unit]
Description=containerd container runtime
Documentation=https://containerd.io
After=network.target dbus.service

[Service]
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/containerd
Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=5
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
`;

const dockerUnit = `[Unit]
Description=Docker Application Container Engine
Documentation=https://docs.docker.com
After=network-online.target nss-lookup.target docker.socket firewalld.service containerd.service time-set.target
Wants=network-online.target containerd.service
StartLimitBurst=3
StartLimitIntervalSec=60

[Service]
Type=notify
ExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock
ExecReload=/bin/kill -s HUP $MAINPID
TimeoutStartSec=0
RestartSec=2
Restart=always
TasksMax=infinity
Delegate=yes
KillMode=process
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
`;

const criDockerUnit = `[Unit]
Description=CRI Interface for Docker Application Container Engine
Documentation=https://docs.mirantis.com
After=network-online.target firewalld.service docker.service
Wants=network-online.target

[Service]
Type=notify
ExecStart=/usr/bin/cri-dockerd --container-runtime-endpoint fd://
TimeoutSec=0
RestartSec=2
Restart=always
Delegate=yes
KillMode=process

[Install]
WantedBy=multi-user.target
`;

const bridgeNetwork = (subnet: string): string =>
  `${JSON.stringify(
    {
      cniVersion: '1.0.0',
      name: 'containerd-net',
      plugins: [
        {
          type: 'bridge',
          bridge: 'cni0',
          isGateway: true,
          ipMasq: true,
          hairpinMode: true,
          promiscMode: false,
          ipam: { type: 'host-local', ranges: [[{ subnet }]], routes: [{ dst: '0.0.0.0/0' }] },
        },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    },
    null,
    2,
  )}\n`;
