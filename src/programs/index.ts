/** Every program of this folder by name: what an executable file can carry. */
import type { Program } from '../linux/program.ts';
import { awk } from './awk/awk.ts';
import { appletNames, newBusybox, shellApplets } from './busybox.ts';
import { nano } from './editor/nano.ts';
import { pagerPrograms } from './editor/pager.ts';
import { vi } from './editor/vi.ts';
import { watchPrograms } from './editor/watch.ts';
import { archivePrograms } from './files/archive.ts';
import { attributePrograms } from './files/attributes.ts';
import { copyPrograms } from './files/copy.ts';
import { ddPrograms } from './files/dd.ts';
import { directoryPrograms } from './files/directories.ts';
import { find } from './files/find.ts';
import { ls } from './files/ls.ts';
import { mountPrograms } from './files/mount.ts';
import { pathPrograms } from './files/paths.ts';
import { removePrograms } from './files/remove.ts';
import { usagePrograms } from './files/usage.ts';
import { jq } from './jq/jq.ts';
import { conntrackPrograms } from './network/conntrack.ts';
import { curl } from './network/curl.ts';
import { ethtoolPrograms } from './network/ethtool.ts';
import { ipPrograms } from './network/ip.ts';
import { iptablesPrograms } from './network/iptables.ts';
import { lookupPrograms } from './network/lookup.ts';
import { ncPrograms } from './network/nc.ts';
import { nftPrograms } from './network/nft.ts';
import { pingPrograms } from './network/ping.ts';
import { scpPrograms } from './network/scp.ts';
import { socketPrograms } from './network/sockets.ts';
import { sshPrograms } from './network/ssh.ts';
import { sshKeyPrograms } from './network/ssh-keygen.ts';
import { tcpdumpPrograms } from './network/tcpdump.ts';
import { wget } from './network/wget.ts';
import { openssl } from './openssl/openssl.ts';
import { apk } from './packages/apk.ts';
import { aptPrograms } from './packages/apt.ts';
import { capabilityPrograms } from './processes/capsh.ts';
import { openFilePrograms } from './processes/open-files.ts';
import { ps } from './processes/ps.ts';
import { runPrograms } from './processes/run.ts';
import { signalPrograms } from './processes/signals.ts';
import { sudoPrograms } from './processes/sudo.ts';
import { tiniPrograms } from './processes/tini.ts';
import { xargsPrograms } from './processes/xargs.ts';
import { sed } from './sed/sed.ts';
import { accountPrograms } from './system/accounts.ts';
import { apparmorPrograms } from './system/apparmor.ts';
import { blockDevicePrograms } from './system/block-devices.ts';
import { cgtop } from './system/cgtop.ts';
import { datePrograms } from './system/date.ts';
import { identityPrograms } from './system/identity.ts';
import { journalctl } from './system/journalctl.ts';
import { logger } from './system/logger.ts';
import { modulePrograms } from './system/modules.ts';
import { namespacePrograms } from './system/namespaces.ts';
import { prlimitPrograms } from './system/prlimit.ts';
import { swapPrograms } from './system/swap.ts';
import { sysctlPrograms } from './system/sysctl.ts';
import { systemctl } from './system/systemctl.ts';
import { systemdPrograms } from './system/systemd-tools.ts';
import { userPrograms } from './system/users.ts';
import { wherePrograms } from './system/where.ts';
import { bcPrograms } from './text/bc.ts';
import { catPrograms } from './text/cat.ts';
import { cutPrograms } from './text/cut.ts';
import { diffPrograms } from './text/diff.ts';
import { echoPrograms } from './text/echo.ts';
import { encodePrograms } from './text/encode.ts';
import { exprPrograms } from './text/expr.ts';
import { grepPrograms } from './text/grep.ts';
import { headPrograms } from './text/head.ts';
import { shapePrograms } from './text/shape.ts';
import { sortPrograms } from './text/sort.ts';
import { sumPrograms } from './text/sums.ts';
import { tailPrograms } from './text/tail.ts';
import { trPrograms } from './text/tr.ts';
import { uniqPrograms } from './text/uniq.ts';
import { wcPrograms } from './text/wc.ts';

const own: Readonly<Record<string, Program>> = {
  awk,
  jq,
  sed,
  mawk: awk,
  gawk: awk,
  ls,
  find,
  ps,
  curl,
  openssl,
  wget,
  systemctl,
  ...systemdPrograms,
  journalctl,
  vi,
  vim: vi,
  nano,
  ...pagerPrograms,
  ...watchPrograms,
  ...ipPrograms,
  ...iptablesPrograms,
  ...ethtoolPrograms,
  ...nftPrograms,
  ...lookupPrograms,
  ...scpPrograms,
  ...socketPrograms,
  ...sshPrograms,
  ...sshKeyPrograms,
  ...wherePrograms,
  ...ncPrograms,
  ...sumPrograms,
  logger,
  'systemd-cgtop': cgtop,
  ...blockDevicePrograms,
  ...capabilityPrograms,
  ...tcpdumpPrograms,
  ...conntrackPrograms,
  ...pingPrograms,
  ...runPrograms,
  ...tiniPrograms,
  ...sudoPrograms,
  ...signalPrograms,
  ...datePrograms,
  ...identityPrograms,
  ...modulePrograms,
  ...sysctlPrograms,
  ...userPrograms,
  ...accountPrograms,
  ...aptPrograms,
  ...openFilePrograms,
  ...prlimitPrograms,
  ...swapPrograms,
  ...namespacePrograms,
  ...archivePrograms,
  ...ddPrograms,
  ...attributePrograms,
  ...pathPrograms,
  ...copyPrograms,
  ...directoryPrograms,
  ...removePrograms,
  ...mountPrograms,
  ...usagePrograms,
  ...xargsPrograms,
  ...bcPrograms,
  ...catPrograms,
  ...diffPrograms,
  ...shapePrograms,
  ...exprPrograms,
  ...cutPrograms,
  ...echoPrograms,
  ...encodePrograms,
  ...grepPrograms,
  ...headPrograms,
  ...sortPrograms,
  ...tailPrograms,
  ...trPrograms,
  ...uniqPrograms,
  ...wcPrograms,
};

/** What `busybox --list` of a small image shows. */
const busyboxApplets: readonly string[] = appletNames.filter((name) => name in own || shellApplets.includes(name));

export const programs: Readonly<Record<string, Program>> = { ...own, busybox: newBusybox(own, busyboxApplets) };

/** Those that only images have, or packages bring. */
export const imageTools: Readonly<Record<string, Program>> = { apk, ...apparmorPrograms };
