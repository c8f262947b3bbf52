/**
 * What the mirrors of Debian, Ubuntu and Alpine have: indexes in the distributions' own formats and packages as archives. Versions are those of Debian 12 and of
 * Alpine 3.22 for every release, but for AppArmor's. Where the lab has no such program, the installed one says so.
 */
import { writeTar } from '../../apimachinery/tar.ts';
import { executableText } from '../../linux/file-node.ts';

/** Name, version, kB of the archive, kB installed, what it needs (`-`: nothing), its programs: below /usr/bin where no folder is named, `=` before another program of the lab; `etc/` files. Docker's plugins come from Docker's own repository, which the lab does not tell apart. */
const debianRows = `
curl 7.88.1-10+deb12u15 315 489 libcurl4 curl
libcurl4 7.88.1-10+deb12u15 392 854 ca-certificates
wget 1.21.3-1+deb12u1 937 3521 - wget
ca-certificates 20230311+deb12u1 155 387 openssl
openssl 3.0.20-1~deb12u2 1438 2310 - openssl
dnsutils 1:9.18.49-1~deb12u1 11 23 bind9-dnsutils
bind9-dnsutils 1:9.18.49-1~deb12u1 155 498 bind9-host dig nslookup
bind9-host 1:9.18.49-1~deb12u1 54 144 - host
iputils-ping 3:20221126-1+deb12u1 47 121 - ping
iputils-arping 3:20221126-1+deb12u1 20 50 - arping
iproute2 6.1.0-3 1045 3516 - ip ss bridge
net-tools 2.10-0.1+deb12u2 243 978 - netstat sbin/ifconfig sbin/route sbin/arp
procps 2:4.0.2-3 708 2091 - ps top free uptime kill pgrep pkill pidof w watch sbin/sysctl
psmisc 23.6-1 258 909 - pstree killall fuser
vim 2:9.0.1378-2+deb12u2 1567 3650 - vim vi=vim
vim-tiny 2:9.0.1378-2+deb12u2 719 1689 - vi
nano 7.2-1+deb12u1 689 2804 - nano
less 590-2.1~deb12u2 132 313 - less
jq 1.6-2.1+deb12u2 63 111 - jq
tcpdump 4.99.3-1 466 1332 - tcpdump
iptables 1.8.9-2 360 2408 - sbin/iptables sbin/iptables-save sbin/iptables-restore
netcat-openbsd 1.219-1 41 108 - nc netcat=nc
netcat-traditional 1.10-47 67 143 - nc netcat=nc
traceroute 1:2.1.2-1 51 155 - traceroute
telnet 0.17+2.4-2+deb12u3 41 54 - telnet
gnupg 2.2.40-1.1+deb12u2 846 886 - gpg
docker-compose-plugin 5.1.0-1~debian.12~bookworm 14217 59841 - libexec/docker/cli-plugins/docker-compose
docker-buildx-plugin 0.30.1-1~debian.12~bookworm 16490 71902 - libexec/docker/cli-plugins/docker-buildx
git 1:2.39.5-0+deb12u3 7264 44890 - git
make 4.3-4.1 395 1592 - make
gcc 4:12.2.0-3 5 47 - gcc
build-essential 12.9 7 20 gcc,make g++
python3 3.11.2-1+b1 26 81 - python3
python3-pip 23.0.1+dfsg-1 1324 6678 python3 pip3 pip
redis-tools 5:7.0.15-1~deb12u7 991 5837 - redis-cli
postgresql-client 15+248+deb12u1 10 16 - psql pg_isready
default-mysql-client 1.1.0 2 9 - mysql mysqladmin
apache2-utils 2.4.68-1~deb12u1 218 448 - ab htpasswd
stress 1.0.7-1 21 56 - stress
stress-ng 0.15.06-2 2363 8836 - stress-ng=stress
htop 3.2.2-2 152 378 - htop
strace 6.1-0.1 1313 2839 - strace
lsof 4.95.0-1 318 482 - lsof
socat 1.7.4.4-2 375 1515 - socat
tree 2.1.0-1 52 113 - tree
unzip 6.0-28 166 379 - unzip
zip 3.0-13 229 616 - zip
rsync 3.2.7-1+deb12u6 424 793 - rsync
openssh-client 1:9.2p1-2+deb12u10 993 5801 - ssh scp ssh-keygen
sudo 1.9.13p3-1+deb12u4 1890 6055 - sudo
file 1:5.44-3 42 79 - file
gettext-base 0.21-12 160 645 - envsubst
etcd-client 3.4.23-4+b4 4644 16775 - etcdctl
iperf3 3.12-1+deb12u2 33 86 - iperf3
nmap 7.93+dfsg1-1 1897 4434 - nmap
conntrack 1:1.4.7-1+b2 35 117 - sbin/conntrack
ipset 7.17-1 45 138 - sbin/ipset
ethtool 1:6.1-1 196 668 - sbin/ethtool
mtr-tiny 0.95-1 71 161 - mtr
libcap2-bin 1:2.66-4+deb12u3+b1 35 133 - sbin/capsh sbin/getcap sbin/setcap
apparmor 4.1.0-1 697 2785 - sbin/apparmor_parser sbin/aa-status sbin/apparmor_status=aa-status aa-enabled aa-exec etc/apparmor.d/abstractions/base etc/apparmor.d/tunables/global
apparmor-utils 4.1.0-1 60 260 apparmor sbin/aa-enforce sbin/aa-complain
cron 3.0pl1-162 73 217 - sbin/cron crontab
locales 2.36-9+deb12u14 3906 15847 - sbin/locale-gen
tzdata 2026b-0+deb12u1 304 2573 -
xz-utils 5.4.1-1+deb12u1 471 1226 - xz
bzip2 1.0.8-5+b1 49 121 - bzip2
tini 0.19.0-1+b3 267 731 - tini
gosu 1.14-1+b10 766 2185 - gosu
cowsay 3.03+dfsg2-8 21 92 - cowsay
apt-transport-https 2.6.1 25 35 ca-certificates
lsb-release 12.0-1 6 17 - lsb_release
bash-completion 1:2.11-6 233 1463 -
nodejs 18.20.4+dfsg-1~deb12u2 321 3934 - node
npm 9.2.0~ds1-1 669 2941 nodejs npm
golang-go 2:1.19~1 44 69 - go
`;

const alpineRows = `
curl 8.14.1-r2 170 265 ca-certificates,libcurl curl
libcurl 8.14.1-r2 330 640 brotli-libs,c-ares,libidn2,nghttp2-libs,libpsl,zstd-libs
ca-certificates 20250911-r0 210 640 -
brotli-libs 1.1.0-r2 370 710 -
c-ares 1.34.5-r0 110 200 -
libunistring 1.3-r0 530 1800 -
libidn2 2.3.7-r0 110 270 libunistring
nghttp2-libs 1.65.0-r0 70 140 -
libpsl 0.21.5-r3 60 90 -
zstd-libs 1.5.7-r0 330 640 -
wget 1.25.0-r1 250 500 ca-certificates wget
bash 5.2.37-r0 480 1300 readline bash
readline 8.2.13-r1 140 330 libncursesw
libncursesw 6.5_p20250503-r0 150 380 ncurses-terminfo-base
ncurses-terminfo-base 6.5_p20250503-r0 22 210 -
bind-tools 9.20.13-r0 120 330 bind-libs dig nslookup host
bind-libs 9.20.13-r0 1100 2700 -
iputils 20240905-r0 80 190 - ping arping tracepath
iproute2 6.15.0-r0 400 1200 - ip ss bridge tc
net-tools 2.10-r3 150 340 - netstat ifconfig route arp
procps-ng 4.0.4-r3 150 340 - ps top free uptime pgrep pkill w watch sysctl
procps 4.0.4-r3 2 1 procps-ng
tcpdump 4.99.5-r1 500 1300 libpcap tcpdump
libpcap 1.10.5-r1 130 290 -
iptables 1.8.11-r1 320 1900 - iptables iptables-save iptables-restore
jq 1.8.1-r0 150 330 oniguruma jq
oniguruma 6.9.10-r0 210 560 -
yq-go 4.46.1-r3 4300 10400 - yq
vim 9.1.1415-r0 1500 3400 - vim vi=vim
nano 8.4-r0 300 1100 - nano
less 679-r0 120 270 - less
git 2.49.1-r0 3200 9100 libcurl git
openssl 3.5.4-r0 350 900 - openssl
openssh-client 10.0_p1-r9 400 1000 - ssh scp ssh-keygen
busybox-extras 1.37.0-r20 60 120 - telnet httpd=busybox-httpd
python3 3.12.12-r0 11000 46000 - python3
py3-pip 25.1.1-r0 1600 7700 python3 pip
nodejs 22.16.0-r2 18000 52000 - node
npm 11.3.0-r1 1800 8600 nodejs npm
go 1.24.7-r0 72000 240000 - go
redis 8.0.4-r0 900 2900 - redis-server redis-cli
postgresql17-client 17.6-r0 400 1200 - psql pg_isready
mysql-client 11.4.8-r0 9 20 mariadb-client
mariadb-client 11.4.8-r0 2500 19000 - mysql mysqladmin
nginx 1.28.0-r3 650 1400 - nginx
apache2-utils 2.4.65-r0 90 200 - ab htpasswd
stress-ng 0.19.00-r0 1300 4400 - stress-ng=stress
htop 3.4.1-r0 110 240 - htop
strace 6.15-r0 600 1700 - strace
lsof 4.99.4-r1 100 220 - lsof
socat 1.8.0.3-r1 180 400 - socat
tree 2.2.1-r0 30 60 - tree
zip 3.0-r13 160 380 - zip
unzip 6.0-r15 90 190 - unzip
rsync 3.4.1-r0 210 420 - rsync
make 4.4.1-r3 110 260 - make
gcc 14.2.0-r6 51000 150000 - gcc
musl-dev 1.2.5-r10 2100 10600 -
build-base 0.5-r3 2 1 gcc,make,musl-dev g++
tzdata 2025b-r0 230 1800 -
tini 0.19.0-r3 9 24 - tini
dumb-init 1.2.5-r3 9 20 - dumb-init
su-exec 0.2-r3 5 9 - su-exec
shadow 4.17.3-r0 350 1500 - useradd usermod groupadd
sudo 1.9.17_p2-r0 850 2800 - sudo
coreutils 9.7-r1 480 1100 - stdbuf
gettext-envsubst 0.24.1-r0 12 26 - envsubst
iperf3 3.19.1-r0 100 200 - iperf3
nmap 7.97-r0 2400 5900 - nmap
mtr 0.95-r2 60 130 - mtr
conntrack-tools 1.4.8-r0 160 340 - conntrack
ipset 7.23-r0 70 160 - ipset
ethtool 6.14-r0 170 460 - ethtool
ipvsadm 1.31-r5 30 70 - ipvsadm
gnupg 2.4.8-r0 1 1 - gpg
bash-completion 2.16.0-r0 260 1200 bash
xz 5.8.1-r0 90 200 - xz
kubectl 1.33.5-r0 17000 58000 - kubectl
helm 3.18.4-r2 17000 58000 - helm
docker-cli 28.3.3-r3 12000 38000 - docker
`;

type Package = {
  readonly name: string;
  readonly version: string;
  readonly kilobytes: number;
  readonly installed: number;
  readonly needs: readonly string[];
  readonly programs: readonly string[];
};

const read = (rows: string): readonly Package[] =>
  rows
    .trim()
    .split('\n')
    .map((row) => {
      const [name = '', version = '', kilobytes, installed, needs = '-', ...programs] = row.split(' ');
      return { name, version, kilobytes: Number(kilobytes), installed: Number(installed), needs: needs === '-' ? [] : needs.split(','), programs };
    });

const pool = ({ name, version }: Package): string => `pool/main/${name[0]}/${name}/${name}_${version.replace(/^\d+:/, '')}_amd64.deb`;

/** `dists/SUITE/main/binary-amd64/Packages`. */
export const debianIndex = (): string =>
  read(debianRows)
    .map(
      (each) =>
        `Package: ${each.name}\nVersion: ${each.version}\nArchitecture: amd64\n${each.needs.length > 0 ? `Depends: ${each.needs.join(', ')}\n` : ''}Installed-Size: ${each.installed}\nSize: ${each.kilobytes * 1000}\nFilename: ${pool(each)}\n`,
    )
    .join('\n');

/** APKINDEX, without its archive. */
export const alpineIndex = (): string =>
  read(alpineRows)
    .map(
      (each) =>
        `P:${each.name}\nV:${each.version}\nA:x86_64\nS:${each.kilobytes * 1000}\nI:${each.installed * 1000}\n${each.needs.length > 0 ? `D:${each.needs.join(' ')}\n` : ''}`,
    )
    .join('\n');

/** A package's files as an archive; undefined where the mirror has none of that name. */
function archive(rows: string, isWanted: (each: Package) => boolean): string | undefined {
  const found = read(rows).find(isWanted);
  return (
    found &&
    writeTar(
      found.programs.map((word) => {
        const [path = '', program = path.replace(/^.*\//, '')] = word.split('=');
        if (path.startsWith('etc/')) return { path, mode: 0o644, content: '# The programs of the lab know what stands here.\n' };
        return { path: `usr/${path.includes('/') ? path : `bin/${path}`}`, mode: 0o755, content: executableText(program, found.installed * 700) };
      }),
      0,
    )
  );
}

/** `pool/main/c/curl/curl_…_amd64.deb`. */
export const debianPackage = (file: string): string | undefined => archive(debianRows, (each) => pool(each) === file);

/** `curl-8.14.1-r2.apk`. */
export const alpinePackage = (file: string): string | undefined => archive(alpineRows, ({ name, version }) => file === `${name}-${version}.apk`);
