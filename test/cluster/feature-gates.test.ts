import { expect, test } from 'vitest';
import { gateProblem, gateWarnings, parseGates } from '../../src/cluster/components/feature-gates.ts';
import { sh } from './sh.ts';

test('gates: unknown, locked, going, and of older releases', () => {
  const now = 'v1.35.6';
  expect(gateProblem({ ImageVolume: true, AllAlpha: true }, now)).toBeUndefined();
  expect(gateProblem({ Nope: true, NodeSwap: false }, now)).toBe('unrecognized feature gate: Nope');
  expect(gateProblem({ NodeSwap: false, SidecarContainers: false }, now)).toBe(
    '[cannot set feature gate NodeSwap to false, feature is locked to true, cannot set feature gate SidecarContainers to false, feature is locked to true]',
  );
  expect(gateProblem({ EphemeralContainers: true }, now)).toBe('unrecognized feature gate: EphemeralContainers');
  expect(gateProblem({ EphemeralContainers: true }, 'v1.23.17')).toBeUndefined();
  expect(gateWarnings({ KMSv1: true, NodeSwap: true, EnvFiles: true }, now)).toEqual([
    'Setting deprecated feature gate KMSv1=true. It will be removed in a future release.',
    'Setting GA feature gate NodeSwap=true. It will be removed in a future release.',
  ]);
  expect(parseGates('A')).toBe('missing bool value for A');
  expect(parseGates('A=maybe')).toBe('invalid value of A=maybe, err: strconv.ParseBool: parsing "maybe": invalid syntax');
});

test('the kubelet and the API server refuse them; a scheduler with a known one runs on', () => {
  const { out } = sh(`cd /etc/kubernetes/manifests
    sed -i 's/^    - kube-scheduler$/&\\n    - --feature-gates=KMSv1=true/' kube-scheduler.yaml
    sed -i 's/^    - kube-controller-manager$/&\\n    - --feature-gates=Foo=true/' kube-controller-manager.yaml
    sleep 40; kubectl -n kube-system logs kube-controller-manager-controlplane | tail -1 | cut -d']' -f2-
    kubectl -n kube-system logs kube-scheduler-controlplane | grep -o 'Setting deprecated.*'
    ssh node01 'printf "featureGates:\\n  NodeSwap: false\\n" >> /var/lib/kubelet/config.yaml; systemctl restart kubelet; sleep 2; journalctl -u kubelet | grep -o "failed to set.*" | tail -1'`);
  expect(out).toBe(` "command failed" err="unrecognized feature gate: Foo"
Setting deprecated feature gate KMSv1=true. It will be removed in a future release.
failed to set feature gates from initial flags-based config: cannot set feature gate NodeSwap to false, feature is locked to true"
`);
});
