import { expect, test } from 'vitest';
import { sh } from '../cluster/sh.ts';

/** `web` (nginx, port http) in default, clients in default and in namespace other; `t` says whether one reaches an address. */
const world = `
  kubectl create ns other; kubectl label ns other team=x
  kubectl run web --image=nginx --port=80 --labels=app=web --overrides='{"spec":{"containers":[{"name":"web","image":"nginx","ports":[{"name":"http","containerPort":80}]}]}}'
  kubectl expose pod web --port=80
  for n in default other; do kubectl -n $n run c --image=busybox --labels=role=client --restart=Never -- sleep 36000; done
  kubectl run d --image=busybox --restart=Never -- sleep 36000
  kubectl wait --for=condition=Ready pod --all -A --timeout=60s
  ip=$(kubectl get pod web -o jsonpath='{.status.podIP}'); cip=$(kubectl get pod c -o jsonpath='{.status.podIP}')
  t() { local to=$1; shift; kubectl exec "$@" -- wget -qO- -T 2 http://$to > /dev/null 2>&1 && echo yes || echo no; }
  policy() { cat > p.yaml; kubectl apply -f p.yaml > /dev/null; sleep 2; }
`;
const lines = (script: string): string[] => sh(`{ ${world}\n } > /dev/null 2>&1\n${script}`).out.trim().split('\n');
const head = (rest: string, name = 'p') => `policy <<Y
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}}
spec:
${rest}
Y`;

test('default deny, then what is allowed: pods, namespaces, both, named ports', () => {
  const ask = 't web c; t web d; t web.default -n other c';
  expect(
    lines(`
    ${ask}
    ${head('  podSelector: {}\n  policyTypes: [Ingress]')}
    ${ask}
    ${head('  podSelector: {matchLabels: {app: web}}\n  ingress:\n  - from: [{podSelector: {matchLabels: {role: client}}}]\n    ports: [{port: http}]', 'q')}
    ${ask}
    ${head('  podSelector: {matchLabels: {app: web}}\n  ingress:\n  - from: [{namespaceSelector: {matchLabels: {team: x}}, podSelector: {matchLabels: {role: other}}}]', 'q')}
    ${ask}
    kubectl -n other label pod c role=other --overwrite > /dev/null; sleep 2
    ${ask}
    kubectl delete netpol --all > /dev/null; sleep 2
    ${ask}`).join(' '),
  ).toBe('yes yes yes no no no yes no no no no no no no yes yes yes yes');
});

test('egress: names need DNS, ranges of ports, blocks of addresses with exceptions', () => {
  expect(
    lines(`
    ${head('  podSelector: {matchLabels: {role: client}}\n  policyTypes: [Egress]')}
    t $ip c; t $ip d
    ${head('  podSelector: {matchLabels: {role: client}}\n  egress:\n  - to: [{podSelector: {matchLabels: {app: web}}}]\n    ports: [{port: 79, endPort: 81}]\n  policyTypes: [Egress]')}
    t $ip c; t web c
    ${head('  podSelector: {matchLabels: {role: client}}\n  egress:\n  - to: [{podSelector: {matchLabels: {app: web}}}]\n  - ports: [{port: 53, protocol: UDP}]\n  policyTypes: [Egress]')}
    t web c; kubectl exec c -- wget -qO- -T 2 https://10.96.0.1 2>&1 | head -1
    ${head('  podSelector: {matchLabels: {app: web}}\n  ingress:\n  - from: [{ipBlock: {cidr: 10.244.0.0/16, except: [$cip/32]}}]', 'q')}
    t $ip c; t $ip d`).join(' '),
  ).toBe('no yes yes no yes wget: download timed out no yes');
});

test('the node of a pod always reaches it; another node is only an address; nobody is stopped when the agent is', () => {
  expect(
    lines(`
    ${head('  podSelector: {}\n  policyTypes: [Ingress, Egress]')}
    on=$(kubectl get pod web -o jsonpath='{.spec.nodeName}'); off=$([ $on = node01 ] && echo node02 || echo node01)
    for n in $on $off; do ssh $n curl -s -m 3 -o /dev/null -w '%{http_code}' http://$ip; echo; done
    ssh $on nft list ruleset | grep -c "$ip"
    ssh $on systemctl stop kube-network-policies; ssh $on nft list tables; ssh $off curl -s -m 3 -o /dev/null -w '%{http_code}' http://$ip; echo
    kubectl get pod web --no-headers | awk '{print $2}'`),
  ).toEqual(['200', '000', '1', '200', '1/1']);
});
