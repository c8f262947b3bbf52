/** What a node's disk holds before anything is installed on it: Debian's folders, users and settings. */

type RootEntry = { readonly path: string; readonly mode?: number; readonly content?: string; readonly target?: string };

const directories =
  '/boot /dev /etc /etc/cron.d /etc/default /etc/profile.d /etc/ssl /etc/ssl/certs /home /media /mnt /opt /root /run /run/lock /run/netns /run/systemd /srv /sys /usr /usr/bin /usr/lib /usr/lib/systemd /usr/lib/systemd/system /usr/local /usr/local/bin /usr/local/sbin /usr/sbin /usr/share /var /var/cache /var/lib /var/log /var/log/pods /var/log/containers /var/spool /var/tmp /etc/systemd /etc/systemd/system /etc/systemd/system/multi-user.target.wants'.split(
    ' ',
  );

const profile = `export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
`;

const bashrc = `# ~/.bashrc: read by every interactive shell.
alias ll='ls -alF'
alias la='ls -A'
alias l='ls -CF'
alias k=kubectl
`;

const osRelease = `PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
VERSION="13 (trixie)"
VERSION_CODENAME=trixie
ID=debian
HOME_URL="https://www.debian.org/"
`;

const passwd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin
sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
learner:x:1000:1000:learner,,,:/home/learner:/bin/bash
`;

const group = `root:x:0:
daemon:x:1:
bin:x:2:
adm:x:4:
tty:x:5:
disk:x:6:
sudo:x:27:learner
www-data:x:33:
nogroup:x:65534:
learner:x:1000:
`;

/** The files of every machine; `{{hostname}}` and `{{hosts}}` are the machine's own. */
export function rootFiles(hostname: string, hosts: string, nameserver: string): readonly RootEntry[] {
  return [
    ...directories.map((path) => ({ path })),
    { path: '/tmp', mode: 0o1777 },
    { path: '/root', mode: 0o700 },
    { path: '/home/learner', mode: 0o755 },
    { path: '/bin', target: 'usr/bin' },
    { path: '/sbin', target: 'usr/sbin' },
    { path: '/lib', target: 'usr/lib' },
    { path: '/var/run', target: '/run' },
    { path: '/etc/hostname', content: `${hostname}\n` },
    { path: '/etc/hosts', content: `127.0.0.1\tlocalhost\n${hosts}` },
    { path: '/etc/resolv.conf', content: `nameserver ${nameserver}\n` },
    { path: '/etc/nsswitch.conf', content: 'hosts:          files dns\n' },
    { path: '/etc/os-release', content: osRelease },
    { path: '/etc/debian_version', content: '13.2\n' },
    { path: '/etc/passwd', content: passwd },
    { path: '/etc/group', content: group },
    { path: '/etc/shadow', content: 'root:*:20000:0:99999:7:::\n', mode: 0o640 },
    { path: '/etc/shells', content: '/bin/sh\n/bin/bash\n' },
    { path: '/etc/sudoers', content: 'root    ALL=(ALL:ALL) ALL\n%sudo   ALL=(ALL:ALL) NOPASSWD: ALL\n', mode: 0o440 },
    { path: '/etc/profile', content: profile },
    { path: '/etc/fstab', content: '/dev/vda1 / ext4 rw,relatime 0 1\n' },
    { path: '/etc/sysctl.d/k8s.conf', content: 'net.bridge.bridge-nf-call-iptables = 1\nnet.ipv4.ip_forward = 1\n' },
    { path: '/etc/modules-load.d/k8s.conf', content: 'overlay\nbr_netfilter\n' },
    { path: '/root/.bashrc', content: bashrc },
    { path: '/home/learner/.bashrc', content: bashrc },
    { path: '/usr/share/zoneinfo/UTC', content: 'TZif2' },
  ];
}
