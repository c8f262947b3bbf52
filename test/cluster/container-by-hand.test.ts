/** A container without a runtime: namespaces, a root of one's own, layers and limits by the tools of util-linux. */
import { expect, test } from 'vitest';
import { runScript } from '../../src/headless/sh.ts';

function sh(script: string): string {
  let out = '';
  const stdout = (text: string): void => {
    out += text;
  };
  runScript('docker-host', 1, { argv: ['bash', '-c', script], stdout, stderr: stdout, limit: 3_600_000 });
  return out;
}

test('a control group made by hand is frozen, let go and killed by its files', () => {
  expect(
    sh(`
    cd /sys/fs/cgroup; mkdir -p demo/in; sh -c 'while :; do echo a >> /log; sleep 1; done' & echo $! > demo/in/cgroup.procs
    sleep 3; echo 1 > demo/cgroup.freeze; cat demo/cgroup.events; wc -l < /log; sleep 5; wc -l < /log
    echo 0 > demo/cgroup.freeze; sleep 2; wc -l < /log; echo 2 > demo/cgroup.freeze
    echo 1 > demo/cgroup.freeze; echo 1 > demo/cgroup.kill; sleep 1; cat demo/in/cgroup.procs; rmdir demo/in demo; echo $?`),
  ).toBe('populated 1\nfrozen 1\n3\n3\n5\nbash: line 4: echo: write error: Invalid argument\n0\n');
});

test('unshare, mount, pivot_root and a control group make a container', () => {
  const out = sh(`
    docker pull -q alpine >/dev/null; docker create --name base alpine >/dev/null; mkdir -p /c/low /c/up /c/work /c/root
    docker export base | tar -C /c/low -xf -
    mount -t overlay overlay -o lowerdir=/c/low,upperdir=/c/up,workdir=/c/work /c/root; findmnt -n /c/root
    mkdir /sys/fs/cgroup/box; echo 64M > /sys/fs/cgroup/box/memory.max
    cat > /c/in.sh <<'X'
echo $$ > /sys/fs/cgroup/box/cgroup.procs
exec unshare -mnpiuC --fork bash -c 'hostname box; mount --make-rprivate /; cd /c/root; mkdir old; pivot_root . old && PATH=/bin:/usr/bin
  mount -t proc proc /proc; umount -l /old; rmdir /old; echo hi > /made; rm /etc/passwd
  exec /bin/sh -c "hostname; echo \\$\\$; cat /proc/self/cgroup; ls /proc | grep -c ^[0-9]; grep -c . /proc/mounts; ls /sys/fs/cgroup 2>&1 | wc -l; touch /dev/x"'
X
    bash /c/in.sh; hostname; ls /c/up; ls -l /c/up/etc | tail -1 | cut -c1-10; head -1 /c/low/etc/passwd | cut -c1-7; cat /proc/self/cgroup | grep -c box
    ls /c/root/made; ls /c/low/made; (cd /c/root; umount /c/root); umount /c/root; ls /c/root; echo $?
    mount -t tmpfs -o size=1m none /c/root; dd if=/dev/zero of=/c/root/f bs=1M count=2 2>&1 | head -1; grep /c/root /proc/self/mountinfo; findmnt -J /c/root | jq -r '.filesystems[].options'
    mount --bind /c/low /c/up; findmnt -n -o SOURCE /c/up; mount -t foo x /c/up; echo $?; pivot_root /c /c; unshare -n nsenter -t 1 -n ip -br link | head -1; ls /proc/self/ns | xargs
    docker run --rm alpine sh -c 'cat /proc/self/cgroup; df -h /dev/shm | tail -1'; docker run --rm --cgroupns=host alpine cat /proc/self/cgroup | cut -c1-16; docker run --rm -u 9 alpine touch /etc/passwd`);
  expect(out).toBe(`/c/root overlay overlay rw,relatime,lowerdir=/c/low,upperdir=/c/up,workdir=/c/work
box
1
0::/
2
2
1
docker
dev
etc
made
c---------
root:x:
0
/c/root/made
ls: cannot access '/c/low/made': No such file or directory
umount: /c/root: target is busy.
0
dd: error writing '/c/root/f': No space left on device
28 22 0:28 / /c/root rw,relatime - tmpfs none rw,size=1024k
rw,relatime,size=1024k
/dev/vda1[/c/low]
mount: /c/up: unknown filesystem type 'foo'.
       dmesg(1) may have more information after failed mount system call.
32
pivot_root: failed to change root from \`/c' to \`/c': Invalid argument
lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP> 
cgroup ipc mnt net pid pid_for_children time time_for_children user uts
0::/
shm                      64.0M         0     64.0M   0% /dev/shm
0::/system.slice
touch: /etc/passwd: Permission denied
`);
});

test('resource limits are told alike everywhere, and kept', () => {
  expect(
    sh(`
    bash -c 'ulimit -n 8; ulimit -Sn 6; ulimit -Hn; for i in 3 4 5; do eval "exec $i</dev/null"; done; cat < /etc/hostname; echo $?; exec 9</dev/null; cat /etc/hostname; grep files /proc/self/limits'
    prlimit --nofile=5:10 prlimit -n --noheadings; prlimit --nofile=9:5 true; useradd bob; su bob -s /bin/bash -c 'ulimit -Hn 99; ulimit -n 100; ulimit -Hn 200'
    ulimit -f 1; echo $?; ulimit -n x; printf '[Service]\\nExecStart=sleep 99\\nLimitNOFILE=100:200\\n' > /etc/systemd/system/z.service; systemctl start z
    prlimit -p $(systemctl show -p MainPID --value z) -n -o SOFT 2>&1 | tail -1; grep -c . /proc/1/limits
    docker pull -q alpine >/dev/null; docker run --rm --ulimit nofile=100:200 alpine sh -c 'ulimit -n; ulimit -Hn; ulimit -n 300'; docker run --rm --ulimit nofile=3:3 alpine cat /etc/hostname`),
  ).toBe(`8
bash: line 1: /etc/hostname: Too many open files
1
bash: line 1: /dev/null: Too many open files
cat: /etc/hostname: Too many open files
grep: /proc/self/limits: Too many open files
NOFILE max number of open files 5 10 files
prlimit: failed to set the NOFILE resource limit: Invalid argument
/bin/bash: line 1: ulimit: open files: cannot modify limit: Invalid argument
/bin/bash: line 1: ulimit: open files: cannot modify limit: Operation not permitted
k8s-lab: changing the limit -f is not simulated
70
bash: line 4: ulimit: x: invalid number
 100
17
100
200
sh: error setting limit: Operation not permitted
cat: /etc/hostname: Too many open files
`);
});
