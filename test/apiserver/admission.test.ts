import { expect, test } from 'vitest';
import { newCertificateRequest } from '../../src/apimachinery/pki.ts';
import { newServer } from './server.ts';

const pods = '/api/v1/namespaces/default/pods';
const pod = (name: string, resources?: object, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name, image: 'nginx:1.27', ...(resources && { resources }) }], ...spec },
});

test('a pod gets its account, a token volume, tolerations and a priority', () => {
  const { ok, refused } = newServer();
  const { spec } = ok('POST', pods, pod('a'));
  expect(spec).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default', priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
  expect(spec.volumes[0].name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  expect(spec.volumes[0].projected.sources[0]).toEqual({ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } });
  expect(spec.containers[0].volumeMounts).toEqual([{ name: spec.volumes[0].name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }]);
  expect(spec.tolerations).toHaveLength(2);
  expect(refused('POST', pods, pod('b', undefined, { serviceAccountName: 'nope' }))).toBe(
    'pods "b" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found',
  );
  expect(refused('POST', pods, pod('b', undefined, { priorityClassName: 'nope' }))).toBe('pods "b" is forbidden: no PriorityClass with name nope was found');
});

test('limit ranges set defaults and refuse', () => {
  const { ok, refused } = newServer();
  const limits = [{ type: 'Container', default: { cpu: '200m', memory: '128Mi' }, defaultRequest: { cpu: '100m', memory: '64Mi' }, max: { memory: '256Mi' } }];
  ok('POST', '/api/v1/namespaces/default/limitranges', { metadata: { name: 'limits' }, spec: { limits } });
  const made = ok('POST', pods, pod('a'));
  expect(made.spec.containers[0].resources).toEqual({ limits: { cpu: '200m', memory: '128Mi' }, requests: { cpu: '100m', memory: '64Mi' } });
  expect(made.metadata.annotations['kubernetes.io/limit-ranger']).toBe(
    'LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a',
  );
  expect(made.status.qosClass).toBe('Burstable');
  expect(refused('POST', pods, pod('huge', { limits: { memory: '1Gi' } }))).toBe(
    'pods "huge" is forbidden: maximum memory usage per Container is 256Mi, but limit is 1Gi',
  );
});

test('quotas count and refuse', () => {
  const { ok, refused } = newServer();
  const quotas = '/api/v1/namespaces/default/resourcequotas';
  const hard = { pods: '2', 'requests.cpu': '1', 'requests.memory': '1Gi' };
  const quota = ok('POST', quotas, { metadata: { name: 'q' }, spec: { hard } });
  ok('PUT', `${quotas}/q/status`, { ...quota, status: { hard, used: { pods: '0', 'requests.cpu': '0', 'requests.memory': '0' } } });
  expect(refused('POST', pods, pod('noreq'))).toBe(
    'pods "noreq" is forbidden: failed quota: q: must specify requests.cpu for: noreq; requests.memory for: noreq',
  );
  const small = { requests: { cpu: '100m', memory: '64Mi' } };
  ok('POST', pods, pod('a', small));
  ok('POST', pods, pod('b', small));
  expect(ok('GET', `${quotas}/q`).status.used).toEqual({ pods: '2', 'requests.cpu': '200m', 'requests.memory': '128Mi' });
  expect(refused('POST', pods, pod('c', small))).toBe('pods "c" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2');
});

test('pod security levels refuse and warn', () => {
  const { ok, refused, send } = newServer();
  ok('POST', '/api/v1/namespaces', {
    metadata: { name: 'psa', labels: { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' } },
  });
  ok('POST', '/api/v1/namespaces/psa/serviceaccounts', { metadata: { name: 'default' } });
  const rest =
    'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';
  const containers = [{ name: 'c', image: 'nginx', securityContext: { privileged: true } }];
  expect(refused('POST', '/api/v1/namespaces/psa/pods', pod('priv', undefined, { containers }))).toBe(
    `pods "priv" is forbidden: violates PodSecurity "restricted:latest": privileged (container "c" must not set securityContext.privileged=true), ${rest}`,
  );
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  const made = send('POST', '/apis/apps/v1/namespaces/psa/deployments', { metadata: { name: 'n' }, spec: { selector: { matchLabels: { a: 'b' } }, template } });
  expect(made.headers['warning']).toBe(`would violate PodSecurity "restricted:latest": ${rest}`);
});

test("a policy's expressions ask for rights, know formats, and put texts together", () => {
  const { ok, send, userCertificate } = newServer();
  const own = '/apis/admissionregistration.k8s.io/v1';
  ok('POST', `${own}/validatingadmissionpolicies`, {
    metadata: { name: 'careful' },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }] },
      validations: [
        { expression: "authorizer.group('').resource('secrets').namespace('default').check('create').allowed()", message: 'only who may create secrets' },
        { expression: "authorizer.serviceAccount('default', 'default').requestResource.check('create').allowed() == false", message: 'the account may too' },
        {
          expression: '!format.dns1035Label().validate(object.metadata.name).hasValue()',
          messageExpression: "'%s: %s'.format([object.metadata.name, format.named('dns1035Label').value().validate(object.metadata.name).value()[0]])",
        },
        { expression: "object.data.all(key, quantity(object.data[key]).sign() == 1) && [1, 2].sum() == 3 && object.metadata.name.charAt(0) == 'a'" },
      ],
    },
  });
  ok('POST', `${own}/validatingadmissionpolicybindings`, { metadata: { name: 'careful' }, spec: { policyName: 'careful', validationActions: ['Deny'] } });
  const rule = { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] };
  ok('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles', { metadata: { name: 'maps' }, rules: [rule] });
  ok('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    metadata: { name: 'maps' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'maps' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
  });
  const make = (name: string, data: object, more = {}) =>
    (send('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name }, data }, more).body as { message?: string }).message?.replace(
      /^.*denied request: /,
      '',
    );
  expect([make('ab', { a: '1' }, { credentials: userCertificate('jane') }), make('1a', {}), make('ab', { a: '-1' }), make('ab', { a: '1' })]).toEqual([
    'only who may create secrets',
    expect.stringMatching(/^1a: a DNS-1035 label must consist of lower case /),
    expect.stringMatching(/^failed expression: object.data.all/),
    undefined,
  ]);
});

test('classes by default, and certificates: who may approve, and for whom', () => {
  const { ok, refused, userCertificate } = newServer();
  const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
  ok('POST', classes, { metadata: { name: 'first' }, value: 1, globalDefault: true, preemptionPolicy: 'Never' });
  expect(refused('POST', classes, { metadata: { name: 'second' }, value: 2, globalDefault: true })).toBe(
    'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass first is already marked as default. Only one default can exist',
  );
  const spec = { preemptionPolicy: 'PreemptLowerPriority', containers: [{ name: 'c', image: 'c' }] };
  expect(refused('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec })).toMatch(
    /PreemptionPolicy \(PreemptLowerPriority\) must not be/,
  );
  const networking = '/apis/networking.k8s.io/v1';
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
  ok('POST', `${networking}/ingressclasses`, { metadata: { name: 'nginx', annotations }, spec: { controller: 'k8s.io/ingress-nginx' } });
  const backend = { service: { name: 's', port: { number: 80 } } };
  const ingress = ok('POST', `${networking}/namespaces/default/ingresses`, { metadata: { name: 'i' }, spec: { defaultBackend: backend } });
  expect(ingress.spec.ingressClassName).toBe('nginx');
  const csrs = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
  const csr = (name: string, organizations: string[]) => {
    const request = btoa(newCertificateRequest({ commonName: name, organizations }).request);
    return { metadata: { name }, spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] } };
  };
  expect(refused('POST', csrs, csr('root', ['system:masters']))).toBe(
    'certificatesigningrequests.certificates.k8s.io "root" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
  );
  const amy = ok('POST', csrs, csr('amy', ['dev']));
  const rules = [{ apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/approval'], verbs: ['update'] }];
  ok('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', { metadata: { name: 'approver' }, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'approver' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'eve' }];
  ok('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { metadata: { name: 'approver' }, roleRef, subjects });
  const approved = { ...amy, status: { conditions: [{ type: 'Approved', status: 'True', reason: 'r', message: 'm' }] } };
  expect(refused('PUT', `${csrs}/amy/approval`, approved, { credentials: userCertificate('eve') })).toMatch(
    / is forbidden: user not permitted to approve requests with signerName "kubernetes.io\/kube-apiserver-client"$/,
  );
  expect(ok('PUT', `${csrs}/amy/approval`, approved).status.conditions).toHaveLength(1);
});

test('quotas and limit ranges are asked about resizes, changed Services and growing claims too', () => {
  const { ok, refused } = newServer();
  const at = '/api/v1/namespaces/default';
  const hard = { 'requests.cpu': '300m', 'services.nodeports': '1', 'requests.storage': '3Gi' };
  const quota = ok('POST', `${at}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard } });
  const used = { 'requests.cpu': '0', 'services.nodeports': '0', 'requests.storage': '0' };
  ok('PUT', `${at}/resourcequotas/q/status`, { ...quota, status: { hard, used } });
  ok('POST', `${at}/limitranges`, { metadata: { name: 'l' }, spec: { limits: [{ type: 'Container', max: { memory: '1Gi' } }] } });
  const resources = { requests: { cpu: '200m', memory: '64Mi' }, limits: { memory: '64Mi' } };
  ok('POST', `${at}/pods`, { metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'nginx', resources }] } });
  const strategic = { headers: { 'content-type': 'application/strategic-merge-patch+json', 'user-agent': 'kubectl/v1.35.2' } };
  const container = (more: object) => ({ spec: { containers: [{ name: 'c', ...more }] } });
  expect(refused('PATCH', `${at}/pods/a/resize`, container({ resources: { requests: { cpu: '400m' } } }), strategic)).toBe(
    'pods "a" is forbidden: exceeded quota: q, requested: requests.cpu=200m, used: requests.cpu=200m, limited: requests.cpu=300m',
  );
  expect(refused('PATCH', `${at}/pods/a/resize`, container({ resources: { limits: { memory: '2Gi' } } }), strategic)).toBe(
    'pods "a" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
  );
  const patch = { metadata: { labels: { x: 'y' } }, ...container({ image: 'redis', resources: { requests: { cpu: '250m' } } }) };
  const pod = ok('PATCH', `${at}/pods/a/resize`, patch, strategic);
  expect(pod.spec.containers[0]).toMatchObject({ image: 'nginx', resources: { requests: { cpu: '250m' } } });
  expect(pod.metadata).toMatchObject({ generation: 2, managedFields: [{ subresource: 'resize' }] });
  expect(pod.metadata.labels).toBeUndefined();
  expect(ok('GET', `${at}/resourcequotas/q`).status.used['requests.cpu']).toBe('250m');
  const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }];
  expect(refused('PATCH', `${at}/pods/a/resize`, container({ resizePolicy }), strategic)).toBe(
    'Pod "a" is invalid: spec: Forbidden: only cpu and memory resources are mutable',
  );
  const ports = [
    { name: 'x', port: 1 },
    { name: 'y', port: 2 },
  ];
  ok('POST', `${at}/services`, { metadata: { name: 's' }, spec: { ports } });
  expect(refused('PATCH', `${at}/services/s`, { spec: { type: 'NodePort' } })).toContain('exceeded quota: q, requested: services.nodeports=2');
});
