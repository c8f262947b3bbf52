import { expect, test } from 'vitest';
import { rfc3339 } from '../../src/apimachinery/time.ts';
import { addNode, newTestCluster } from './cluster.ts';

const template = (app: string, command?: string[]) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image: 'busybox:1.36', ...(command && { command }) }] },
});
const events = (client: ReturnType<typeof newTestCluster>['client'], name: string) =>
  client
    .list('events', { namespace: 'default' })
    .items.filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason, message, count }) => `${reason} ${message}${(count ?? 1) > 1 ? ` x${count}` : ''}`);

test('a stateful set makes its pods one after the other, and rolls from the top', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  const key = { namespace: 'default', name: 'db' };
  client.create('statefulsets.apps', {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: key,
    spec: { serviceName: 'db', replicas: 2, selector: { matchLabels: { app: 'db' } }, template: template('db') },
  } as never);
  settle();
  expect(client.list('pods', { namespace: 'default' }).items.map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1']);
  expect(events(client, 'db')).toEqual([
    'SuccessfulCreate Create Pod db-0 in StatefulSet db successful',
    'SuccessfulCreate Create Pod db-1 in StatefulSet db successful',
  ]);
  expect(client.get('statefulsets.apps', key)?.status).toMatchObject({ replicas: 2, readyReplicas: 2, currentReplicas: 2, updatedReplicas: 2 });
  client.patch('statefulsets.apps', key, { spec: { template: { spec: { containers: [{ name: 'c', image: 'busybox:1.37' }] } } } });
  settle(10_000);
  expect(client.list('pods', { namespace: 'default' }).items.map(({ spec }) => spec.containers[0]?.image)).toEqual(['busybox:1.37', 'busybox:1.37']);
  expect(client.list('controllerrevisions.apps', { namespace: 'default' }).items).toHaveLength(2);
  const status = client.get('statefulsets.apps', key)?.status;
  expect(status?.currentRevision).toBe(status?.updateRevision);
  client.patch('statefulsets.apps', key, { spec: { replicas: 0 } });
  settle();
  expect(client.list('pods', { namespace: 'default' }).items).toHaveLength(0);
  expect(
    events(client, 'db')
      .filter((text) => text.startsWith('SuccessfulDelete'))
      .sort(),
  ).toEqual(['SuccessfulDelete Delete Pod db-0 in StatefulSet db successful x2', 'SuccessfulDelete Delete Pod db-1 in StatefulSet db successful x2']);
});

test('a stateful set rolls as many as maxUnavailable says, and scales down past what is not ready only from below', () => {
  const { client, settle, sim } = newTestCluster();
  settle(1000);
  const key = { namespace: 'default', name: 'db' };
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%', partition: 1 } };
  client.create('statefulsets.apps', {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: key,
    spec: { serviceName: 'db', replicas: 5, minReadySeconds: 2, updateStrategy, selector: { matchLabels: { app: 'db' } }, template: template('db') },
  } as never);
  settle(17_000);
  const pods = () => client.list('pods', { namespace: 'default' }).items;
  const going = () => pods().filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  client.patch('statefulsets.apps', key, { spec: { template: { spec: { containers: [{ name: 'c', image: 'busybox:1.37' }] } } } });
  settle(100);
  // Half of five, rounded down; while they end they still count as ready.
  expect(going().map(({ metadata }) => metadata.name)).toEqual(['db-3', 'db-4']);
  expect(client.get('statefulsets.apps', key)?.status).toMatchObject({ replicas: 5, readyReplicas: 5, currentReplicas: 3 });
  settle(12_000);
  expect(pods().map(({ spec }) => spec.containers[0]?.image?.slice(-2))).toEqual(['36', '37', '37', '37', '37']);
  for (const name of ['db-3', 'db-4']) {
    const pod = client.get('pods', { namespace: 'default', name });
    const conditions = [{ type: 'Ready', status: 'False', lastProbeTime: null, lastTransitionTime: rfc3339(sim.now) }];
    client.updateStatus('pods', { ...pod, status: { ...pod?.status, conditions } } as never);
  }
  settle(100);
  client.patch('statefulsets.apps', key, { spec: { replicas: 2 } });
  settle(4_000);
  expect(pods()).toHaveLength(5);
  client.delete('pods', { namespace: 'default', name: 'db-3' });
  settle(4_000);
  expect(pods().map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1']);
});

test('claims of a stateful set are kept, or go with their pod or with the set, as its retention policy says', () => {
  const { client, settle } = newTestCluster();
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: '' };
  const key = { namespace: 'default', name: 'db' };
  const set = (whenScaled: string, whenDeleted: string) => ({ persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted } });
  client.create('statefulsets.apps', {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: key,
    spec: {
      serviceName: 'db',
      replicas: 3,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: 'db' } },
      template: template('db'),
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec }],
    },
  } as never);
  for (let i = 0; i < 3; i++)
    client.create('persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `pv${i}` },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/srv' } },
    } as never);
  settle(10_000);
  const claims = () =>
    client
      .list('persistentvolumeclaims', { namespace: 'default' })
      .items.map(({ metadata: { name, ownerReferences } }) => `${name} ${ownerReferences?.map((owner) => owner.kind) ?? ''}`);
  const scale = (replicas: number, more: object = {}): void => {
    client.patch('statefulsets.apps', key, { spec: { replicas, ...more } });
    settle(10_000);
  };
  expect(claims()).toEqual(['data-db-0 ', 'data-db-1 ', 'data-db-2 ']);
  scale(2);
  expect(claims(), 'kept').toEqual(['data-db-0 ', 'data-db-1 ', 'data-db-2 ']);
  scale(3, set('Delete', 'Delete'));
  expect(claims()).toEqual(['data-db-0 StatefulSet', 'data-db-1 StatefulSet', 'data-db-2 StatefulSet']);
  scale(2);
  expect(claims(), 'gone with its pod').toEqual(['data-db-0 StatefulSet', 'data-db-1 StatefulSet']);
  scale(2, set('Delete', 'Retain'));
  expect(claims(), 'of nobody again').toEqual(['data-db-0 ', 'data-db-1 ']);
  scale(2, set('Retain', 'Delete'));
  scale(1);
  expect(claims()).toEqual(['data-db-0 StatefulSet', 'data-db-1 StatefulSet']);
  client.delete('statefulsets.apps', key);
  settle(20_000);
  expect(claims()).toEqual([]);
});

test('a daemon set runs once on each node, also on one that comes later', () => {
  const { client, settle, sim } = newTestCluster();
  settle(1000);
  const key = { namespace: 'default', name: 'agent' };
  client.create('daemonsets.apps', {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: key,
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent') },
  } as never);
  settle();
  addNode(client, 'node03', sim.now);
  settle();
  const nodes = () =>
    client
      .list('pods', { namespace: 'default' })
      .items.map(({ spec }) => spec.nodeName)
      .sort();
  expect(nodes()).toEqual(['node01', 'node02', 'node03']);
  expect(client.get('daemonsets.apps', key)?.status).toMatchObject({
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    numberReady: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
  });
  client.patch('daemonsets.apps', key, { spec: { template: { spec: { containers: [{ name: 'c', image: 'busybox:1.37' }] } } } });
  settle(20_000);
  expect(client.list('pods', { namespace: 'default' }).items.map(({ spec }) => spec.containers[0]?.image)).toEqual([
    'busybox:1.37',
    'busybox:1.37',
    'busybox:1.37',
  ]);
  client.patch('daemonsets.apps', key, { spec: { template: { spec: { nodeSelector: { disk: 'ssd' } } } } });
  settle();
  expect(nodes()).toEqual([]);
  client.patch('nodes', { namespace: '', name: 'node02' }, { metadata: { labels: { disk: 'ssd' } } });
  settle();
  expect(nodes()).toEqual(['node02']);
});

test('a daemon set with maxSurge has the new pod beside the old one until it is available', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  const key = { namespace: 'default', name: 'agent' };
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const spec = { selector: { matchLabels: { app: 'agent' } }, template: template('agent'), updateStrategy, minReadySeconds: 3 };
  client.create('daemonsets.apps', { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: key, spec } as never);
  settle(10_000);
  const images = () => client.list('pods', { namespace: 'default' }).items.map((pod) => `${pod.spec.nodeName} ${pod.spec.containers[0]?.image?.slice(-2)}`);
  expect(images().sort()).toEqual(['node01 36', 'node02 36']);
  client.patch('daemonsets.apps', key, { spec: { template: { spec: { containers: [{ name: 'c', image: 'busybox:1.37' }] } } } });
  settle(3_000);
  expect(images()).toHaveLength(3);
  expect(images().filter((text) => text.endsWith('37'))).toHaveLength(1);
  expect(client.get('daemonsets.apps', key)?.status).toMatchObject({ desiredNumberScheduled: 2, numberAvailable: 2, numberReady: 2 });
  settle(20_000);
  expect(images().sort()).toEqual(['node01 37', 'node02 37']);
  expect(client.get('daemonsets.apps', key)?.status).toMatchObject({ updatedNumberScheduled: 2, numberAvailable: 2 });
});

const jobSpec = (command: string[], more: object = {}) => ({
  ...more,
  template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36', command }] } },
});
const newJob = (name: string, spec: object) => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'default' }, spec }) as never;

test('jobs complete and fail, counting each pod once', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  client.create('jobs.batch', newJob('pi', jobSpec(['exit', '0'], { completions: 3, parallelism: 2 })));
  client.create('jobs.batch', newJob('fails', jobSpec(['exit', '1'], { backoffLimit: 1 })));
  settle(60_000);
  const pi = client.get('jobs.batch', { namespace: 'default', name: 'pi' })?.status;
  expect(pi).toMatchObject({ succeeded: 3, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
  expect(pi?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached']);
  const fails = client.get('jobs.batch', { namespace: 'default', name: 'fails' })?.status;
  expect(fails).toMatchObject({ failed: 2 });
  expect(fails?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual(['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded']);
  expect(events(client, 'fails').at(-1)).toBe('BackoffLimitExceeded Job has reached the specified backoff limit');
  expect(client.list('pods', { namespace: 'default' }).items.every(({ metadata }) => metadata.finalizers === undefined)).toBe(true);
});

test('a cron job starts jobs on the minute and keeps a few', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  const key = { namespace: 'default', name: 'tick' };
  client.create('cronjobs.batch', {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: key,
    spec: { schedule: '* * * * *', successfulJobsHistoryLimit: 1, jobTemplate: { spec: jobSpec(['exit', '0']) } },
  } as never);
  settle(200_000);
  const names = client.list('jobs.batch', { namespace: 'default' }).items.map(({ metadata }) => metadata.name);
  expect(names).toEqual([`tick-${Date.UTC(2026, 10, 22, 13, 3) / 60_000}`]);
  expect(client.get('cronjobs.batch', key)?.status).toMatchObject({ lastScheduleTime: '2026-11-22T13:03:00Z' });
  expect(events(client, 'tick').filter((text) => /^(SuccessfulCreate|SawCompleted)/.test(text))).toHaveLength(6);
});

test('a cron job writes times of its zone, makes up for nothing when its schedule changes, and tells nothing of what it keeps not', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  const key = { namespace: 'default', name: 'seoul' };
  client.create('cronjobs.batch', {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: key,
    spec: { schedule: '0 0 1 1 *', timeZone: 'Asia/Seoul', successfulJobsHistoryLimit: 0, jobTemplate: { spec: jobSpec(['exit', '0']) } },
  } as never);
  // Half an hour in which the new schedule would have come thirty times.
  settle(30 * 60_000 + 20_000);
  client.patch('cronjobs.batch', key, { spec: { schedule: '* * * * *' } });
  settle(10_000);
  const jobs = () => client.list('jobs.batch', { namespace: 'default' }).items;
  expect(jobs()).toEqual([]);
  settle(29_500);
  expect(jobs().map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'])).toEqual(['2026-11-22T22:31:00+09:00']);
  settle(20_000);
  expect(jobs()).toEqual([]);
  expect(events(client, 'seoul').map((text) => text.split(' ')[0])).toEqual(['SuccessfulCreate', 'SuccessfulDelete']);
  expect(client.get('cronjobs.batch', key)?.status).toMatchObject({ lastScheduleTime: '2026-11-22T13:31:00Z', lastSuccessfulTime: expect.anything() });
});

test('a pod of a Job that somebody deletes counts as failed at once, and its replacement waits; suspending counts nothing', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  const key = { namespace: 'default', name: 'long' };
  const spec = { ...jobSpec(['sleep', '1d']), backoffLimit: 3 };
  client.create('jobs.batch', { apiVersion: 'batch/v1', kind: 'Job', metadata: key, spec } as never);
  settle();
  const job = () => client.get('jobs.batch', key);
  const pods = () => client.list('pods', { namespace: 'default' }).items;
  const started = job()?.status?.startTime;
  client.delete('pods', { namespace: 'default', name: pods()[0]?.metadata.name ?? '' });
  settle(1100);
  expect(job()?.status).toMatchObject({ failed: 1 });
  settle(5_000);
  expect(pods()).toEqual([]);
  settle(6_000);
  expect(job()?.status).toMatchObject({ failed: 1, active: 1 });
  client.patch('jobs.batch', key, { spec: { suspend: true } });
  settle();
  expect(pods()).toEqual([]);
  expect(job()?.status).toMatchObject({ failed: 1, startTime: started });
  client.patch('jobs.batch', key, { spec: { suspend: false } });
  settle(10_000);
  expect(job()?.status).toMatchObject({ failed: 1, active: 1 });
  expect(job()?.status?.startTime).not.toBe(started);
});

test('a Job that another controller manages is left alone, whatever becomes of it', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  client.create('jobs.batch', newJob('theirs', jobSpec(['exit', '0'], { managedBy: 'example.com/queue' })));
  client.create('jobs.batch', newJob('ours', jobSpec(['exit', '0'], { managedBy: 'kubernetes.io/job-controller' })));
  const owner = client.get('jobs.batch', { namespace: 'default', name: 'theirs' })?.metadata;
  const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'theirs', uid: owner?.uid ?? '', controller: true }];
  const metadata = { name: 'tracked', namespace: 'default', finalizers: ['batch.kubernetes.io/job-tracking'], ownerReferences };
  client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec: template('tracked', ['exit', '0']).spec } as never);
  settle(60_000);
  const job = (name: string) => client.get('jobs.batch', { namespace: 'default', name });
  expect(job('theirs')?.status ?? {}).toEqual({});
  expect(events(client, 'theirs')).toEqual([]);
  expect(client.list('pods', { namespace: 'default', labelSelector: 'batch.kubernetes.io/job-name=theirs' }).items).toEqual([]);
  expect(client.get('pods', { namespace: 'default', name: 'tracked' })?.metadata.finalizers).toEqual(['batch.kubernetes.io/job-tracking']);
  expect(job('ours')?.status?.succeeded).toBe(1);
});

test('a Job by its policies: what fails it at once, how often an index is tried, when enough have succeeded', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  const create = (name: string, spec: object, command: string[]) => client.create('jobs.batch', newJob(name, jobSpec(command, spec)));
  const end = (name: string): string[] =>
    (client.get('jobs.batch', { namespace: 'default', name })?.status?.conditions ?? []).map(({ type, reason, message }) => `${type} ${reason} ${message}`);
  create('fatal', { podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }] } }, ['exit', '42']);
  create('ignored', { backoffLimit: 0, podFailurePolicy: { rules: [{ action: 'Ignore', onExitCodes: { operator: 'NotIn', values: [42] } }] } }, ['exit', '1']);
  create('each', { completions: 2, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 1 }, ['exit', '1']);
  create('enough', { completions: 3, parallelism: 1, completionMode: 'Indexed', successPolicy: { rules: [{ succeededIndexes: '0' }] } }, ['exit', '0']);
  settle(60_000);
  const pods = (name: string) => client.list('pods', { namespace: 'default', labelSelector: `batch.kubernetes.io/job-name=${name}` }).items;
  const [failed] = pods('fatal');
  const message = `Container c for pod default/${failed?.metadata.name} failed with exit code 42 matching FailJob rule at index 0`;
  expect(end('fatal')).toEqual([`FailureTarget PodFailurePolicy ${message}`, `Failed PodFailurePolicy ${message}`]);
  expect(pods('fatal')).toHaveLength(1);
  expect(end('ignored')).toEqual([]);
  expect(pods('ignored').length).toBeGreaterThan(1);
  expect(end('each').at(-1)).toBe('Failed FailedIndexes Job has failed indexes');
  expect(client.get('jobs.batch', { namespace: 'default', name: 'each' })?.status).toMatchObject({ failedIndexes: '0,1', failed: 4 });
  const counts = pods('each').map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']);
  expect(counts.sort()).toEqual(['0', '0', '1', '1']);
  expect(end('enough').at(-1)).toBe('Complete SuccessPolicy Matched rules at index 0');
});

test('an ephemeral volume gets a claim that goes with its pod', () => {
  const { client, settle } = newTestCluster();
  settle(1000);
  const volumes = [
    {
      name: 'v',
      ephemeral: {
        volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      },
    },
  ];
  const spec = { containers: [{ name: 'c', image: 'busybox:1.36' }], volumes };
  client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name: 'p' }, spec } as never);
  settle();
  const key = { namespace: 'default', name: 'p-v' };
  expect(client.get('persistentvolumeclaims', key)).toMatchObject({
    metadata: { labels: { a: 'b' }, ownerReferences: [{ kind: 'Pod', name: 'p', controller: true }] },
    spec: { volumeMode: 'Filesystem', resources: { requests: { storage: '1Gi' } } },
  });
  client.delete('pods', { namespace: 'default', name: 'p' });
  settle(30_000);
  expect(client.get('persistentvolumeclaims', key)).toBeUndefined();
});
