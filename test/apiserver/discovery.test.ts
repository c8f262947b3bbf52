import { expect, test } from 'vitest';
import { type Json, newServer } from './server.ts';

const aggregated = { headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json' } };

test('aggregated discovery and the older lists', () => {
  const { ok, send } = newServer();
  const core = ok('GET', '/api', undefined, aggregated);
  const pods = core.items[0].versions[0].resources.find(({ resource }: Json) => resource === 'pods');
  expect(pods).toMatchObject({
    responseKind: { group: '', version: 'v1', kind: 'Pod' },
    scope: 'Namespaced',
    singularResource: 'pod',
    shortNames: ['po'],
    categories: ['all'],
  });
  expect(pods.subresources.find(({ subresource }: Json) => subresource === 'eviction').responseKind).toEqual({
    group: 'policy',
    version: 'v1',
    kind: 'Eviction',
  });
  const groups = ok('GET', '/apis', undefined, aggregated);
  expect(groups.items.map(({ metadata }: Json) => metadata.name)).toContain('apps');
  expect(ok('GET', '/apis/apps/v1').resources.map(({ name }: Json) => name)).toContain('deployments/scale');
  expect(ok('GET', '/apis').groups.find(({ name }: Json) => name === 'autoscaling').preferredVersion.version).toBe('v2');
  expect(send('GET', '/apis/nope/v1').status).toBe(404);
  expect(ok('GET', '/version').gitVersion).toBe('v1.35.6');
  expect(send('GET', '/readyz?verbose').body).toContain('[+]etcd ok');
});

test('health checks can be left out; unknown ones are told, several at once', () => {
  const { send, etcd } = newServer();
  const lines = (path: string) => String(send('GET', path).body).split('\n');
  expect(lines('/readyz?verbose&exclude=etcd').slice(0, 4)).toEqual(['[+]ping ok', '[+]log ok', '[+]etcd excluded: ok', '[+]etcd-readiness ok']);
  expect(lines('/livez?verbose=&exclude=nope').slice(-3)).toEqual([
    'warn: some health checks cannot be excluded: no matches for "nope"',
    'livez check passed',
    '',
  ]);
  expect(send('GET', '/healthz?exclude=etcd').body).toBe('ok');
  const two = { query: { verbose: '', exclude: ['etcd', 'etcd-readiness'] } };
  expect(send('GET', '/readyz', undefined, two).body).toContain('[+]etcd excluded: ok\n[+]etcd-readiness excluded: ok\n');
  etcd.stop();
  expect(send('GET', '/readyz?exclude=etcd').body).toContain('[+]etcd excluded: ok\n[-]etcd-readiness failed: reason withheld\n');
  expect(send('GET', '/livez').status).toBe(500);
  expect(send('GET', '/livez?exclude=etcd').body).toBe('ok');
});

test('one Swagger document of all groups', () => {
  const { ok } = newServer();
  const { swagger, paths, definitions } = ok('GET', '/openapi/v2');
  expect(swagger).toBe('2.0');
  expect(definitions['io.k8s.api.apps.v1.DeploymentSpec'].properties.template).toMatchObject({ $ref: '#/definitions/io.k8s.api.core.v1.PodTemplateSpec' });
  expect(definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toMatchObject({ type: 'string', format: 'int-or-string' });
  const { post } = paths['/api/v1/namespaces/{namespace}/pods'];
  expect(post.parameters[0]).toMatchObject({ in: 'body', schema: { $ref: '#/definitions/io.k8s.api.core.v1.Pod' } });
  expect(post.responses['200'].schema).toEqual({ $ref: '#/definitions/io.k8s.api.core.v1.Pod' });
});

test('priority and fairness: what a new cluster has, defaults, validation, and schemas that name no level', () => {
  const { ok, refused } = newServer();
  const at = '/apis/flowcontrol.apiserver.k8s.io/v1';
  const asTable = { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' } };
  const rows = () =>
    ok('GET', `${at}/flowschemas`, undefined, asTable).rows.map(({ cells }: { cells: unknown[] }) => cells.filter((_, i) => i !== 4).join(' '));
  expect(rows()).toEqual([
    'exempt exempt 1 <none> False',
    'probes exempt 2 <none> False',
    'system-leader-election leader-election 100 ByUser False',
    'system-node-high node-high 400 ByUser False',
    'system-nodes system 500 ByUser False',
    'kube-controller-manager workload-high 800 ByNamespace False',
    'kube-scheduler workload-high 800 ByNamespace False',
    'kube-system-service-accounts workload-high 900 ByNamespace False',
    'service-accounts workload-low 9000 ByUser False',
    'global-default global-default 9900 ByUser False',
    'catch-all catch-all 10000 ByUser False',
  ]);
  expect(ok('GET', `${at}/flowschemas/system-node-high`).spec.rules[0].resourceRules[0]).toEqual({
    apiGroups: [''],
    clusterScope: true,
    namespaces: ['*'],
    resources: ['nodes', 'nodes/status'],
    verbs: ['*'],
  });
  const subjects = [{ kind: 'User', user: { name: 'mina' } }];
  const resourceRules = [{ verbs: ['list'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] }];
  const made = ok('POST', `${at}/flowschemas`, {
    metadata: { name: 'f' },
    spec: { priorityLevelConfiguration: { name: 'mine' }, rules: [{ subjects, resourceRules }] },
  });
  expect(made).toMatchObject({ spec: { matchingPrecedence: 1000 }, status: { conditions: [{ type: 'Dangling', status: 'True', reason: 'NotFound' }] } });
  const queued = { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } };
  expect(ok('POST', `${at}/prioritylevelconfigurations`, { metadata: { name: 'mine' }, spec: queued }).spec.limited).toEqual({
    lendablePercent: 0,
    limitResponse: { queuing: { handSize: 8, queueLengthLimit: 50, queues: 64 }, type: 'Queue' },
    nominalConcurrencyShares: 30,
  });
  expect(rows()[8]).toBe('f mine 1000 <none> False');
  const bad = { matchingPrecedence: 20000, priorityLevelConfiguration: {}, rules: [{ subjects: [{ kind: 'Robot' }] }] };
  expect(refused('POST', `${at}/flowschemas`, { metadata: { name: 'g' }, spec: bad })).toBe(
    'FlowSchema.flowcontrol.apiserver.k8s.io "g" is invalid: [spec.matchingPrecedence: Invalid value: 20000: must not be greater than 10000, spec.priorityLevelConfiguration.name: Required value: must reference a priority level, spec.rules[0].subjects[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User", spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty]',
  );
  expect(
    refused('POST', `${at}/prioritylevelconfigurations`, { metadata: { name: 'p' }, spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue' } } } }),
  ).toContain('spec.limited.limitResponse.queuing: Required value: must not be empty if limited.limitResponse.type is Limited');
});
