import { expect, test } from 'vitest';
import { sh } from '../cluster/sh.ts';

test('journalctl: formats, ranges, boots, fields, files', () => {
  const { out, err } = sh(
    `J="journalctl -u containerd"; $J -n 1 -o json | jq -r '._SYSTEMD_UNIT, .PRIORITY, (.__REALTIME_TIMESTAMP | test("^[0-9]+$"))'
    $J -n 1 -o json-pretty | sed -n '2p' | cut -c1-14; $J -n 1 -o short-full | cut -c1-27; $J -n 1 -o short-iso-precise | cut -c1-19; $J -n 1 -o verbose | grep -c '^    MESSAGE='
    $J -n 1 --no-hostname | awk '{print $4}' | cut -d[ -f1; journalctl -u 'container*' -n 1 | wc -l; $J -p 4..6 -n | wc -l; journalctl -b -1; journalctl --list-boots | awk 'NR == 2 {print $1, NF}'
    journalctl -F _SYSTEMD_UNIT | grep -c containerd; journalctl -o nix; journalctl --disk-usage; journalctl --rotate; journalctl --vacuum-size=1M 2>&1 | cut -c1-31; $J
    systemctl stop containerd; journalctl -xu containerd -n 2 | grep Subject`,
    1,
    'node',
  );
  expect(out).toBe(`containerd.service
6
true
	"__CURSOR" : 
Sun 2026-11-22 09:00:00 UTC
2026-11-22T09:00:00
1
systemd
1
3
0 10
1
Archived and active journals take up 8M in the file system.
Vacuuming done, freed 8M of arc
-- No entries --
░░ Subject: Unit succeeded
░░ Subject: A stop job for unit containerd.service has finished
`);
  expect(err).toContain('Data from the specified boot (-1) is not available: No such boot ID in journal');
  expect(err).toContain("Unknown output format 'nix'.");
});

test('systemctl: properties, the default target, new files, the environment of the manager', () => {
  const { out, err } = sh(
    `systemctl set-property containerd MemoryMax=1G CPUQuota=50%; systemctl show containerd -p MemoryMax,CPUQuotaPerSecUSec; systemctl cat containerd | grep -c system.control
    systemctl set-default multi-user 2>/dev/null; systemctl get-default; systemctl set-environment A=b; systemctl show-environment | grep ^A; systemctl isolate rescue
    printf '[Service]\\nExecStart=/bin/sleep 100\\n' | systemctl edit --full --force --stdin nap.service; systemctl start nap; systemctl is-active nap; systemctl edit nix --stdin < /dev/null`,
    1,
    'node',
  );
  expect(out).toBe(`MemoryMax=1073741824
CPUQuotaPerSecUSec=500ms
2
multi-user.target
A=b
active
`);
  expect(err).toContain('k8s-lab: systemctl isolate rescue.target is not simulated');
  expect(err).toContain("No files found for nix.service.\nRun 'systemctl edit --force nix.service' to create a new unit.");
});
