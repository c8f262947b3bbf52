import { expect, test } from 'vitest';
import { sh } from '../../cluster/sh.ts';

const pki = '/etc/kubernetes/pki';
const trusted = `--endpoints=https://127.0.0.1:2379 --cacert=${pki}/etcd/ca.crt`;
const env = `export ETCDCTL_ENDPOINTS=https://127.0.0.1:2379 ETCDCTL_CACERT=${pki}/etcd/ca.crt ETCDCTL_CERT=${pki}/etcd/server.crt ETCDCTL_KEY=${pki}/etcd/server.key`;

test('certificates are really looked at, from both sides', () => {
  const { err, status } = sh(`
    etcdctl member list
    etcdctl --endpoints=https://127.0.0.1:2379 --cacert=${pki}/ca.crt member list
    etcdctl ${trusted} member list
    etcdctl ${trusted} --cert=${pki}/apiserver.crt --key=${pki}/apiserver.key member list
    etcdctl ${trusted} --cert=${pki}/etcd/server.crt member list
    etcdctl --endpoints=https://172.30.1.3:2379 member list`);
  expect(status).toBe(1);
  const told = [...err.matchAll(/connection error: desc = \\"(.*?)\\""}|^Error: (?!context)(.*)$/gm)].map((match) => match[1] ?? match[2]);
  expect(told).toEqual([
    'error reading server preface: EOF',
    'transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'error reading server preface: remote error: tls: certificate required',
    'error reading server preface: remote error: tls: unknown certificate authority',
    `KeyFile and CertFile must both be present[key: , cert: ${pki}/etcd/server.crt]`,
    'transport: Error while dialing: dial tcp 172.30.1.3:2379: connect: connection refused',
  ]);
});

test('help and wrong words as etcd 3.6 tells them', () => {
  const { out, err } = sh(`${env}
    etcdctl lease --help | head -18; etcdctl put a < /dev/null; etcdctl lease keep-alive 4d --once; echo $?; etcdctl get a -w table; etcdctl move-leader zz
    printf 'mod("a") > "0"\\n\\n\\n\\n' | etcdctl txn -i; printf 'foo\\n' | etcdctl txn; echo $?; printf '\\nfoo\\n' | etcdctl txn
    etcdctl put a 1; etcdctl put b 2; etcdctl del a c; etcdctl watch; etcdctl get --foo | head -1; etcdutl snapshot | head -2`);
  expect(out).toBe(
    'NAME:\n  lease - Lease related commands\n\nUSAGE:\n  etcdctl lease <subcommand> [flags]\n\nAPI VERSION:\n  3.6\n\nCOMMANDS:\n  grant\t\tCreates leases\n  keep-alive\tKeeps leases alive (renew)\n  list\t\tList all active leases\n  revoke\tRevokes leases\n  timetolive\tGet lease information\n\nOPTIONS:\n  -h, --help[=false]\thelp for lease\n2\ncompares:\nsuccess requests (get, put, del):\nfailure requests (get, put, del):\nFAILURE\n3\nOK\nOK\n2\nNAME:\nUsage:\n  etcdutl snapshot [command]\n',
  );
  expect(err).toBe(
    'Error: put command needs 1 argument and input from stdin or 2 arguments\nError: etcdserver: requested lease not found\nError: table not supported as output format\nError: strconv.ParseUint: parsing "zz": invalid syntax\nError: malformed comparison: foo\nError: invalid txn compare request: foo\nWarning: Keys between "a" and "c" will be deleted. Please interrupt the command within next 2 seconds to cancel. You can provide `--range` flag to avoid the delay.\nError: bad number of arguments\nError: unknown flag: --foo\n\n',
  );
});

test('keys, revisions, watches, leases and transactions', () => {
  const { out } = sh(`${env}
    etcdctl put a 1; etcdctl put a 2; etcdctl get a --print-value-only
    etcdctl get a -w fields | grep -E 'Version|Count'
    R=$(etcdctl get a -w json | jq .header.revision); etcdctl get a --rev=$((R-1)) --print-value-only
    etcdctl put b x; etcdctl get a --prefix --keys-only --limit=1; etcdctl del a b --prev-kv
    timeout 3 etcdctl watch w --prefix & sleep 1; etcdctl put w1 one; etcdctl del w1; wait
    L=$(etcdctl lease grant 5 | cut -d' ' -f2); etcdctl put --lease=$L k v; etcdctl lease timetolive $L --keys | sed "s/$L/ID/"; sleep 6; etcdctl get k; etcdctl lease timetolive $L | sed "s/$L/ID/"
    printf 'value("b") = "x"\\n\\nput c 1\\n\\nput c 2\\n\\n' | etcdctl txn; etcdctl get c --print-value-only
    etcdctl compaction $R; etcdctl get a --rev=$((R-1)) 2>&1 | sed 's/.*method":"\\([^"]*\\)".*code = \\([A-Za-z]*\\).*/\\1 \\2/'; etcdctl nosuch 2>&1`);
  expect(out).toBe(
    `OK\nOK\n2\n"Version" : 2\n"Count" : 1\n1\nOK\na\n\n1\na\n2\nOK\nPUT\nw1\none\n1\nDELETE\nw1\n\nOK\nlease ID granted with TTL(5s), remaining(4s), attached keys([k])\nlease ID already expired\nSUCCESS\n\nOK\n1\ncompacted revision ${/compacted revision (\d+)/.exec(out)?.[1]}\n/etcdserverpb.KV/Range OutOfRange\nError: etcdserver: mvcc: required revision has been compacted\nError: unknown command "nosuch" for "etcdctl"\nRun 'etcdctl --help' for usage.\n`,
  );
});

test('check perf writes for a minute, judges, and leaves only revisions', () => {
  const { out, err } = sh(`${env}
    B=$(etcdctl get x -w json | jq .header.revision); S=$(date +%s)
    etcdctl check perf | tr '\\r' '\\n' | tail -4 | sed 's/[0-9]*\\.[0-9]*s/N/'; echo $(($(date +%s) - S)) $(($(etcdctl get x -w json | jq .header.revision) - B > 9000))
    etcdctl get /etcdctl-check-perf/ --prefix --keys-only; etcdctl put /etcdctl-check-perf/a 1; etcdctl check perf; etcdctl check perf --load=xl`);
  expect(out).toBe(' 59 / 60   98.33%PASS: Throughput is 150 writes/s\nPASS: Slowest request took N\nPASS: Stddev is N\nPASS\n60 1\nOK\n');
  expect(err).toMatch(/^Error: prefix .* has got keys\..*\nk8s-lab: etcdctl check perf --load=xl is not simulated\n$/);
});

test('objects are binary as in reality, with what a Secret hides in the clear', () => {
  const { out } = sh(`${env}
    kubectl create secret generic s --from-literal=pw=geheim > /dev/null
    etcdctl get /registry/secrets/default/s --print-value-only | head -c 22 | od -c | head -2
    etcdctl get /registry/secrets/default/s | grep -ac geheim
    etcdctl get /registry/pods --prefix --keys-only | grep -c kube-system`);
  expect(out).toContain('k   8   s  \\0  \\n  \\f  \\n 002   v   1 022 006   S   e   c   r');
  expect(out).toMatch(/\n1\n9\n$/);
});

test('members and endpoints', () => {
  const { out } = sh(`${env}
    etcdctl member list; etcdctl endpoint health | sed 's/took = .*/took/'; etcdctl endpoint status -w json | jq -r '.[0].Status.version'
    etcdctl endpoint status -w table | sed -n 2p; ETCDCTL_ENDPOINTS=https://127.0.0.1:2379,https://172.30.1.4:2379 etcdctl endpoint health 2>&1 | tail -1; etcdctl version`);
  expect(out).toContain('264d7b068180479b, started, controlplane, https://172.30.1.2:2380, https://172.30.1.2:2379, false\n');
  expect(out).toContain('https://127.0.0.1:2379 is healthy: successfully committed proposal: took\n3.6.6\n');
  expect(out).toMatch(/\| {8}ENDPOINT {8}\| {8}ID {8}\| VERSION \|/);
  expect(out).toContain('Error: unhealthy cluster\netcdctl version: 3.6.6\n');
});

test('a snapshot that is restored into another folder brings the old state back', () => {
  const { out } = sh(`${env}
    kubectl create configmap before > /dev/null
    etcdctl snapshot save /tmp/s.db 2> /dev/null; etcdutl snapshot status /tmp/s.db -w json | jq -r .version; test $(stat -c %s /tmp/s.db) = $(($(etcdutl snapshot status /tmp/s.db -w json | jq .totalSize) + 32)) && echo whole
    kubectl delete configmap before > /dev/null; kubectl create deployment after --image=nginx > /dev/null
    etcdutl snapshot restore /tmp/s.db --data-dir /var/lib/etcd 2>&1
    etcdutl snapshot restore /tmp/s.db --data-dir /var/lib/etcd-backup 2> /dev/null
    sed -i 's#path: /var/lib/etcd$#path: /var/lib/etcd-backup#' /etc/kubernetes/manifests/etcd.yaml; sleep 60
    kubectl get configmap before --no-headers | awk '{print $1}'; kubectl get deployments 2>&1
    etcdctl member list
    kubectl -n kube-system delete pod etcd-controlplane --timeout=60s; sleep 20; kubectl -n kube-system get pod etcd-controlplane --no-headers | awk '{print $2,$3}'
    kubectl create deployment more --image=nginx > /dev/null; kubectl rollout status deployment more --timeout=60s | tail -1
    head -c 3000 /tmp/s.db > /tmp/cut.db; echo x >> /tmp/s.db; etcdutl snapshot restore /tmp/cut.db --data-dir /x 2>&1 | tail -1; etcdutl snapshot status /nosuch 2>&1`);
  expect(out).toBe(`Snapshot saved at /tmp/s.db
Server version 3.6.0
3.6.0
whole
Error: data-dir "/var/lib/etcd" not empty or could not be read
before
No resources found in default namespace.
8e9e05c52164694d, started, controlplane, http://localhost:2380, https://172.30.1.2:2379, false
pod "etcd-controlplane" deleted from kube-system namespace
1/1 Running
deployment "more" successfully rolled out
Error: invalid database
Error: stat /nosuch: no such file or directory
`);
});

test('a copy of the data folder is a backup too', () => {
  const { out } = sh(`
    mv /etc/kubernetes/manifests/etcd.yaml /tmp/; sleep 30; cp -r /var/lib/etcd /backup; rm -rf /var/lib/etcd/member; cp -r /backup/member /var/lib/etcd/
    mv /tmp/etcd.yaml /etc/kubernetes/manifests/; sleep 60; kubectl get nodes --no-headers | awk '{print $1,$2}'`);
  expect(out).toBe('controlplane Ready\nnode01 Ready\nnode02 Ready\n');
});

test('a lock that one holds at a time, an election, commands by their beginning', () => {
  const { out } = sh(`
    export ETCDCTL_CACERT=/etc/kubernetes/pki/etcd/ca.crt ETCDCTL_CERT=/etc/kubernetes/pki/etcd/server.crt ETCDCTL_KEY=/etc/kubernetes/pki/etcd/server.key
    etcdctl lock m sh -c 'sleep 3; echo first' & sleep 1; etcdctl lock m echo second; wait; etcdctl get m/ --prefix --keys-only | wc -l
    etcdctl elect e one > /tmp/one & A=$!; sleep 1; etcdctl elect e two > /tmp/two & B=$!; sleep 2; tail -1 /tmp/one; wc -l < /tmp/two; kill $A; sleep 2; tail -1 /tmp/two; kill $B; sleep 1
    etcdctl compact 5; etcdctl mem list | wc -l; etcdctl lock; etcdctl elect x`);
  expect(out).toMatch(/^first\nsecond\n0\none\n0\ntwo\ncompacted revision 5\n1\n$/);
});

test('users and roles: with authentication on, a certificate or a password says who asks, and the apiserver is a user too', () => {
  const { out, err, status } = sh(`${env}; root='--user root:x'; ann='--user ann:pw'
    etcdctl auth enable; etcdctl user add root:x; etcdctl user add ann:pw; etcdctl role add reader; etcdctl role add reader
    etcdctl role grant-permission reader read /a --prefix; etcdctl role grant-permission reader write foo; etcdctl role grant-permission reader bad k
    etcdctl user grant-role ann reader; etcdctl user get ann --detail; etcdctl put /a/1 x; etcdctl auth enable
    etcdctl get /a/1; etcdctl $ann get /a/1; etcdctl $ann put foo 1; etcdctl $ann get foo; etcdctl $ann get '' --prefix; etcdctl --user ann:no get /a/1; echo $?
    etcdctl $ann watch /b; echo $?; etcdctl $ann user get root; etcdctl $ann snapshot save s; echo $?; etcdctl $root role get reader -w json | jq -c .perm
    kubectl create configmap refused; sleep 30; etcdctl $root user add kube-apiserver-etcd-client --no-password; etcdctl $root role add k8s
    etcdctl $root role grant-permission k8s readwrite /registry/ --prefix; etcdctl $root user grant-role kube-apiserver-etcd-client k8s; sleep 60
    kubectl create configmap taken; mv /etc/kubernetes/manifests/etcd.yaml /tmp; sleep 30; mv /tmp/etcd.yaml /etc/kubernetes/manifests; sleep 60
    etcdctl $root auth status; etcdctl $root user delete root; etcdctl $root role delete reader; etcdctl $ann get /a/1; etcdctl $root auth disable; etcdctl $root get /a/1`);
  const told = err.replace(/^\{.*"error":"(.*?)"\}$/gm, '$1').split('\n');
  const denied = ['rpc error: code = PermissionDenied desc = etcdserver: permission denied', 'Error: etcdserver: permission denied'];
  const unknown = 'etcdserver: authentication failed, invalid user ID or password';
  expect([status, out.split('\n')]).toEqual([
    0,
    [
      'User root created',
      'User ann created',
      'Role reader created',
      'Role reader updated',
      'Role reader updated',
      'Role reader is granted to user ann',
      'User: ann',
      '',
      'Role reader',
      'KV Read:',
      '\t[/a, /b) (prefix /a)',
      'KV Write:',
      '\tfoo',
      'OK',
      'Authentication Enabled',
      '/a/1',
      'x',
      'OK',
      '2',
      'watch was canceled (rpc error: code = PermissionDenied desc = etcdserver: permission denied)',
      '5',
      '5',
      '[{"key":"L2E=","range_end":"L2I="},{"permType":1,"key":"Zm9v"}]',
      'User kube-apiserver-etcd-client created',
      'Role k8s created',
      'Role k8s updated',
      'Role k8s is granted to user kube-apiserver-etcd-client',
      'configmap/taken created',
      'Authentication Status: true',
      'AuthRevision: 13',
      'Role reader deleted',
      'Authentication Disabled',
      '/a/1',
      'x',
      '',
    ],
  ]);
  expect(told.filter((line) => !line.startsWith('{'))).toEqual([
    'rpc error: code = FailedPrecondition desc = etcdserver: root user does not exist',
    'Error: etcdserver: root user does not exist',
    'rpc error: code = FailedPrecondition desc = etcdserver: role name already exists',
    'Error: etcdserver: role name already exists',
    'Error: invalid permission type: bad',
    'rpc error: code = FailedPrecondition desc = etcdserver: root user does not have root role',
    ...denied,
    ...denied,
    ...denied,
    `rpc error: code = InvalidArgument desc = ${unknown}`,
    `Error: ${unknown}`,
    'Error: watch is canceled by the server',
    ...denied,
    'Error: rpc error: code = Unknown desc = auth: permission denied',
    'Error from server: etcdserver: permission denied',
    'rpc error: code = InvalidArgument desc = etcdserver: invalid auth management',
    'Error: etcdserver: invalid auth management',
    ...denied,
    'rpc error: code = FailedPrecondition desc = etcdserver: authentication is not enabled',
    '',
  ]);
});
