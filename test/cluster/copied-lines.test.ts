/** Lines as courses have them, in one world: what they print or leave behind. */
import { expect, test } from 'vitest';
import { typeIn } from './type-in.ts';

test('lines that a learner copies', () => {
  const { type } = typeIn('kubeadm-3');
  type('kubectl create cm conf --from-literal=x=one --dry-run=client -o yaml > cm.yaml');
  expect(type('KUBE_EDITOR="sed -i s/one/two/" kubectl create -f cm.yaml --edit')).toBe('configmap/conf created\n');
  expect(type('KUBE_EDITOR=true kubectl create -f cm.yaml --edit')).toBe('Edit cancelled, no changes made.\n');
  expect(type("kubectl get cm conf -o jsonpath='{.data.x}'")).toBe('two');
  expect(type(`echo '{"items":[{"e":null},{"e":[{"n":1}]},{"e":5}]}' | jq -c '.items[].e[]?.n'`)).toBe('1\n');
  expect(type('kubectl create svc externalname e --external-name=a.example.com; kubectl patch svc e -p \'{"spec":{"selector":null}}\'')).toContain('patched');
  expect(type('kubectl logs svc/e')).toBe("error: cannot get the logs from *v1.Service: invalid service 'e': Service is defined without a selector\n");
  expect(type('kubectl autoscale node node01 --max=3')).toBe(
    'error: cannot autoscale a Node: could not find scale subresource for /v1, Resource=nodes in discovery information\n',
  );
});
