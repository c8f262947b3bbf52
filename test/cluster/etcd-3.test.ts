import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test('three members: one may go, two may not', () => {
  const { out, err } = sh(
    `. ~/etcd.env; etcdctl member list | cut -d, -f2,3
    L=$(etcdctl endpoint status | grep ', true, false' | sed -E 's#https://([0-9.]+):.*#\\1#'); T=$(etcdctl endpoint status -w json | jq '.[0].Status.raftTerm')
    ssh $L systemctl stop etcd; sleep 5; kubectl create configmap one; etcdctl --command-timeout=2s endpoint health 2> /dev/null | wc -l
    O=$(for i in 11 12 13; do echo 172.30.1.$i; done | grep -v $L | head -1); ssh $O systemctl stop etcd; sleep 5
    kubectl create configmap two; kubectl get configmap one; etcdctl get a 2>&1 | grep ^Error; etcdctl endpoint status 2> /dev/null | cut -d, -f14
    ssh $O systemctl start etcd; sleep 20; kubectl create configmap three; kubectl get nodes --no-headers | awk '{print $2}'
    ssh $O "journalctl -u etcd" | grep -oE 'elected leader|changed leader' | tail -1
    ssh $L systemctl start etcd; sleep 10; etcdctl endpoint hashkv | cut -d, -f2 | uniq | wc -l; test $(etcdctl endpoint status -w json | jq '.[0].Status.raftTerm') -gt $T && echo newer`,
    1,
    'etcd-3',
  );
  expect(out).toBe(
    ' started, etcd01\n started, etcd03\n started, etcd02\nconfigmap/one created\n2\nError: context deadline exceeded\n etcdserver: no leader\nconfigmap/three created\nReady\nReady\nelected leader\n1\nnewer\n',
  );
  expect(err).toBe('error: failed to create configmap: etcdserver: request timed out\nError from server: etcdserver: request timed out\n');
});

test('an apiserver that starts without a quorum waits for one; a database at its quota takes no writes until it is smaller', () => {
  const { out } = sh(
    `. ~/etcd.env; for i in 2 3; do ssh etcd0$i systemctl stop etcd; done; sleep 90; crictl ps -a --name kube-apiserver -o json | jq -c '[.containers[].state]'
    kubectl get nodes 2>&1 | cut -c1-35; crictl logs --tail 1 $(crictl ps -q --name kube-apiserver) 2>&1 | cut -c46-; ssh etcd01 'journalctl -u etcd' | grep -c 'lost leader'
    for i in 2 3; do ssh etcd0$i systemctl start etcd; done; sleep 60; kubectl get nodes --no-headers | awk '{print $2}'
    ssh etcd01 'sed -i "s#--cert-file#--quota-backend-bytes=1000000 --cert-file#" /usr/lib/systemd/system/etcd.service; systemctl daemon-reload; systemctl restart etcd'; sleep 5
    for i in 1 2; do head -c 700000 /dev/zero | tr '\\0' x | etcdctl put big$i; done 2>/dev/null; kubectl create configmap full 2>&1; etcdctl alarm list | grep -c NOSPACE
    etcdctl endpoint status | grep 11:2379 | cut -d, -f8; etcdctl del big1 big3 --range >/dev/null; etcdctl compact $(etcdctl endpoint status -w json | jq '.[0].Status.header.revision') > /dev/null
    etcdctl defrag > /dev/null; etcdctl alarm disarm | grep -c NOSPACE; kubectl create configmap fits`,
    1,
    'etcd-3',
  );
  expect(out.replace(/E1122 .*\n/g, '')).toBe(
    '["CONTAINER_RUNNING","CONTAINER_EXITED"]\nThe connection to the server 172.30\ncacher (secrets): unexpected ListAndWatch error: failed to list *core.Secret: etcdserver: request timed out; reinitializing...\n1\nReady\nReady\nOK\nerror: failed to create configmap: etcdserver: mvcc: database space exceeded\n1\n 1.0 MB\n1\nconfigmap/fits created\n',
  );
});

test('a member is removed and another takes its place', () => {
  const { out } = sh(
    `. ~/etcd.env; kubectl create configmap before > /dev/null
    etcdctl member remove $(etcdctl member list | grep etcd03 | cut -d, -f1) > /dev/null; sleep 3; ssh etcd03 systemctl is-active etcd; ssh etcd03 rm -r /var/lib/etcd/member
    etcdctl member add etcd03 --peer-urls=https://172.30.1.13:2380 | tail -1; etcdctl member list | grep -c unstarted
    ssh etcd03 'sed -i s/state=new/state=existing/ /usr/lib/systemd/system/etcd.service; systemctl daemon-reload; systemctl start etcd'; sleep 5
    etcdctl member list | cut -d, -f2,3 | sort; etcdctl endpoint health 2>&1 | grep -c 'is healthy'; ETCDCTL_ENDPOINTS=https://172.30.1.13:2379 etcdctl get /registry/configmaps/default/before --keys-only
    etcdctl member promote 1 2>&1 | tail -1; etcdctl member add x --peer-urls=https://172.30.1.11:2380 2>&1 | tail -1
    N=$(etcdctl member list | grep etcd03 | cut -d, -f1); etcdctl move-leader $N | sed 's/ from .* to / from A to /' | cut -d' ' -f1-4; etcdctl endpoint status | grep 13:2379 | cut -d, -f9`,
    1,
    'etcd-3',
  );
  expect(out).toBe(`inactive
ETCD_INITIAL_CLUSTER_STATE="existing"
1
 started, etcd01
 started, etcd02
 started, etcd03
3
/registry/configmaps/default/before

Error: etcdserver: member not found
Error: etcdserver: Peer URLs already exists
Leadership transferred from A
 true
`);
});
