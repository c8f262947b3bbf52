/** The tools of a node, without Kubernetes: what they keep and how they show it. */
import { expect, test } from 'vitest';
import { runScript } from '../../src/headless/sh.ts';

function sh(script: string): string {
  let out = '';
  const stdout = (text: string): void => {
    out += text;
  };
  runScript('node', 1, { argv: ['bash', '-c', script], stdout, stderr: stdout, limit: 3_600_000 });
  return out;
}

test('iptables, ss, systemd-run, systemd-cgls, set-property and ps show what is there', () => {
  expect(
    sh(`
    iptables -N WEB; iptables -N WEB; echo $?
    iptables -A WEB -i eth0 -p tcp -s 10.0.0.7 --dport 443 -j REJECT
    iptables -A WEB -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
    iptables -C WEB -p tcp --dport 1 -j DROP; echo $?
    iptables -C WEB -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT && iptables -S WEB
    iptables -nvL WEB --line-numbers; iptables -X WEB; echo $?
    iptables -F WEB; iptables -X WEB; iptables -L WEB; echo $?
    ss -tln 'sport = :22'
    systemd-run -q --unit=a -p MemoryMax=64M sleep 99; systemd-cgls -u a | tail -1 | sed 's/[0-9]* /N /'
    cat /sys/fs/cgroup/system.slice/a.service/memory.max; systemctl list-units 'a*' --no-legend; systemctl stop a; systemctl is-active a
    systemctl set-property containerd CPUQuota=150%; cat /sys/fs/cgroup/system.slice/containerd.service/cpu.max; systemctl stop nosuch; echo $?
    ps axf -o args | tail -1`),
  ).toBe(`iptables: Chain already exists.
1
iptables: Bad rule (does a matching rule exist in that chain?).
1
-N WEB
-A WEB -s 10.0.0.7/32 -i eth0 -p tcp -m tcp --dport 443 -j REJECT --reject-with icmp-port-unreachable
-A WEB -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
Chain WEB (0 references)
num   pkts bytes target     prot opt in     out     source               destination         
1        0     0 REJECT     tcp  --  eth0   *       10.0.0.7             0.0.0.0/0            tcp dpt:443 reject-with icmp-port-unreachable
2        0     0 ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            ctstate ESTABLISHED,RELATED
iptables v1.8.11 (nf_tables):  CHAIN_DEL failed (Device or resource busy): chain WEB
4
iptables: No chain/target/match by that name.
1
State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
LISTEN 0      4096         0.0.0.0:22        0.0.0.0:*          
└─N /usr/bin/sleep 99
67108864
  a.service loaded active running /usr/bin/sleep 99
inactive
150000 100000
Failed to stop nosuch.service: Unit nosuch.service not loaded.
5
 \\_ ps axf -o args
`);
});
