/** A control plane whose etcd has three members on machines of their own: kubeadm's topology with an external etcd. */
import { issue } from '../../apimachinery/pki.ts';
import { authorities, pki, readPair, writeAuthority } from '../kubeadm/certificates.ts';
import { enable } from '../kubeadm/files.ts';
import { startNetworkPolicies } from '../kubeadm/network-policies.ts';
import { addMachine, installEtcdTools } from '../machine/install.ts';
import { installProgram, type Machine, writeFile } from '../machine/machine.ts';
import type { World } from './index.ts';
import { kubeadmWorld, twoNodes } from './kubeadm-machines.ts';

const members = [
  { hostname: 'etcd01', ip: '172.30.1.11' },
  { hostname: 'etcd02', ip: '172.30.1.12' },
  { hostname: 'etcd03', ip: '172.30.1.13' },
] as const;
const folder = '/etc/etcd/pki';
const year = 365 * 24 * 3600 * 1000;

export const etcd3: World = kubeadmWorld({
  summary: 'Kubernetes v1.35 on an etcd with three members, each a service on a machine of its own; one control-plane node and one worker',
  specs: twoNodes,
  externalEtcd: members.map(({ ip }) => `https://${ip}:2379`),
  prepare: (context, machines) => {
    const [controlPlane] = machines;
    const authority = authorities.find(({ name }) => name === 'etcd/ca');
    if (authority) writeAuthority(controlPlane, authority);
    const hosts = [...members, ...twoNodes].map(({ ip, hostname }) => `${ip}\t${hostname}\n`).join('');
    for (const machine of machines) writeFile(machine.fs, '/etc/hosts', `127.0.0.1\tlocalhost\n${hosts}`);
    for (const member of members) {
      const machine = addMachine(context, { ...member, hosts, cpus: 2, memoryBytes: 4_025_148 * 1024 });
      installMember(machine, controlPlane);
      machine.systemd.boot();
    }
    writeClient(controlPlane, controlPlane);
    installEtcdTools(controlPlane);
  },
  finish: startNetworkPolicies,
});

/** Programs, certificates and the unit of one member. */
function installMember(machine: Machine, authority: Machine): void {
  const { kernel, fs, name, ip } = machine;
  const notBefore = kernel.sim.now;
  installProgram(kernel, fs, '/usr/local/bin/etcd', 'etcd', 25_000_000);
  installEtcdTools(machine);
  writeFile(fs, `${folder}/ca.crt`, authority.fs.read(`${pki}/etcd/ca.crt`));
  for (const use of ['server', 'peer'] as const) {
    const names = { dnsNames: [name, 'localhost'], ips: [ip, '127.0.0.1'] };
    const pair = issue(readPair(authority, 'etcd/ca'), { commonName: name, ...names, notBefore, notAfter: notBefore + year, salt: use });
    writeFile(fs, `${folder}/${use}.crt`, pair.certificate);
    writeFile(fs, `${folder}/${use}.key`, pair.key, 0o600);
  }
  fs.mkdir('/var/lib/etcd', { parents: true, mode: 0o700 });
  writeFile(fs, '/usr/lib/systemd/system/etcd.service', unit(name, ip));
  enable(machine, 'etcd.service');
  writeClient(machine, authority);
}

/** What etcdctl needs, as the profile of root's shell has it. */
function writeClient(machine: Machine, authority: Machine): void {
  const onMember = machine !== authority;
  const [ca, certificate, key] = onMember
    ? [`${folder}/ca.crt`, `${folder}/server.crt`, `${folder}/server.key`]
    : [`${pki}/etcd/ca.crt`, `${pki}/apiserver-etcd-client.crt`, `${pki}/apiserver-etcd-client.key`];
  const endpoints = members.map(({ ip }) => `https://${ip}:2379`).join(',');
  writeFile(
    machine.fs,
    '/root/etcd.env',
    `export ETCDCTL_ENDPOINTS=${endpoints}\nexport ETCDCTL_CACERT=${ca}\nexport ETCDCTL_CERT=${certificate}\nexport ETCDCTL_KEY=${key}\n`,
  );
}

const unit = (name: string, ip: string): string => `[Unit]
Description=etcd key-value store
Documentation=https://github.com/etcd-io/etcd
After=network-online.target

[Service]
Type=notify
ExecStart=/usr/local/bin/etcd \\
  --name=${name} \\
  --data-dir=/var/lib/etcd \\
  --listen-client-urls=https://127.0.0.1:2379,https://${ip}:2379 \\
  --advertise-client-urls=https://${ip}:2379 \\
  --listen-peer-urls=https://${ip}:2380 \\
  --initial-advertise-peer-urls=https://${ip}:2380 \\
  --initial-cluster=${members.map((each) => `${each.hostname}=https://${each.ip}:2380`).join(',')} \\
  --initial-cluster-token=etcd-cluster \\
  --initial-cluster-state=new \\
  --cert-file=${folder}/server.crt \\
  --key-file=${folder}/server.key \\
  --client-cert-auth=true \\
  --trusted-ca-file=${folder}/ca.crt \\
  --peer-cert-file=${folder}/peer.crt \\
  --peer-key-file=${folder}/peer.key \\
  --peer-client-cert-auth=true \\
  --peer-trusted-ca-file=${folder}/ca.crt
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
`;
