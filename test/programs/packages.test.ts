/** apk and apt in containers: they ask mirrors over the cluster's network, and what they install runs. */
import { expect, test } from 'vitest';
import { typeIn } from '../cluster/type-in.ts';

test('packages are installed from mirrors, and not without names or a network', () => {
  const { type } = typeIn('kubeadm-3');
  type(
    'kubectl run a --image=alpine:3.20 -- sleep 1d; kubectl run d --image=debian:12 -- sleep 1d; kubectl wait --for=condition=Ready pod/a pod/d --timeout=90s',
  );
  expect(type('kubectl exec a -- apk add --no-cache curl')).toMatch(
    /^fetch https:\/\/dl-cdn.alpinelinux.org\/alpine\/v3.20\/main\/x86_64\/APKINDEX.tar.gz\nfetch .*\n\(1\/10\) Installing ca-certificates .*\n[\s\S]*\(10\/10\) Installing curl \(.*\)\nExecuting busybox-.*\nExecuting ca-certificates-.*\nOK: \d+ MiB in 26 packages\n$/,
  );
  expect(type("kubectl exec a -- curl -s -o /dev/null -w '%{http_code}' http://example.com")).toBe('200');
  expect(type('kubectl exec a -- apk add -q nosuch')).toContain('k8s-lab: the package nosuch is not simulated\n');
  expect(type('kubectl exec a -- apk del curl; kubectl exec a -- apk info curl')).toMatch(
    /^\(1\/1\) Purging curl .*\nOK: \d+ MiB in 25 packages\ncommand terminated with exit code 1\n$/,
  );

  expect(type('kubectl exec d -- apt-get install -y curl')).toContain('E: Unable to locate package curl\ncommand terminated with exit code 100\n');
  expect(type('kubectl exec d -- apt-get update')).toContain('Get:1 http://deb.debian.org/debian bookworm InRelease');
  expect(type('kubectl exec d -- sh -c "echo n | apt-get install dnsutils"')).toContain('Do you want to continue? [Y/n] Abort.\n');
  expect(type('kubectl exec d -- apt-get install -y dnsutils=1')).toContain("E: Version '1' for 'dnsutils' was not found\n");
  expect(type('kubectl exec d -- apt-get install -y dnsutils')).toMatch(
    /The following NEW packages will be installed:\n {2}bind9-dnsutils bind9-host dnsutils\n0 upgraded, 3 newly installed/,
  );
  expect(type('kubectl exec d -- dig +short kubernetes.default.svc.cluster.local')).toBe('10.96.0.1\n');
  expect(type('kubectl exec d -- sh -c "apt-get install -y dnsutils; dpkg -L bind9-host; apt-get purge -qq -y bind9-host; ls /usr/bin/host"')).toMatch(
    /dnsutils is already the newest version \(.*\)\.\n[\s\S]*\/usr\/bin\/host\nls: cannot access '\/usr\/bin\/host'/,
  );
  expect(type('apt-get install -y jq')).toContain('E: Unable to locate package jq\n');

  type('kubectl -n kube-system scale deploy coredns --replicas=0; sleep 20');
  expect(type('kubectl exec d -- apt-get update')).toContain("Temporary failure resolving 'deb.debian.org'\n");
  expect(type('kubectl exec a -- apk add jq')).toMatch(
    /WARNING: fetching .*\/main: DNS: transient error .*\n[\s\S]*\nERROR: unable to select packages:\n {2}jq \(no such package\):\n {4}required by: world\[jq\]\n/,
  );
});
