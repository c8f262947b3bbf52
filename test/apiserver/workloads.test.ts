import { expect, test } from 'vitest';
import { newServer } from './server.ts';

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const template = (labels: object, spec: object = {}) => ({ metadata: { labels }, spec: { containers: [{ name: 'nginx', image: 'nginx:1.26' }], ...spec } });
const deployment = (name: string, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: template({ app: name }), ...spec },
});
const json = (type: string) => ({ headers: { 'content-type': `application/${type}` } });

test('defaults, generation and status', () => {
  const { ok } = newServer();
  const made = ok('POST', deployments, deployment('front'));
  expect(made.spec).toMatchObject({
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  });
  expect(made.metadata.generation).toBe(1);
  const scaled = ok('PATCH', `${deployments}/front`, { spec: { replicas: 3 } }, json('merge-patch+json'));
  expect(scaled.metadata.generation).toBe(2);
  const status = ok('PUT', `${deployments}/front/status`, { ...scaled, status: { readyReplicas: 3, observedGeneration: 2 } });
  expect(status.metadata.generation).toBe(2);
  expect(ok('PATCH', `${deployments}/front`, { spec: { replicas: 3 } }, json('merge-patch+json'))).toBe(status);
});

test('the four ways to patch', () => {
  const { ok, refused } = newServer();
  ok('POST', deployments, deployment('front'));
  const strategic = { spec: { template: { spec: { containers: [{ name: 'side', image: 'redis' }] } } } };
  const merged = ok('PATCH', `${deployments}/front`, strategic, json('strategic-merge-patch+json'));
  expect(merged.spec.template.spec.containers.map((container: { name: string }) => container.name).sort()).toEqual(['nginx', 'side']);
  expect(ok('PATCH', `${deployments}/front`, [{ op: 'replace', path: '/spec/replicas', value: 2 }], json('json-patch+json')).spec.replicas).toBe(2);
  expect(refused('PATCH', `${deployments}/front`, [{ op: 'replace', path: '/spec/nosuch/x', value: 2 }], json('json-patch+json'))).toBe(
    'the server rejected our request due to an error in our request',
  );
  expect(refused('PATCH', `${deployments}/front?fieldManager=kubectl-patch`, { spec: { replicas: 'three' } }, json('strategic-merge-patch+json'))).toBe(
    ' "" is invalid: patch: Invalid value: "map[spec:map[replicas:three]]": unrecognized type: int32',
  );
  // Go's conversion keeps the lower half of what is too long.
  expect(ok('PATCH', `${deployments}/front`, { spec: { replicas: 2 ** 32 + 3 } }, json('strategic-merge-patch+json')).spec.replicas).toBe(3);
  const name = { metadata: { labels: { a: 1 } } };
  expect(refused('PATCH', `${deployments}/front?fieldManager=kubectl-patch`, name, json('strategic-merge-patch+json'))).toContain(
    'cannot convert int64 to string',
  );
  expect(refused('PATCH', `${deployments}/front`, { spec: { replicas: 3e9 } }, json('merge-patch+json'))).toMatch(
    /^ "" is invalid: patch: Invalid value: "\{.*\}": json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32$/,
  );
  expect(refused('PUT', `${deployments}/front/scale`, { spec: { replicas: 'x' } })).toBe(
    'Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32',
  );
  expect(refused('PATCH', `${deployments}/front`, { spec: { selector: { matchLabels: { app: 'zzz' } } } }, json('strategic-merge-patch+json'))).toBe(
    'Deployment.apps "front" is invalid: [spec.template.metadata.labels: Invalid value: {"app":"front"}: `selector` does not match template `labels`, spec.selector: Invalid value: {"matchLabels":{"app":"zzz"}}: field is immutable]',
  );
});

test('refusals of workloads', () => {
  const { ok, refused } = newServer();
  expect(refused('POST', deployments, deployment('mismatch', { template: template({ app: 'xx' }) }))).toBe(
    'Deployment.apps "mismatch" is invalid: spec.template.metadata.labels: Invalid value: {"app":"xx"}: `selector` does not match template `labels`',
  );
  const jobs = '/apis/batch/v1/namespaces/default/jobs';
  expect(refused('POST', jobs, { metadata: { name: 'badjob' }, spec: { template: template({}, { restartPolicy: 'Always' }) } })).toBe(
    'Job.batch "badjob" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  );
  const job = ok('POST', jobs, { metadata: { name: 'good' }, spec: { template: template({}, { restartPolicy: 'Never' }) } });
  expect(job.spec.selector.matchLabels).toEqual({ 'batch.kubernetes.io/controller-uid': job.metadata.uid });
  expect(job.spec).toMatchObject({ completions: 1, parallelism: 1, backoffLimit: 6, completionMode: 'NonIndexed' });
  const cron = { metadata: { name: 'badcron' }, spec: { schedule: '* * * *', jobTemplate: { spec: { template: template({}) } } } };
  expect(refused('POST', '/apis/batch/v1/namespaces/default/cronjobs', cron)).toBe(
    'CronJob.batch "badcron" is invalid: [spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *], spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"]',
  );
});

test("a Job's policies are checked; an exported Job is refused with another's labels", () => {
  const { ok, refused } = newServer();
  const jobs = '/apis/batch/v1/namespaces/default/jobs';
  const job = (spec: object) => ({ metadata: { name: 'j' }, spec: { template: template({}, { restartPolicy: 'Never' }), ...spec } });
  const wrong = (spec: object) => refused('POST', jobs, job(spec)).replace('Job.batch "j" is invalid: ', '');
  const rule = (each: object) => wrong({ podFailurePolicy: { rules: [each] } });
  expect(rule({ action: 'FailIndex', onExitCodes: { operator: 'In', containerName: 'x', values: [0, 5, 3, 3] } })).toBe(
    '[spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set, spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template, spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator, spec.podFailurePolicy.rules[0].onExitCodes.values[3]: Duplicate value: 3, spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [0,5,3,3]: must be ordered]',
  );
  expect(rule({ action: 'Skip' })).toBe(
    '[spec.podFailurePolicy.rules[0].action: Unsupported value: "Skip": supported values: "Count", "FailIndex", "FailJob", "Ignore", spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required]',
  );
  const success = (each: object) => wrong({ completionMode: 'Indexed', completions: 5, successPolicy: { rules: [each] } });
  expect(success({})).toBe('spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified');
  expect(success({ succeededIndexes: '0-2,7' })).toBe(
    'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0-2,7": error parsing succeededIndexes: too large index: "7"',
  );
  expect(success({ succeededIndexes: '0-2', succeededCount: 4 })).toBe(
    'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of indexes in the specified succeededIndexes field)',
  );
  expect(wrong({ managedBy: 'me' })).toBe('spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")');
  const made = ok('POST', jobs, job({}));
  ok('DELETE', `${jobs}/j`);
  const again = refused('POST', jobs, { ...made, metadata: { name: 'j' } });
  expect(again).toContain(`spec.template.metadata.labels[controller-uid]: Invalid value: {"batch.kubernetes.io/controller-uid":"${made.metadata.uid}"`);
  expect(again).toContain('spec.selector: Invalid value: {"matchLabels":');
  expect(again).toContain('`selector` not auto-generated');
});

test('scale', () => {
  const { ok } = newServer();
  ok('POST', deployments, deployment('front'));
  const scale = ok('GET', `${deployments}/front/scale`);
  expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { selector: 'app=front' } });
  expect(ok('PUT', `${deployments}/front/scale`, { ...scale, spec: { replicas: 4 } }).spec.replicas).toBe(4);
  expect(ok('PATCH', `${deployments}/front/scale`, { spec: { replicas: 5 } }, json('merge-patch+json')).spec.replicas).toBe(5);
});

test('strict decoding when asked for', () => {
  const { refused, send } = newServer();
  const wrong = { ...deployment('x'), spec: { ...deployment('x').spec, foo: 1 } };
  expect(refused('POST', `${deployments}?fieldValidation=Strict`, wrong)).toBe(
    'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.foo"',
  );
  expect(send('POST', `${deployments}?fieldValidation=Warn`, wrong).headers['warning']).toBe('unknown field "spec.foo"');
});

test('who says nothing of field validation is warned, and unknown fields are dropped', () => {
  const { ok, send } = newServer();
  const warned = (method: 'POST' | 'PUT' | 'PATCH', path: string, body: unknown) =>
    send(method, path, body, method === 'PATCH' ? json('merge-patch+json') : {}).headers['warning'];
  const wrong = { ...deployment('x'), spec: { ...deployment('x').spec, foo: 1 } };
  expect(warned('POST', deployments, wrong)).toBe('unknown field "spec.foo"');
  expect(warned('PUT', `${deployments}/x`, wrong)).toBe('unknown field "spec.foo"');
  expect(warned('PATCH', `${deployments}/x`, { spec: { bar: 2 } })).toBe('unknown field "spec.bar"');
  expect(send('POST', `${deployments}?fieldValidation=Ignore`, { ...wrong, metadata: { name: 'y' } }).headers['warning']).toBeUndefined();
  for (const name of ['x', 'y']) for (const field of ['foo', 'bar']) expect(ok('GET', `${deployments}/${name}`).spec).not.toHaveProperty(field);
});

test('the status of a volume attachment is a part of its own', () => {
  const { ok, refused } = newServer();
  const path = '/apis/storage.k8s.io/v1/volumeattachments';
  const made = ok('POST', path, {
    metadata: { name: 'va' },
    spec: { attacher: 'x.io', nodeName: 'n', source: { persistentVolumeName: 'pv' } },
    status: { attached: true },
  });
  expect(made.status).toEqual({ attached: false });
  expect(ok('PATCH', `${path}/va/status`, { status: { attached: true } }, json('merge-patch+json')).status).toEqual({ attached: true });
  expect(ok('PUT', `${path}/va/status`, { ...made, metadata: { name: 'va' } }).status).toEqual({ attached: false });
  expect(refused('PATCH', `${path}/va`, { spec: { nodeName: 'other' } }, json('merge-patch+json'))).toContain('field is immutable');
});

test('services get addresses and ports, and keep them', () => {
  const { ok, refused } = newServer();
  const services = '/api/v1/namespaces/default/services';
  const made = ok('POST', services, { metadata: { name: 'web' }, spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] } });
  expect(made.spec.clusterIP).toMatch(/^10\./);
  expect(made.spec.ports[0]).toMatchObject({ port: 80, targetPort: 80, protocol: 'TCP' });
  expect(made.spec.ports[0].nodePort).toBeGreaterThanOrEqual(30086);
  const { nodePort } = made.spec.ports[0];
  expect(refused('POST', services, { metadata: { name: 'two' }, spec: { type: 'NodePort', ports: [{ port: 80, nodePort }] } })).toBe(
    `Service "two" is invalid: spec.ports[0].nodePort: Invalid value: ${nodePort}: provided port is already allocated`,
  );
  expect(refused('PATCH', `${services}/kubernetes`, { spec: { clusterIP: '10.96.0.99' } }, json('strategic-merge-patch+json'))).toBe(
    'Service "kubernetes" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.99"]: may not change once set',
  );
  const plain = ok('PATCH', `${services}/web`, { spec: { type: 'ClusterIP' } }, json('strategic-merge-patch+json'));
  expect(plain.spec.ports[0].nodePort).toBeUndefined();
  // Since v1.33 an address in use is an object, which goes with its Service.
  const parents = (): string[] =>
    ok('GET', '/apis/networking.k8s.io/v1/ipaddresses').items.map(
      ({ metadata, spec }: { metadata: { name: string }; spec: { parentRef: { name: string } } }) => `${metadata.name} ${spec.parentRef.name}`,
    );
  expect(parents().sort()).toEqual([`${made.spec.clusterIP} web`, '10.96.0.1 kubernetes'].sort());
  ok('PATCH', `${services}/web`, { spec: { type: 'ExternalName', externalName: 'a.b' } }, json('strategic-merge-patch+json'));
  expect(parents()).toEqual(['10.96.0.1 kubernetes']);
  expect(refused('POST', services, { metadata: { name: 'badsvc' }, spec: { type: 'Nodeport', ports: [{ port: 80, targetPort: 99999 }, { port: 443 }] } })).toBe(
    'Service "badsvc" is invalid: [spec.ports[0].name: Required value, spec.ports[0].targetPort: Invalid value: 99999: must be between 1 and 65535, inclusive, spec.ports[1].name: Required value, spec.type: Unsupported value: "Nodeport": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]',
  );
});
