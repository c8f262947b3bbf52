/** tcpdump and conntrack: packets are seen where they pass, as the rules on their way have made them. */
import { expect, test } from 'vitest';
import { sh } from './sh.ts';

/** Numbers that differ from run to run. */
const plain = (text: string): string =>
  text
    .replaceAll(/veth[0-9a-f]{8}/g, 'veth')
    .replaceAll(/, options \[[^\]]*\]/g, '')
    .replaceAll(/, win \d+/g, '');

test('a service seen on the way: addresses before and after the rules, on each interface of a node', () => {
  const { out } = sh(`
    kubectl run web --image=nginx --labels=app=web >/dev/null; kubectl run c --image=nicolaka/netshoot -- sleep 9999 >/dev/null
    kubectl expose pod web --port 80 >/dev/null; kubectl wait --for=condition=Ready pod --all >/dev/null
    node=$(kubectl get pod c -o jsonpath='{.spec.nodeName}')
    ip=$(kubectl get svc web -o jsonpath='{.spec.clusterIP}'); web=$(kubectl get pod web -o jsonpath='{.status.podIP}'); c=$(kubectl get pod c -o jsonpath='{.status.podIP}')
    name() { sed "s/$ip/SVC/g; s/$web/WEB/g; s/$c/C/g; s/\\.[0-9]\\{5\\}/.PORT/g; s/port=[0-9]\\{5\\}/port=PORT/g"; }
    ssh $node "timeout 3 tcpdump -tnni any 'tcp[tcpflags] & tcp-syn != 0 and port 80 and (host $ip or $web)'" 2>/dev/null | name & sleep 1
    kubectl exec c -- curl -s -o /dev/null $ip; wait
    ssh $node "conntrack -L -p tcp --dport 80 -d $ip" 2>/dev/null | sed 's/6 [0-9]* /6 N /' | name
    echo refused; ssh $node "timeout 3 tcpdump -tnni any tcp port 81" 2>/dev/null | name | tail -n 2 & sleep 1
    kubectl exec c -- curl -s -m1 $web:81; wait
    echo dns; timeout 3 tcpdump -tnni cni0 -c 2 udp port 53 2>/dev/null | name | sed 's/10[.]244[.]0[.][0-9]*/DNS/; s/ [0-9]*\\([+*]\\)/ ID\\1/; s/10[.]244[.]0[.][0-9]*/NODE/' & sleep 1; dig +short kubernetes.default.svc.cluster.local @10.96.0.10; wait
    echo http; ssh $node "timeout 3 tcpdump -A -nni eth0 -c 3 port 80 and src $c" 2>/dev/null | grep -a -A1 ' HTTP: \\|Host' | grep -o 'HTTP: .*\\|Host: .*' | name & sleep 1
    kubectl exec c -- curl -s -o /dev/null http://$web/; wait
    ip netns add red; ip -n red link set lo up; timeout 2 ip netns exec red tcpdump -i lo 2>&1 | tail -n 2; sleep 1; pgrep -c tcpdump
    ssh node01 'timeout 2 tcpdump -ni any icmp 2>&1 >/dev/null | tail -n 3'
    { tcpdump -i nic; tcpdump port abc; tcpdump 'host and'; tcpdump -w x; tcpdump -ni eth0 -c 0; } 2>&1`);
  const lines = plain(out);
  expect(lines.replaceAll(/seq \d+/g, 'seq N').replaceAll(/ack \d{4,}/g, 'ack N')).toMatchInlineSnapshot(`
    "veth In  IP C.PORT > SVC.80: Flags [S], seq N, length 0
    cni0  In  IP C.PORT > SVC.80: Flags [S], seq N, length 0
    eth0  Out IP C.PORT > WEB.80: Flags [S], seq N, length 0
    eth0  In  IP WEB.80 > C.PORT: Flags [S.], seq N, ack N, length 0
    cni0  Out IP SVC.80 > C.PORT: Flags [S.], seq N, ack N, length 0
    veth Out IP SVC.80 > C.PORT: Flags [S.], seq N, ack N, length 0
    tcp      6 N TIME_WAIT src=C dst=SVC sport=PORT dport=80 src=WEB dst=C sport=80 dport=PORT [ASSURED] mark=0 use=1
    refused
    cni0  Out IP WEB.81 > C.PORT: Flags [R.], seq N, ack N, length 0
    veth Out IP WEB.81 > C.PORT: Flags [R.], seq N, ack N, length 0
    dns
    10.96.0.1
    IP DNS.PORT > NODE.53: ID+ [1au] A? kubernetes.default.svc.cluster.local. (65)
    IP DNS.53 > NODE.PORT: ID*- 1/0/1 A 10.96.0.1 (117)
    http
    HTTP: GET / HTTP/1.1
    Host: WEB
    0 packets received by filter
    0 packets dropped by kernel
    0
    0 packets captured
    0 packets received by filter
    0 packets dropped by kernel
    tcpdump: nic: No such device exists
    (No such device exists)
    tcpdump: unknown port 'abc'
    tcpdump: can't parse filter expression: syntax error
    k8s-lab: tcpdump -w is not simulated
    tcpdump: invalid packet count 0
    "
  `);
});

test('without iptables on bridges a service on the same node is never answered', () => {
  const { out } = sh(`
    for n in a b; do kubectl run $n --image=nginx --labels=app=$n --overrides='{"spec":{"nodeName":"node01"}}' >/dev/null; done
    kubectl expose pod b --port 80 >/dev/null; kubectl wait --for=condition=Ready pod --all >/dev/null
    b=$(kubectl get pod b -o jsonpath='{.status.podIP}')
    try() { kubectl exec a -- curl -s -m2 -o /dev/null -w '%{http_code} ' $1; }
    try http://b; try http://$b; echo
    ssh node01 sysctl -w net.bridge.bridge-nf-call-iptables=0; try http://$b; try http://$(kubectl get svc b -o jsonpath='{.spec.clusterIP}'); echo
    ssh node01 sysctl -w net.bridge.bridge-nf-call-iptables=1; try http://b; echo
    ssh node01 modprobe -r br_netfilter; try http://$(kubectl get svc b -o jsonpath='{.spec.clusterIP}'); echo
    ssh node01 cat /proc/sys/net/bridge/bridge-nf-call-iptables`);
  expect(out).toMatchInlineSnapshot(`
    "200 200 
    net.bridge.bridge-nf-call-iptables = 0
    200 000 
    net.bridge.bridge-nf-call-iptables = 1
    200 
    000 
    "
  `);
});

test('the kernel tells of links, sockets and file systems in its own tables', () => {
  const { out } = sh(`
    stat -fc %T /sys/fs/cgroup / /proc; df --output=source,target /; cat /proc/self/uid_map; unshare -Ur cat /proc/self/uid_map | tr -s ' '
    awk '$4 == "0A" && $2 ~ /192B/ { print $2 }' /proc/net/tcp; tail -n +2 /proc/net/route | awk '{ print $1, $2, $3, $4, $8 }' | head -n 2
    ip -6 addr; ip -all netns exec ip -o -4 addr show eth0 | grep -c inet
    dev=$(ip -br link show type veth | head -1 | cut -d@ -f1); ethtool -S $dev | grep peer; ip -d link show $dev | grep -o 'bridge_slave state forwarding'
    bridge fdb show br cni0 | grep -c permanent; ip neigh show dev cni0 | wc -l; ss -s | grep TCP:; ss -6 -tlnH; ss -xlH | grep -o '/run/containerd/containerd.sock '; ethtool -k eth0 2>&1; ip -d -j link 2>&1`);
  expect(out).toMatchInlineSnapshot(`
    "cgroup2fs
    ext2/ext3
    proc
    Filesystem     Mounted on
    /dev/vda1      /
             0          0 4294967295
     0 0 1
    00000000:192B
    eth0 00000000 01011EAC 0003 00000000
    eth0 00011EAC 00000000 0001 00FFFFFF
    2
         peer_ifindex: 2
    bridge_slave state forwarding
    9
    2
    TCP:   12 (estab 0, closed 0, orphaned 0, timewait 0)
    /run/containerd/containerd.sock 
    k8s-lab: ethtool -k is not simulated
    k8s-lab: ip -details link with -j is not simulated
    "
  `);
});
