import { expect, test } from 'vitest';
import { newServer } from './server.ts';

const path = '/api/v1/namespaces/default/pods';
const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: { containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }], ...spec },
});

test('defaults', () => {
  const { ok } = newServer();
  const made = ok('POST', path, pod('web'));
  expect(made.spec).toMatchObject({
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    enableServiceLinks: true,
    securityContext: {},
  });
  expect(made.spec.containers[0]).toMatchObject({
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    ports: [{ containerPort: 80, protocol: 'TCP' }],
    resources: {},
  });
  expect(made.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  expect(made.metadata.generation).toBe(1);
});

test('refusals with field paths', () => {
  const { refused } = newServer();
  const bad = pod('dup', {
    restartPolicy: 'Sometimes',
    containers: [
      { name: 'c', image: 'nginx:1.27' },
      {
        name: 'c',
        image: 'nginx:1.27',
        resources: { requests: { memory: '200Mi' }, limits: { memory: '100Mi' } },
        volumeMounts: [{ name: 'nope', mountPath: '/x' }],
      },
    ],
  });
  expect(refused('POST', path, bad)).toBe(
    'Pod "dup" is invalid: [spec.containers[1].volumeMounts[0].name: Not found: "nope", spec.containers[1].resources.requests: Invalid value: "200Mi": must be less than or equal to memory limit of 100Mi, spec.containers[1].name: Duplicate value: "c", spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"]',
  );
});

test('binding, status, graceful deletion', () => {
  const { ok, refused, send } = newServer();
  ok('POST', path, pod('web'));
  expect(ok('POST', `${path}/web/binding`, { target: { kind: 'Node', name: 'node01' } }).status).toBe('Success');
  expect(refused('POST', `${path}/web/binding`, { target: { name: 'node02' } })).toBe(
    'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "node01"',
  );
  const bound = ok('GET', `${path}/web`);
  const running = ok('PUT', `${path}/web/status`, { ...bound, spec: {}, status: { ...bound.status, phase: 'Running' } });
  expect(running.spec).toBe(bound.spec);
  expect(running.status.phase).toBe('Running');
  expect(refused('PUT', `${path}/web`, { ...running, spec: { ...running.spec, restartPolicy: 'Never' } })).toContain(
    'pod updates may not change fields other than',
  );
  const deleting = ok('DELETE', `${path}/web`);
  expect(deleting.metadata).toMatchObject({ deletionGracePeriodSeconds: 30, deletionTimestamp: '2026-11-22T13:00:30Z', generation: 2 });
  ok('DELETE', `${path}/web`, { gracePeriodSeconds: 0, preconditions: { uid: deleting.metadata.uid } });
  expect(send('GET', `${path}/web`).status).toBe(404);
});

test('a table has the columns of kubectl', () => {
  const { ok } = newServer();
  ok('POST', path, pod('web'));
  const table = ok('GET', path, undefined, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' } });
  expect(table.columnDefinitions.map((column: { name: string }) => column.name)).toEqual([
    'Name',
    'Ready',
    'Status',
    'Restarts',
    'Age',
    'IP',
    'Node',
    'Nominated Node',
    'Readiness Gates',
  ]);
  expect(table.rows[0].cells).toEqual(['web', '0/1', 'Pending', '0', '0s', '<none>', '<none>', '<none>', '<none>']);
});

test('dry run stores nothing', () => {
  const { ok, send } = newServer();
  expect(ok('POST', `${path}?dryRun=All`, pod('web')).metadata.name).toBe('web');
  expect(send('GET', `${path}/web`).status).toBe(404);
});

test('resources of the pod as a whole, and resizing', () => {
  const { ok, refused } = newServer();
  const container = (resources: object) => [{ name: 'c', image: 'nginx:1.27', resources }];
  const shared = (name: string, resources: object, own: object = {}) => pod(name, { resources, containers: container(own) });
  expect(refused('POST', path, shared('a', { requests: { cpu: '1', 'ephemeral-storage': '1Gi' } }, { requests: { cpu: '2' } }))).toBe(
    'Pod "a" is invalid: [spec.resources.requests[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: "cpu", "hugepages-", "memory", spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2]',
  );
  expect(refused('POST', path, shared('a', { limits: { memory: '64Mi' } }, { requests: { memory: '1Mi' }, limits: { memory: '128Mi' } }))).toBe(
    'Pod "a" is invalid: spec.resources.containers[0][memory].limits: Invalid value: "128Mi": must be less than or equal to pod limits of 64Mi',
  );
  const made = ok('POST', path, shared('g', { limits: { cpu: '1', memory: '64Mi' } }));
  expect(made.spec.resources.requests).toEqual({ cpu: '1', memory: '64Mi' });
  expect(made.status.qosClass).toBe('Guaranteed');
  const strategic = { headers: { 'content-type': 'application/strategic-merge-patch+json' } };
  const resize = (name: string, spec: object) => refused('PATCH', `${path}/${name}/resize`, { spec }, strategic);
  expect(resize('g', { containers: container({ limits: { cpu: '500m' } }) })).toContain('resize of pods with pod-level resources is forbidden');
  const init = [{ name: 'i', image: 'nginx:1.27' }];
  ok('POST', path, pod('r', { containers: container({ requests: { cpu: '100m', memory: '1Mi' } }), initContainers: init }));
  expect(resize('r', { containers: container({ requests: { memory: null } }) })).toBe(
    'Pod "r" is invalid: spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
  );
  expect(resize('r', { initContainers: [{ name: 'i', resources: { requests: { cpu: '1' } } }] })).toBe(
    'Pod "r" is invalid: spec: Forbidden: resources for non-sidecar init containers are immutable',
  );
  expect(resize('r', { containers: [{ name: 'd', image: 'x' }] })).toBe(
    'Pod "r" is invalid: spec.containers: Forbidden: containers may not be added or removed on resize',
  );
  ok('POST', path, pod('q', { containers: container({ requests: { cpu: '100m', memory: '1Mi' } }) }));
  expect(resize('q', { containers: container({ limits: { cpu: '100m', memory: '1Mi' } }) })).toContain(
    'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
  );
});

test('claims for devices', () => {
  const { refused } = newServer();
  const claims = [{ name: 'a' }, { name: 'a', resourceClaimName: 'x', resourceClaimTemplateName: 'y' }];
  expect(refused('POST', path, pod('p', { resourceClaims: claims }))).toBe(
    'Pod "p" is invalid: [spec.resourceClaims[0]: Invalid value: {"name":"a"}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`, spec.resourceClaims[1].name: Duplicate value: "a", spec.resourceClaims[1]: Invalid value: {"name":"a","resourceClaimName":"x","resourceClaimTemplateName":"y"}: at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified]',
  );
});

test('ephemeral containers come in any order and never go; static pods take none', () => {
  const { ok, refused } = newServer();
  const at = '/api/v1/namespaces/default/pods';
  const pod = (name: string, more: object = {}) => ({
    metadata: { name, annotations: more },
    spec: { nodeName: 'node01', containers: [{ name: 'c', image: 'c' }] },
  });
  ok('POST', at, pod('a'));
  ok('POST', at, pod('static', { 'kubernetes.io/config.mirror': 'x' }));
  const put = (name: string, names: readonly string[], image = 'busybox'): ['PUT', string, object] => {
    const there = ok('GET', `${at}/${name}`) as unknown as { spec: object };
    return [
      'PUT',
      `${at}/${name}/ephemeralcontainers`,
      { ...there, spec: { ...there.spec, ephemeralContainers: names.map((each) => ({ name: each, image })) } },
    ];
  };
  ok(...put('a', ['one']));
  const names = (made: object) => (made as { spec: { ephemeralContainers: { name: string }[] } }).spec.ephemeralContainers.map(({ name }) => name);
  expect(names(ok(...put('a', ['two', 'one'])))).toEqual(['one', 'two']);
  expect(refused(...put('a', ['two']))).toBe(
    'Pod "a" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers "one" may not be removed\n',
  );
  expect(refused(...put('a', ['one', 'two'], 'alpine'))).toContain('existing ephemeral containers "one" may not be changed');
  expect(refused(...put('static', ['one']))).toBe('Pod "static" is invalid: : Forbidden: static pods do not support ephemeral containers');
});

test('keys of labels, claims of containers, policies and user namespaces of pods', () => {
  const { ok, refused } = newServer();
  const spread = (more: object) => ({ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...more });
  const withClaims = [{ name: 'web', image: 'nginx', resources: { claims: [{ name: 'x' }, { name: 'x' }] } }];
  const text = refused('POST', path, {
    ...pod('p', {
      hostUsers: false,
      hostPID: true,
      containers: withClaims,
      volumes: [{ name: 'i', image: { pullPolicy: 'Sometimes' } }],
      securityContext: { supplementalGroupsPolicy: 'All', seLinuxChangePolicy: 'None' },
      topologySpreadConstraints: [
        spread({ matchLabelKeys: ['q'] }),
        spread({ topologyKey: 'node', matchLabelKeys: ['app'], labelSelector: { matchLabels: { app: 'p' } } }),
      ],
    }),
  });
  for (const each of [
    'spec.containers[0].resources.claims[0]: Not found: "x": must be one of the names in pod.spec.resourceClaims which is empty',
    'spec.containers[0].resources.claims[1]: Duplicate value: "x"',
    'spec.volumes[0].image.pullPolicy: Unsupported value: "Sometimes"',
    'spec.volumes[0].image.reference: Required value',
    'spec.securityContext.supplementalGroupsPolicy: Unsupported value: "All": supported values: "Merge", "Strict"',
    'spec.securityContext.seLinuxChangePolicy: Unsupported value: "None": supported values: "MountOption", "Recursive"',
    'spec.HostPID: Forbidden: when `hostUsers` is false',
    'spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
    'spec.topologySpreadConstraints[1][0]: Invalid value: "app": exists in both matchLabelKeys and labelSelector',
  ])
    expect(text).toContain(each);
  const term = { topologyKey: 'zone', labelSelector: { matchLabels: { x: 'y' } }, mismatchLabelKeys: ['app'] };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  const [made] = ok('POST', path, pod('a', { affinity })).spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
  expect(made.labelSelector).toEqual({ matchLabels: { x: 'y' }, matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['a'] }] });
});
