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
    ssh $L systemctl start etcd; sleep 10; etcdctl endpoint hashkv | cut -d, -f2 | uniq | wc -l; test $(etcdctl endpoint status -w json | jq '.[0].Status.raftTerm') -gt $T && echo newer`,
    1,
    'etcd-3',
  );
  expect(out).toBe(
    ' started, etcd01\n started, etcd03\n started, etcd02\nconfigmap/one created\n2\nError: context deadline exceeded\n etcdserver: no leader\nconfigmap/three created\nReady\nReady\n1\nnewer\n',
  );
  expect(err).toBe('error: failed to create configmap: etcdserver: request timed out\nError from server: etcdserver: request timed out\n');
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
