import { expect, test } from 'vitest';
import { faults } from '../../../src/cluster/faults/index.ts';
import { sh } from '../sh.ts';

test('every fault has its own name, words in two languages, two tools and steps', () => {
  expect(faults.length).toBeGreaterThanOrEqual(40);
  expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
  for (const { id, summary, symptoms, mend } of faults) {
    expect(id).toMatch(/^[a-z][a-z-]+$/);
    expect(summary.en && /[가-힣]/.test(summary.ko)).toBe(true);
    expect(symptoms.length).toBeGreaterThanOrEqual(2);
    expect(
      symptoms.some(({ past }) => !past),
      `${id}: only logs and events tell of it`,
    ).toBe(true);
    expect(mend.length).toBeGreaterThanOrEqual(1);
  }
});

test('the sandbox can be broken and mended', () => {
  const { out, err } = sh(`
    fault list | grep -c .; LANG=ko_KR.UTF-8 fault list | grep ^kubelet-stopped
    fault inject kubelet-stopped --node node02; sleep 60; kubectl get node node02 --no-headers | awk '{print $2}'
    fault mend kubelet-stopped --node node02; fault clear; sleep 20; kubectl get node node02 --no-headers | awk '{print $2}'
    fault inject nosuch; fault inject etcd-stopped --node node01; fault inject kubelet-stopped --node moon; fault clear; fault`);
  expect(out).toMatch(
    new RegExp(
      `^${faults.length}\\nkubelet-stopped +node01   kubelet이 멈춰 있다\\nkubelet-stopped is on node02; its symptoms show after 60 s\\nNotReady\\nnode02# systemctl start kubelet\\nkubelet-stopped was mended\\nReady\\nBreak this cluster on purpose`,
    ),
  );
  expect(err).toBe(
    'fault: there is no fault nosuch; `fault list` shows them\nfault: the fault etcd-stopped is of the whole cluster: leave --node out\nfault: there is no machine moon; there are controlplane, node01, node02\nfault: nothing was injected\n',
  );
});
