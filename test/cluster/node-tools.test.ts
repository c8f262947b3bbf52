import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test("keys of ssh-keygen are of OpenSSH's format and are installed on other machines once", () => {
  const { out, err } = sh(`
cd; printf '\\n\\n\\n' | ssh-keygen | sed -n '2,3p;6,7p' | sed 's/:[^ ]*/:/'; stat -c '%a %n' .ssh .ssh/*
ssh-keygen -y -f .ssh/id_ed25519 | diff - .ssh/id_ed25519.pub && ssh-keygen -lf .ssh/id_ed25519 | sed 's/:[^ ]*/:/'
ssh-keygen -q -t rsa -b 2048 -N '' -C me -f k; cut -d' ' -f1,3 k.pub; ssh-keygen -lf k.pub | cut -c1-12; ssh-keygen -t foo -f x; ssh-keygen -N secret -f x | tail -1
head -c 60 k; for i in 1 2; do ssh-copy-id node01 2>&1 | tail -3 | head -1; done; ssh node01 'cat .ssh/authorized_keys' | diff - .ssh/id_ed25519.pub && echo there`);
  expect(out).toMatchInlineSnapshot(`
    "Enter file in which to save the key (/root/.ssh/id_ed25519): Created directory '/root/.ssh'.
    Enter passphrase for "/root/.ssh/id_ed25519" (empty for no passphrase): Enter same passphrase again: Your identification has been saved in /root/.ssh/id_ed25519
    SHA256: root@controlplane
    The key's randomart image is:
    700 .ssh
    600 .ssh/id_ed25519
    644 .ssh/id_ed25519.pub
    256 SHA256: root@controlplane (ED25519)
    ssh-rsa me
    2048 SHA256:
    Generating public/private ed25519 key pair.
    -----BEGIN OPENSSH PRIVATE KEY-----
    b3BlbnNzaC1rZXktdjEAAAAANow try logging into the machine, with: "ssh 'node01'"
    /usr/bin/ssh-copy-id: WARNING: All keys were skipped because they already exist on the remote system.
    there
    "
  `);
  expect(err).toMatchInlineSnapshot(`
    "unknown key type foo
    k8s-lab: a passphrase of a key is not simulated
    "
  `);
});

test('what a node is asked every day: systemctl status of all, mount points, limits, names for units, lines for the journal', () => {
  const { out, err } = sh(`
systemctl status | sed -n '1,11p'; mountpoint /proc; mountpoint /etc; echo $?; mountpoint -d /sys/fs/cgroup; mountpoint /nosuch; echo $?
whereis kubelet nosuch; getconf CLK_TCK; getconf OPEN_MAX; getconf nosuch; echo $?; getconf CHILD_MAX; echo $?
systemd-escape /var/lib/kubelet 'a b' .x; systemd-escape -p --suffix=mount /mnt/data-1; systemd-escape -up var-lib; systemd-detect-virt
systemd-cat -t tick -p err sh -c 'echo one; echo two >&2'; echo three | systemd-cat -t tick; journalctl -t tick -o cat; journalctl -t tick -p err -o cat | tail -1`);
  expect(out).toMatchInlineSnapshot(`
    "● controlplane
        State: running
        Units: 4 loaded (incl. loaded aliases)
         Jobs: 0 queued
       Failed: 0 units
        Since: Sun 2026-11-22 09:00:00 UTC; 31s ago
      systemd: 257.9-1~deb13u1
       CGroup: /
               ├─init.scope
               │ └─1 /sbin/init
               ├─system.slice
    /proc is a mountpoint
    /etc is not a mountpoint
    32
    0:26
    1
    kubelet: /usr/bin/kubelet
    nosuch:
    100
    1024
    2
    70
    -var-lib-kubelet a\\x20b \\x2ex
    mnt-data\\x2d1.mount
    /var/lib
    kvm
    one
    two
    three
    two
    "
  `);
  expect(err).toMatchInlineSnapshot(`
    "mountpoint: /nosuch: No such file or directory
    getconf: Unrecognized variable \`nosuch'
    k8s-lab: getconf CHILD_MAX is not simulated
    "
  `);
});
