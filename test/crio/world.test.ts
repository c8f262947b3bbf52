import { expect, test } from 'vitest';
import { sh } from '../cluster/sh.ts';

/** One world, many looks: each block prints a line of its own before. */
function looked(blocks: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const script = Object.entries(blocks).map(([name, text]) => `printf "\\n=== ${name}\\n"\n{ ${text}\n} 2>&1`);
  const { out } = sh(script.join('\n'), 1, 'crio');
  return Object.fromEntries(
    out
      .split(/\n=== /)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
  );
}

const onNode = (name: string, args: string): string => `kubectl run ${name} --overrides='{"spec":{"nodeName":"node01"}}' ${args}`;

test('a cluster on CRI-O', { timeout: 60_000 }, () => {
  const seen = looked({
    nodes: 'kubectl get nodes -o wide',
    absent: 'for tool in ctr nerdctl containerd docker; do $tool version; done; ls /run/containerd',
    make: `${onNode('web', '--image=nginx:1.27')}; ${onNode('nocmd', '--image=busybox:1.36 --command -- /nosuch')}; ${onNode('gone', '--image=nginx:9.99')}
kubectl run shared --image=busybox:1.36 --overrides='{"spec":{"nodeName":"node01","shareProcessNamespace":true}}' --command -- sleep 9999
kubectl wait --for=condition=Ready pod/web pod/shared --timeout=60s; sleep 5`,
    pods: "kubectl get pods --no-headers | awk '{print $1, $3}'",
    events: 'kubectl get events',
    id: "kubectl get pod web -o jsonpath='{.status.containerStatuses[0].containerID}'",
    process: `ssh node01 'pid=$(pgrep -o nginx); ps -o comm= -p $(ps -o ppid= -p $pid); cat /proc/$pid/cgroup; cat /proc/$(ps -o ppid= -p $pid | tr -d " ")/cgroup; pgrep -c pause'`,
    storage: `ssh node01 'ID=$(crictl ps -q --name web); ls /var/lib/containers/storage /run/containers/storage/overlay-containers/$ID/userdata; mount | grep -c "^overlay on /var/lib/containers/storage/overlay/"; cat /var/lib/containers/storage/overlay-images/images.json | jq -r ".[].names[0]" | sort'`,
    log: "ssh node01 'head -1 /var/log/pods/default_web_*/web/0.log'",
    pinned: `ssh node01 'ls /run/netns /run/utsns /run/ipcns | grep -c -- -; crictl inspect $(crictl ps -q --name web) | jq -r ".info.runtimeSpec.linux.namespaces[] | .type + \\" \\" + (.path // \\"\\")"'`,
    inspect: `ssh node01 'crictl inspectp $(crictl pods -q --name web) | jq -c ".info | keys"; crictl inspectp $(crictl pods -q --name shared) | jq -c ".info | keys"; crictl version; crictl runtime-config'`,
    confined: `kubectl run safe --image=busybox:1.36 --overrides='{"spec":{"nodeName":"node01","securityContext":{"sysctls":[{"name":"kernel.shm_rmid_forced","value":"1"},{"name":"net.ipv4.tcp_fin_timeout","value":"30"}],"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"safe","image":"busybox:1.36","command":["sleep","999"],"securityContext":{"allowPrivilegeEscalation":false}}]}}'
kubectl wait --for=condition=Ready pod/safe --timeout=60s >/dev/null; kubectl exec safe -- sh -c 'cat /proc/sys/kernel/shm_rmid_forced /proc/sys/net/ipv4/tcp_fin_timeout; grep -E "NoNew|Seccomp:" /proc/1/status'; kubectl delete pod safe --now >/dev/null`,
    exec: 'kubectl exec web -- hostname; kubectl exec web -- /nosuch; kubectl logs web | tail -1',
    crictl: `ssh node01 'crictl pull nosuch/x; crictl pull busybox; crictl rmi docker.io/library/busybox:latest; crictl inspect nosuch; crictl inspectp nosuch; crictl start nosuch; crictl stop nosuch; crictl start $(crictl ps -q --name web)'`,
    tool: 'crio --version; crio version -j | jq -r .version; crio config 2>/dev/null | grep -c "^# "; crio status info | head -2; crio nonsense; crio --nonsense; crio wipe',
  });
  expect(seen['nodes']?.match(/cri-o:\/\/1\.35\.6/g)).toHaveLength(3);
  expect(seen['absent']).toMatch(/^(.*: command not found\n){4}ls: cannot access '\/run\/containerd': No such file or directory\n$/);
  expect(seen['pods']).toMatch(/^gone \w*ImagePull\w*\nnocmd CreateContainerError\nshared Running\nweb Running\n$/);
  expect(seen['confined']).toBe('pod/safe created\n1\n30\nNoNewPrivs:\t1\nSeccomp:\t2\n');
  expect(seen['events']).toContain('container create failed: executable file `/nosuch` not found: No such file or directory');
  expect(seen['events']).toContain('initializing source docker://nginx:9.99: reading manifest 9.99 in docker.io/library/nginx: manifest unknown');
  const id = (seen['id'] ?? '').replace('cri-o://', '');
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(seen['process']).toMatch(
    new RegExp(`^conmon\\n0::/kubepods\\.slice/.*-pod[0-9a-f_]{36}\\.slice/crio-${id}\\.scope\\n0::/system\\.slice/crio-conmon-${id}\\.scope\\n1\\n$`),
  );
  for (const name of ['overlay', 'overlay-containers', 'overlay-images', 'overlay-layers', 'config.json', 'conmon-pidfile', 'pidfile'])
    expect(seen['storage']).toContain(`${name}\n`);
  expect(seen['storage']).toContain('docker.io/library/nginx:1.27\n');
  expect(seen['log']).toMatch(/^2026-11-22T09:00:\d\d\.\d{9}Z stdout F \/docker-entrypoint\.sh: /);
  expect(seen['pinned']).toMatch(/network \/run\/netns\/[0-9a-f-]{36}\n/);
  expect(seen['inspect']).toBe(
    '["runtimeSpec"]\n["image","pid","runtimeSpec"]\nVersion:  0.1.0\nRuntimeName:  cri-o\nRuntimeVersion:  1.35.6\nRuntimeApiVersion:  v1\ncgroup driver:   SYSTEMD\n',
  );
  expect(seen['exec']).toMatch(/^web\nerror: .*executable file `\/nosuch` not found: No such file or directory.*\n/);
  expect(seen['crictl']).toContain('reading manifest latest in docker.io/nosuch/x: requested access to the resource is denied');
  expect(seen['crictl']).toContain('Deleted: docker.io/library/busybox:latest\n');
  expect(seen['crictl']).toContain('could not find container \\"nosuch\\": container with ID starting with nosuch not found: ID does not exist');
  expect(seen['crictl']).toContain('could not find pod \\"nosuch\\": PodSandbox with ID starting with nosuch not found: ID does not exist');
  expect(seen['crictl']).toContain(`container ${id} is not in created state: running`);
  expect(seen['tool']).toMatch(/^crio version 1\.35\.6\n {3}Version: {10}1\.35\.6\n/);
  expect(seen['tool']).toMatch(
    /cgroup driver: systemd\nstorage driver: overlay\ntime=".*" level=fatal msg="command \\"nonsense\\" not supported"\ntime=".*" level=fatal msg="flag provided but not defined: -nonsense"\nk8s-lab: crio wipe is not simulated\n$/,
  );
});

test('conmon and its container outlive the daemon', { timeout: 60_000 }, () => {
  const seen = looked({
    make: `${onNode('web', '--image=nginx:1.27')}; ${onNode('tick', `--image=busybox:1.36 --command -- sh -c 'while true; do date; sleep 1; done'`)}
kubectl wait --for=condition=Ready pod/web pod/tick --timeout=60s`,
    stopped: `ssh node01 'systemctl stop crio; crictl ps; pgrep -c conmon; kill -9 $(pgrep -o nginx)'; kubectl exec web -- true
ssh node01 'wc -l < /var/log/pods/default_tick_*/tick/0.log; sleep 60; wc -l < /var/log/pods/default_tick_*/tick/0.log; ls /run/crio/exits | wc -l'
kubectl get node node01 -o jsonpath='{.status.conditions[?(@.type=="Ready")].message}'`,
    again: `ssh node01 systemctl start crio; sleep 20; kubectl get pods --no-headers | awk '{print $1, $3, $4}'; kubectl get node node01 --no-headers | awk '{print $2}'`,
    journal: 'ssh node01 journalctl -u crio --no-pager',
    names: `ssh node01 'F=/etc/containers/registries.conf.d/crio.conf
printf "[[registry]]\\nprefix = \\"docker.io\\"\\nlocation = \\"docker.io\\"\\nblocked = true\\n" > $F; crictl pull docker.io/library/redis:7; crictl pull redis:7
rm $F; crictl pull redis:7
printf "unqualified-search-registries = [\\"quay.io\\", \\"docker.io\\"]\\n[aliases]\\n\\"box\\" = \\"docker.io/library/busybox\\"\\n" > $F; crictl pull redis:7; crictl pull box:1.36
printf "[crio.image]\\nshort_name_mode = \\"disabled\\"\\n" > /etc/crio/crio.conf.d/50.conf; systemctl reload crio; sleep 1; crictl pull redis:7'`,
    runc: `ssh node01 'printf "[crio.runtime]\\ndefault_runtime = \\"runc\\"\\ndrop_infra_ctr = false\\n" > /etc/crio/crio.conf.d/60.conf; systemctl restart crio'; ${onNode('old', '--image=nginx:1.27')}
kubectl wait --for=condition=Ready pod/old --timeout=60s; ssh node01 'ls /run/runc | wc -l; pgrep -c pause; ps -ef | grep -v grep | grep -c "conmon.*-r /usr/libexec/crio/runc"'`,
  });
  expect(seen['stopped']).toMatch(/dial unix \/var\/run\/crio\/crio\.sock: connect: no such file or directory\\""\n3\nerror: /);
  const [before, after, exits] =
    /\n(\d+)\n(\d+)\n(\d+)\ncontainer runtime is down$/
      .exec(seen['stopped'] ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  expect((after ?? 0) - (before ?? 0)).toBeGreaterThanOrEqual(59);
  expect(exits).toBe(1);
  expect(seen['again']).toBe('tick Running 0\nweb Running 1\nReady\n');
  expect(seen['journal']).toMatch(/level=info msg="Starting CRI-O, version: 1\.35\.6, git: [0-9a-f]{40}\(clean\)"/);
  expect(seen['journal']).toMatch(
    /msg="Ran pod sandbox [0-9a-f]{64} with infra container: default\/web\/POD" id=[0-9a-f-]{36} name=\/runtime\.v1\.RuntimeService\/RunPodSandbox\n/,
  );
  expect(seen['names']).toContain('registry docker.io is blocked in /etc/containers/registries.conf or /etc/containers/registries.conf.d');
  expect(seen['names']).toContain(
    'short-name \\"redis:7\\" did not resolve to an alias and no unqualified-search registries are defined in \\"/etc/containers/registries.conf.d/crio.conf\\"',
  );
  expect(seen['names']).toContain('short-name \\"redis:7\\" did not resolve to an alias and no containers-registries.conf(5) was found');
  expect(seen['names']).toContain('short name mode is enforcing, but image name redis:7 returns ambiguous list');
  expect(seen['names']?.match(/Image is up to date for [0-9a-f]{64}\n/g)).toHaveLength(2);
  expect(seen['runc']).toMatch(/\n2\n1\n2\n$/);
});
