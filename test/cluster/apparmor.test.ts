import { expect, test } from 'vitest';
import { runScript } from '../../src/headless/sh.ts';
import { sh } from './sh.ts';

test('AppArmor: a profile that denies writing is loaded and obeyed, one that is not loaded keeps a container from being made', () => {
  const { out, err } = sh(`
apt-get update > /dev/null; apt-get install -y apparmor-utils > /dev/null
cat > /etc/apparmor.d/deny-write <<'P'
#include <tunables/global>
profile deny-write flags=(attach_disconnected) {
  #include <abstractions/base>
  file,
  network inet tcp,
  deny /** w,   # all of it
}
profile few {
  /bin/{sh,cat} rix, owner /{etc,data}/*.conf r, @{PROC}/@{pid}/attr/* r,
  audit deny /bin/id x,
}
P
apparmor_parser -q /etc/apparmor.d/deny-write; apparmor_parser /etc/apparmor.d/deny-write; echo $?
for p in deny-write missing few; do
kubectl run $p --image=busybox:1.37 --overrides='{"spec":{"nodeName":"controlplane","containers":[{"name":"c","image":"busybox:1.37","command":["sh","-c","while :; do wait; done"],"securityContext":{"appArmorProfile":{"type":"Localhost","localhostProfile":"'$p'"}}}]}}' > /dev/null
done
sleep 12
kubectl get pod missing -o jsonpath='{.status.containerStatuses[0].state.waiting.message}{"\\n"}'
k() { kubectl exec "$@" 2>&1 | grep -v terminated | sed 's/.*start exec "[0-9a-f]*"://'; }
k deny-write -- touch /tmp/a; k deny-write -- mkdir /tmp/b; k deny-write -- rm /etc/passwd; k deny-write -- cat /proc/self/attr/current
k few -- cat /etc/passwd; k few -- cat /proc/self/attr/current; k few -- id; k few -- ls / | grep -o 'exec: .*'
dmesg | grep -o 'operation="[a-z]*" .* name="[^"]*" .* requested_mask="[a-z]*"' | sed 's/pid=[0-9]* //' | sort -u
aa-status | sed -n '2,6p;10,11p'
aa-complain deny-write > /dev/null; k few -- cat /etc/passwd | head -1; k deny-write -- touch /tmp/a
apparmor_parser -R /etc/apparmor.d/deny-write; k few -- cat /etc/hostname; kubectl delete pod few --now > /dev/null
echo 'profile x { deny /tmp/** }' > x; apparmor_parser x; echo $?; apparmor_parser nothing; echo $?`);
  expect(out).toMatchInlineSnapshot(`
    "239
    failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found missing
    touch: /tmp/a: Permission denied
    mkdir: can't create directory '/tmp/b': Permission denied
    rm: can't remove '/etc/passwd': Permission denied
    deny-write (enforce)
    cat: can't open '/etc/passwd': Permission denied
    few (enforce)
     OCI runtime exec failed: exec failed: unable to start container process: exec: "id": permission denied
    exec: "ls": permission denied
    operation="exec" class="file" profile="few" name="/bin/id" comm="id" requested_mask="x"
    operation="exec" class="file" profile="few" name="/bin/ls" comm="ls" requested_mask="x"
    operation="open" class="file" profile="few" name="/etc/passwd" comm="cat" requested_mask="r"
    3 profiles are loaded.
    3 profiles are in enforce mode.
       cri-containerd.apparmor.d
       deny-write
       few
    0 profiles are in unconfined mode.
    2 processes have profiles defined.
    root:x:0:0:root:/root:/bin/sh
    touch: /tmp/a: Permission denied
     OCI runtime exec failed: exec failed: unable to start container process: error during container init: unable to apply apparmor profile: apparmor failed to apply profile: write /proc/self/attr/apparmor/exec: no such file or directory
    1
    2
    "
  `);
  expect(err).toMatchInlineSnapshot(`
    "debconf: delaying package configuration, since apt-utils is not installed
    k8s-lab: of deny-write only the rules about files are enforced, not: network
    apparmor_parser: Unable to add "deny-write".  Profile already exists
    apparmor_parser: Unable to add "few".  Profile already exists
    AppArmor parser error for x in profile x at line 1: syntax error
    File nothing not found, skipping...
    "
  `);
});

test('seccomp profiles of the node and of docker run forbid what changes files; what is not asked is said', () => {
  const { out, err } = sh(`
mkdir -p /var/lib/kubelet/seccomp && cd /var/lib/kubelet/seccomp
echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat","chmod"],"action":"SCMP_ACT_ERRNO"}]}' > some.json
echo '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["execve","openat","mkdir"],"action":"SCMP_ACT_ALLOW"}]}' > list.json
echo '{"defaultAction":"SCMP_ACT_ERRNO"}' > violation.json
echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["ptrace"],"action":"SCMP_ACT_ERRNO"}]}' > ptrace.json
echo '{' > bad.json
for p in some list violation ptrace bad; do
kubectl run $p --image=busybox:1.37 --overrides='{"spec":{"nodeName":"controlplane","securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"'$p'.json"}}}}' -- sleep 1d > /dev/null
done
sleep 15
for p in ptrace bad; do kubectl get pod $p -o jsonpath='{.status.containerStatuses[0].state.waiting.message}{"\\n"}'; done
kubectl get pod violation -o jsonpath='{.status.containerStatuses[0].state.waiting.reason}{.status.containerStatuses[0].lastState.terminated.exitCode}{"\\n"}'
for p in some list; do kubectl exec $p -- sh -c 'mkdir /a; chmod 700 /tmp; touch /b; rm /b; ln -s a c; rmdir /home; grep Seccomp: /proc/1/status' 2>&1; done
crictl inspect $(crictl ps -q --name some) | grep -A3 '"seccomp": {'`);
  expect(out).toMatchInlineSnapshot(`
    "k8s-lab: what the seccomp profile /var/lib/kubelet/seccomp/ptrace.json forbids is not simulated
    failed to create containerd container: decoding seccomp profile failed "/var/lib/kubelet/seccomp/bad.json": unexpected end of JSON input
    CrashLoopBackOff255
    mkdir: can't create directory '/a': Operation not permitted
    chmod: /tmp: Operation not permitted
    Seccomp:	2
    chmod: /tmp: Operation not permitted
    rm: can't remove '/b': Operation not permitted
    ln: failed to create symbolic link 'c': Operation not permitted
    rmdir: '/home': Operation not permitted
    Seccomp:	2
              "seccomp": {
                "localhost_ref": "/var/lib/kubelet/seccomp/some.json",
                "profile_type": 2
              }
    --
            "seccomp": {
              "defaultAction": "SCMP_ACT_ALLOW",
              "syscalls": [
                {
    "
  `);
  expect(err).toBe('');
});

test('docker run under AppArmor: its own profile once there is a parser, one of the machine, none', () => {
  let out = '';
  const stdout = (text: string): void => {
    out += text;
  };
  const script = `
docker run -d --name before -q busybox:1.37 sleep 1d > /dev/null; docker inspect -f '[{{.AppArmorProfile}}]' before; docker info -f '{{.SecurityOptions}}'
apt-get update > /dev/null; apt-get install -y apparmor > /dev/null 2>&1
printf 'profile own flags=(attach_disconnected,mediate_deleted) {\\n  file,\\n  deny /etc/** wl,\\n  deny /bin/{top,dash} mrwklx,\\n}\\n' > own; apparmor_parser -r -W own
r() { docker run --rm "$@" 2>&1 | head -1; }
r --security-opt apparmor=own busybox:1.37 touch /etc/x; r --security-opt apparmor=own busybox:1.37 top -n1; r --security-opt apparmor=missing busybox:1.37 true
r busybox:1.37 sh -c 'cat /proc/1/attr/current; echo 1 > /proc/sysrq-trigger'; r --privileged busybox:1.37 cat /proc/1/attr/current; r --security-opt apparmor=unconfined busybox:1.37 cat /proc/1/attr/current
docker restart before > /dev/null; docker inspect -f '[{{.AppArmorProfile}}]' before; docker info -f '{{.SecurityOptions}}'; aa-status --profiled`;
  runScript('docker-host', 1, { argv: ['bash', '-c', script], stdout, stderr: stdout, limit: 3_600_000 });
  expect(out).toMatchInlineSnapshot(`
    "Unable to find image 'busybox:1.37' locally
    []
    [name=seccomp,profile=builtin name=cgroupns]
    touch: /etc/x: Permission denied
    docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "top": permission denied
    docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: unable to apply apparmor profile: apparmor failed to apply profile: write /proc/self/attr/apparmor/exec: no such file or directory
    docker-default (enforce)
    unconfined
    unconfined
    [docker-default]
    [name=apparmor name=seccomp,profile=builtin name=cgroupns]
    2
    "
  `);
});
