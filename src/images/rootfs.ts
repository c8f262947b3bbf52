/** Root filesystems that many images begin with. The program names are those of the shared tools of the lab. */
import type { LayerEntry } from '../interfaces/distribution.ts';
import { directory, program, symlink, text } from './definition.ts';

const busyboxApplets =
  '[ arch ash awk base64 basename cat chgrp chmod chown chroot clear cp cut date dd df diff dirname dmesg du echo env expr fallocate false find free fold getopt grep egrep fgrep gunzip gzip head hexdump hostname id ifconfig install ip kill killall less ln ls md5sum mkdir mkfifo mknod mktemp more mount mv nc netstat nice nl nohup nproc nsenter nslookup od paste pgrep pidof ping ping6 pkill printenv printf ps pwd readlink realpath renice reset rev rm rmdir route sed seq setsid sh sha1sum sha256sum sha512sum sleep sort split stat strings stty sum sync sysctl tac tail tar tee telnet test time timeout top touch tr traceroute true truncate tty umount uname uniq unlink unshare uptime usleep vi watch wc wget which whoami who xargs xxd yes zcat'.split(
    ' ',
  );

const coreutils =
  '[ arch base32 base64 basename cat chgrp chmod chown chroot comm cp cut date dd df dirname du echo env expr false fold groups head hostname id install join link ln ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk printenv printf pwd readlink realpath rm rmdir seq sha1sum sha256sum sha512sum shuf sleep sort split stat stty sum sync tac tail tee test timeout touch tr true truncate tty uname uniq unlink wc whoami who yes'.split(
    ' ',
  );
/** Ubuntu's image comes with procps, Debian's without. */
const procps = 'free pgrep pidof pkill ps sysctl top uptime w watch'.split(' ');
const debianTools = 'awk bash cmp diff dmesg egrep fgrep find getconf getent grep gunzip gzip mawk more mount sed sh tar umount which xargs zcat'.split(' ');

const passwdOf = (shell: string): string => `root:x:0:0:root:/root:${shell}\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nbin:x:2:2:bin:/bin:/bin/false\n`;
const hosts = '127.0.0.1\tlocalhost\n';

/** BusyBox on glibc, as library/busybox ships it: no /proc, /sys or /run of its own. */
export function busyboxRootfs(version: string): LayerEntry[] {
  return [
    ...['bin', 'dev', 'etc', 'home', 'lib', 'root', 'usr', 'usr/bin', 'usr/sbin', 'var', 'var/spool', 'var/www'].map((path) =>
      directory(`/${path}`, path === 'root' ? 0o700 : 0o755),
    ),
    symlink('/lib64', 'lib'),
    directory('/tmp', 0o1777),
    ...['busybox', ...busyboxApplets].map((name) => program(`/bin/${name}`, name, 1_036_000)),
    program('/bin/httpd', 'busybox-httpd', 1_036_000),
    symlink('/usr/bin/env', '/bin/env'),
    text(
      '/etc/passwd',
      `${passwdOf('/bin/sh')}sys:x:3:3:sys:/dev:/bin/false\nsync:x:4:100:sync:/bin:/bin/sync\nmail:x:8:8:mail:/var/spool/mail:/bin/false\nwww-data:x:33:33:www-data:/var/www:/bin/false\noperator:x:37:37:Operator:/var:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n`,
    ),
    text(
      '/etc/group',
      'root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\ndisk:x:6:\nwheel:x:10:\nwww-data:x:33:\nusers:x:100:\nnobody:x:65534:\n',
    ),
    text('/etc/busybox-release', `${version}\n`),
  ];
}

/** Alpine: BusyBox with musl and apk. */
export function alpineRootfs(version: string): LayerEntry[] {
  const folders = [
    'bin',
    'dev',
    'etc',
    'home',
    'lib',
    'media',
    'mnt',
    'opt',
    'proc',
    'run',
    'sbin',
    'srv',
    'sys',
    'usr',
    'usr/bin',
    'usr/lib',
    'usr/local',
    'usr/local/bin',
    'usr/sbin',
    'usr/share',
    'var',
    'var/cache',
    'var/lib',
    'var/log',
  ];
  return [
    ...folders.map((path) => directory(`/${path}`)),
    directory('/root', 0o700),
    directory('/tmp', 0o1777),
    ...['busybox', ...busyboxApplets].map((name) => program(`/bin/${name}`, name, 808_712)),
    program('/sbin/apk', 'apk', 69_000),
    text(
      '/etc/passwd',
      'root:x:0:0:root:/root:/bin/sh\nbin:x:1:1:bin:/bin:/sbin/nologin\ndaemon:x:2:2:daemon:/sbin:/sbin/nologin\nmail:x:8:12:mail:/var/mail:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n',
    ),
    text('/etc/group', 'root:x:0:root\nbin:x:1:root,bin,daemon\ndaemon:x:2:root,bin,daemon\ntty:x:5:\nwheel:x:10:root\nusers:x:100:games\nnobody:x:65534:\n'),
    text('/etc/shells', '/bin/sh\n/bin/ash\n'),
    text('/etc/alpine-release', `${version}\n`),
    text(
      '/etc/os-release',
      `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${version}\nPRETTY_NAME="Alpine Linux v${version.split('.').slice(0, 2).join('.')}"\nHOME_URL="https://alpinelinux.org/"\n`,
    ),
    text('/etc/hosts', hosts),
  ];
}

const packageProgramSizes: Readonly<Record<string, number>> = { apt: 18_000, 'apt-get': 51_000, dpkg: 312_000 };

/** `packages`: the programs that install more; apt's where nothing is said. */
export type Distribution = {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly codename?: string;
  readonly pretty: string;
  readonly packages?: readonly string[];
};

/** Debian, Ubuntu or their like with a merged /usr: GNU tools, bash, no network tools. */
export function debianRootfs(release: Distribution): LayerEntry[] {
  const folders = [
    'boot',
    'dev',
    'etc',
    'home',
    'media',
    'mnt',
    'opt',
    'proc',
    'run',
    'srv',
    'sys',
    'usr',
    'usr/bin',
    'usr/lib',
    'usr/lib64',
    'usr/local',
    'usr/local/bin',
    'usr/sbin',
    'usr/share',
    'var',
    'var/cache',
    'var/lib',
    'var/lib/dpkg',
    'var/log',
    'var/mail',
    'var/spool',
  ];
  return [
    ...folders.map((path) => directory(`/${path}`)),
    ...['bin', 'lib', 'lib64', 'sbin'].map((name) => symlink(`/${name}`, `usr/${name}`)),
    symlink('/var/run', '/run'),
    directory('/root', 0o700),
    directory('/tmp', 0o1777),
    ...[...coreutils, ...debianTools, ...(release.id === 'ubuntu' ? procps : [])].map((name) => program(`/usr/bin/${name}`, name, 128 * 1024)),
    ...(release.packages ?? ['apt', 'apt-get', 'apt-cache', 'dpkg']).map((name) => program(`/usr/bin/${name}`, name, packageProgramSizes[name] ?? 300_000)),
    text(
      '/etc/passwd',
      `${passwdOf('/bin/bash')}sys:x:3:3:sys:/dev:/usr/sbin/nologin\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
    ),
    text('/etc/group', 'root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\nwww-data:x:33:\nusers:x:100:\nnogroup:x:65534:\n'),
    ...(release.packages ? [] : [text('/etc/debian_version', `${release.version}\n`)]),
    text(
      '/etc/os-release',
      `PRETTY_NAME="${release.pretty}"\nNAME="${release.name}"\nVERSION_ID="${release.version}"\n${release.codename ? `VERSION_CODENAME=${release.codename}\n` : ''}ID=${release.id}\n`,
    ),
    text('/etc/hosts', hosts),
  ];
}

/** Debian 12. */
export const bookworm: Distribution = { id: 'debian', name: 'Debian GNU/Linux', version: '12', codename: 'bookworm', pretty: 'Debian GNU/Linux 12 (bookworm)' };
/** Debian 13. */
export const trixie: Distribution = { id: 'debian', name: 'Debian GNU/Linux', version: '13', codename: 'trixie', pretty: 'Debian GNU/Linux 13 (trixie)' };
/** Ubuntu 24.04. */
export const noble: Distribution = { id: 'ubuntu', name: 'Ubuntu', version: '24.04', codename: 'noble', pretty: 'Ubuntu 24.04.3 LTS' };
/** Ubuntu 22.04. */
export const jammy: Distribution = { id: 'ubuntu', name: 'Ubuntu', version: '22.04', codename: 'jammy', pretty: 'Ubuntu 22.04.5 LTS' };

/** What a static binary's image still has. */
export const distroless = (): LayerEntry[] => [
  ...['dev', 'etc', 'home', 'home/nonroot', 'proc', 'root', 'run', 'sys', 'usr', 'usr/bin', 'usr/local', 'usr/local/bin', 'var'].map((path) =>
    directory(`/${path}`),
  ),
  directory('/tmp', 0o1777),
  text(
    '/etc/passwd',
    'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  ),
  text('/etc/group', 'root:x:0:\nnobody:x:65534:\ntty:x:5:\nnonroot:x:65532:\n'),
];
