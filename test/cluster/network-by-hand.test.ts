/** Networks built with ip and iptables: packets obey what these tools changed. */
import { expect, test } from 'vitest';
import { runScript } from '../../src/headless/sh.ts';

function sh(world: Parameters<typeof runScript>[0], script: string): string {
  let out = '';
  const stdout = (text: string): void => {
    out += text;
  };
  runScript(world, 1, { argv: ['bash', '-c', script], stdout, stderr: stdout, limit: 3_600_000 });
  return out;
}

/** `ok` or `no` for each line of a script that can be reached or not. */
const tries = (text: string): string => text.replaceAll(/^ *try (.*)$/gm, '$1 >/dev/null 2>&1 && echo ok || echo no');

test('a network of namespaces, cables and a bridge carries what it is wired and allowed to', () => {
  const out = sh(
    'node',
    tries(`
    ip netns add red; ip netns add blue; ip netns add red; echo $?
    ip link add v-red type veth peer name br-red; ip link add v-blue type veth peer name eth0 netns blue
    ip link set v-red netns red; ip link add br0 type bridge; ip link set br0 up
    ip link set br-red master br0 up; ip link set v-blue master br0 up
    ip -n red addr add 10.9.0.1/24 dev v-red; ip -n blue addr add 10.9.0.2/24 dev eth0; ip -n red addr add 10.9.0.1/24 dev v-red; echo $?
    ip -n red link set v-red up; ip -n red route; ip -n blue link set eth0 up; ip -n red route add default via 10.8.0.5; echo $?
    try ip netns exec red ping -c1 -W1 10.9.0.2
    ip -n red neigh | sed 's/lladdr [0-9a-f:]*/MAC/'
    ip netns exec red ping -c1 8.8.8.8; ip addr add 10.9.0.254/24 dev br0
    ip -n red route add default via 10.9.0.254
    try ip netns exec red ping -c1 -W1 8.8.8.8
    iptables -t nat -A POSTROUTING -s 10.9.0.0/24 ! -o br0 -j MASQUERADE
    try ip netns exec red ping -c1 -W1 8.8.8.8
    sysctl -qw net.ipv4.ip_forward=0; ip netns exec red cat /proc/sys/net/ipv4/ip_forward
    try ip netns exec red ping -c1 -W1 8.8.8.8
    sysctl -qw net.ipv4.ip_forward=1; iptables -P FORWARD DROP; iptables -A FORWARD -i br0 -j ACCEPT
    try ip netns exec red ping -c1 -W1 8.8.8.8
    iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
    try ip netns exec red ping -c1 -W1 8.8.8.8
    ip netns exec blue nc -lk -p 80 & sleep 1
    ip netns exec blue iptables -A INPUT -p tcp -m multiport --dports 80,443 -j REJECT
    try ip netns exec red nc -z -w1 10.9.0.2 80
    try ip netns exec red ping -c1 -W1 10.9.0.2
    ip netns exec blue iptables -F; ip netns exec blue iptables -t nat -A PREROUTING -p tcp --dport 8080 -j REDIRECT --to-ports 80
    try ip netns exec red nc -z -w1 10.9.0.2 8080
    ip link set br-red nomaster
    try ip netns exec red ping -c1 -W1 10.9.0.2
    ip link set br-red master br0
    try ip netns exec red ping -c1 -W1 10.9.0.2
    ip -n red -j -p route show default; ip -n red -br addr
    ip netns del red; ip link show br-red; ip -br link show master br0`),
  );
  expect(out).toBe(`Cannot create namespace file "/run/netns/red": File exists
1
Error: ipv4: Address already assigned.
2
10.9.0.0/24 dev v-red proto kernel scope link src 10.9.0.1 
Error: Nexthop has invalid gateway.
2
ok
10.9.0.2 dev v-red MAC REACHABLE 
ping: connect: Network is unreachable
no
ok
1
no
no
ok
no
ok
ok
no
ok
[ {
        "dst": "default",
        "gateway": "10.9.0.254",
        "dev": "v-red",
        "flags": [ ]
    } ]
lo               DOWN           
v-red@if4        UP             10.9.0.1/24 
Device "br-red" does not exist.
v-blue@if2       UP             ${out.match(/v-blue@if2 +UP +(\S+)/)?.[1]} <BROADCAST,MULTICAST,UP,LOWER_UP> 
`);
});

test('pods obey the links, the rules and the switches of their node', () => {
  const reach = (name: string): string =>
    `echo ${name} $(for i in $IPS web; do kubectl exec c -- wget -q -T1 -O- http://$i >/dev/null 2>&1 && echo ok || echo no; done)`;
  expect(
    sh(
      'kubeadm-3',
      `kubectl create deployment web --image=nginx --replicas=2 >/dev/null; kubectl expose deployment web --port=80 >/dev/null
      kubectl run c --image=busybox --restart=Never -- sleep 9999 >/dev/null; kubectl wait --for=condition=Ready pod --all --timeout=1m >/dev/null
      near=$(kubectl get pod c -o jsonpath='{.spec.nodeName}')
      IPS=$(kubectl get pods -l app=web -o jsonpath='{range .items[*]}{.spec.nodeName} {.status.podIP}{"\\n"}{end}' | sort | { [ $near = node01 ] && cat || sort -r; } | awk '{print $2}')
      ${reach('first')}
      ssh $near sysctl -qw net.ipv4.ip_forward=0; ${reach('ip_forward')}; ssh $near sysctl -qw net.ipv4.ip_forward=1
      ssh $near iptables -I FORWARD -j DROP; ${reach('FORWARD')}; ssh $near iptables -D FORWARD 1
      ssh $near ip link set cni0 down; ${reach('cni0')}; ssh $near ip link set cni0 up; ${reach('hop-by-hop')}
      ssh $near 'iptables -I INPUT -p icmp -j DROP; ping -c1 -W1 172.30.1.2 | grep -o "[0-9]* received"'
      kubectl exec c -- ping -c1 -W1 $(kubectl get node $near -o jsonpath='{.status.addresses[0].address}') | grep -o "[0-9]* packets received"`,
    ),
  ).toMatch(
    /^first ok ok ok\nip_forward ok no (?:ok|no)\nFORWARD no no no\ncni0 no no no\nhop-by-hop ok ok ok\n1 received\n0 packets received\ncommand terminated with exit code 1\n$/,
  );
});

test('iptables-restore, bridge and lsof tell and take what is there', () => {
  const out = sh(
    'node',
    `ip link add br0 type bridge; ip link add a type veth peer name b; ip link set a master br0; bridge link; ip link set a up; ip link set b up; bridge -j link | jq -r '.[].state'
    iptables -A INPUT -p tcp --dport 22 -m comment --comment "hello world" -j ACCEPT; iptables -N X; iptables -A X -p icmp --icmp-type echo-request -j DROP; iptables -A INPUT -j X
    iptables -A INPUT -p tcp ! --dport 22 -j LOG --log-prefix "x: "; iptables -t nat -A POSTROUTING -s 10.9.0.7/24 ! -o br0 -j SNAT --to-source 10.9.0.1; iptables -P FORWARD DROP
    iptables-save > /tmp/r; iptables -F; iptables -X; iptables -P FORWARD ACCEPT; iptables -t nat -F; iptables-restore < /tmp/r; iptables-save | diff - /tmp/r && iptables -L INPUT -n; iptables -t nat -S POSTROUTING
    echo bogus | iptables-restore; echo $?; printf '*filter\\n-A INPUT -j NOPE\\nCOMMIT\\n' | iptables-restore 2>&1 | head -1; iptables -S | grep -vc DOCKER
    iptables -A INPUT -m limit --limit 5/min -j LOG; echo $?; iptables -A INPUT -o eth0 -j ACCEPT 2>&1 | head -1; iptables -A FORWARD -j MASQUERADE; echo $?
    lsof -nP -iTCP:22 | sed 's/ [0-9]* root/ N root/; s/  [0-9]*      0t0/  N 0t0/'; cd /tmp; lsof -t /tmp | grep -c $$; fuser 22/tcp 2>/dev/null | wc -w; lsof -i :1; echo $?`,
  );
  expect(out).toBe(`6: a@b: <BROADCAST,MULTICAST,M-DOWN> mtu 1500 master br0 state disabled priority 32 cost 2 
forwarding
Chain INPUT (policy ACCEPT)
target     prot opt source               destination         
ACCEPT     tcp  --  0.0.0.0/0            0.0.0.0/0            /* hello world */ tcp dpt:22
X          all  --  0.0.0.0/0            0.0.0.0/0           
LOG        tcp  --  0.0.0.0/0            0.0.0.0/0            tcp dpt:!22 LOG flags 0 level 4 prefix "x: "
-P POSTROUTING ACCEPT
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A POSTROUTING -s 10.9.0.0/24 ! -o br0 -j SNAT --to-source 10.9.0.1
iptables-restore: line 1 failed
1
iptables-restore v1.8.11 (nf_tables): Chain 'NOPE' does not exist
8
k8s-lab: iptables -m limit is not simulated
70
iptables v1.8.11 (nf_tables): Can't use -o with INPUT
iptables v1.8.11 (nf_tables):  RULE_APPEND failed (Invalid argument): rule in chain FORWARD
4
COMMAND PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME
sshd      N root    3u  IPv4  N 0t0  TCP *:22 (LISTEN)
1
1
1
`);
});
