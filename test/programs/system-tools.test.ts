/** Small tools of a node beside what the real ones print (util-linux 2.41, procps 4.0, libcap 2.75, coreutils 9.7). */
import { expect, test } from 'vitest';
import { runScript } from '../../src/headless/sh.ts';

test('devices, memory, capabilities, control groups, journals and sums', () => {
  let out = '';
  const stdout = (text: string): void => {
    out += text;
  };
  const script = `
    lsblk -o NAME,SIZE,TYPE,MOUNTPOINT; lsblk -no UUID /dev/vda1 | wc -c; [ "$(lsblk -no UUID /dev/vda1)" = "$(blkid -s UUID -o value /dev/vda1)" ] && echo same
    lsblk -Jo NAME,MOUNTPOINTS; lsblk -o NO; lsblk /dev/no; echo $?; blkid /dev/no; echo $?
    free -w | head -1; capsh --decode=00000000a80425fb; getpcaps 1; nsenter; nsenter -t 1 -n -S1000 -G1000 id -u; pstree -s $(pgrep -x sshd); ps axj | head -2
    systemd-cgtop -b --depth=1 | awk '{ print $1, $3 }'; systemd-cgtop -bn2 --depth=0 | wc -l; systemctl status 1; systemctl status $(pgrep -x sshd) | head -1
    logger -t x -p local0.err hi; journalctl -t x -b 0 -n 1 -o cat; journalctl -p err -n 1 -o cat; logger -p no.info x; systemctl status | head -1; dmesg -C; dmesg; w -h
    printf 123456789 | cksum; printf 'a b b c d e' | tsort; printf 'a b b a' | tsort; printf x | sha224sum; printf x | b2sum | head -c 16`;
  runScript('node', 1, { argv: ['bash', '-c', script], stdout, stderr: stdout, limit: 3_600_000 });
  expect(out).toMatchInlineSnapshot(`
    "NAME    SIZE TYPE MOUNTPOINT
    vda      40G disk 
    └─vda1   40G part /
    37
    same
    {
       "blockdevices": [
          {
             "name": "vda",
             "mountpoints": [],
             "children": [
                {
                   "name": "vda1",
                   "mountpoints": [
                      "/"
                   ]
                }
             ]
          }
       ]
    }
    lsblk: unknown column: NO
    lsblk: /dev/no: not a block device
    32
    2
                   total        used        free      shared     buffers       cache   available
    0x00000000a80425fb=cap_chown,cap_dac_override,cap_fowner,cap_fsetid,cap_kill,cap_setgid,cap_setuid,cap_setpcap,cap_net_bind_service,cap_net_raw,cap_sys_chroot,cap_mknod,cap_audit_write,cap_setfcap
    1: =ep
    nsenter: no namespace specified
    1000
    systemd───sshd
       PPID     PID    PGID     SID TTY        TPGID STAT   UID   TIME COMMAND
          0       1       1       1 ?             -1 Ss       0   0:00 /sbin/init
    / -
    /init.scope -
    /system.slice -
    /user.slice -
    3
    Failed to get unit for PID 1: PID 1 does not belong to any loaded unit.
    ● ssh.service - OpenBSD Secure Shell server
    hi
    hi
    logger: unknown facility name: no.info
    ● node01
    930766865 9
    a
    d
    b
    e
    c
    tsort: -: input contains a loop:
    tsort: a
    tsort: b
    a
    b
    54a2f7f92a5f975d8096af77a126edda7da60c5aa872ef1b871701ae  -
    0909377ad35110ca"
  `);
});

test('whoever walks through /proc comes to its end: a task has no tasks of its own', () => {
  let out = '';
  const script = 'ls /proc/1/task/1/task; find /proc -maxdepth 5 -name task | sort -u | head -3; find /proc/1/task -maxdepth 2 -name comm';
  const print = (text: string): void => {
    out += text;
  };
  runScript('node', 1, { argv: ['bash', '-c', script], stdout: print, stderr: print, limit: 3_600_000 });
  expect(out).toContain("ls: cannot access '/proc/1/task/1/task': No such file or directory\n/proc/1/task\n");
  expect(out).toMatch(/\n\/proc\/1\/task\/1\/comm\n$/);
});
