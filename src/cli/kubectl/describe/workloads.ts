/** Deployments, sets and jobs: kubernetes kubectl/pkg/describe/describe.go. */
import { humanDuration } from '../../../apimachinery/duration.ts';
import { formatLabelSelector } from '../../../apimachinery/labels.ts';
import { tryParseTime } from '../../../apimachinery/time.ts';
import type { Routine } from '../../../sim/routine.ts';
import { at, nameOf, namespaceOf, num, type Obj, obj, objs, text, texts } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import type { Describer } from './describer.ts';
import { podTemplate } from './pod-template.ts';
import { annotationLines, controllerOf, labelLines, mapLine, rfc1123, type Writer } from './writer.ts';

const selectorOf = (object: Obj): string => formatLabelSelector(obj(at(object, 'spec.selector')) as Parameters<typeof formatLabelSelector>[0]) || '<none>';

function head(w: Writer, object: Obj): void {
  w.field('Name', nameOf(object));
  w.field('Namespace', namespaceOf(object));
}

function metadata(w: Writer, object: Obj): void {
  labelLines(w, 'Labels', at(object, 'metadata.labels'));
  annotationLines(w, at(object, 'metadata.annotations'));
}

/** Objects that a workload's selector chooses, its own only. */
function* owned(k: Kubectl, path: string, object: Obj, selector: string): Routine<readonly Obj[]> {
  const answer = yield* k.api.request({ method: 'GET', path, query: { labelSelector: selector, limit: '500' } });
  const uid = at(object, 'metadata.uid');
  return objs(at(answer, 'items')).filter((each) =>
    objs(at(each, 'metadata.ownerReferences')).some((owner) => owner['uid'] === uid && owner['controller'] === true),
  );
}

function* podsStatus(k: Kubectl, object: Obj): Routine<string> {
  const selector = object['kind'] === 'ReplicationController' ? mapLine(at(object, 'spec.selector')) : selectorOf(object);
  const pods = yield* owned(k, `/api/v1/namespaces/${namespaceOf(object)}/pods`, object, selector);
  const count = (phase: string): number => pods.filter((pod) => at(pod, 'status.phase') === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

export const describeDeployment: Describer = {
  *page(w, object, { k }) {
    const [spec, status] = [obj(object['spec']), obj(object['status'])];
    head(w, object);
    w.field('CreationTimestamp', rfc1123(at(object, 'metadata.creationTimestamp')));
    metadata(w, object);
    w.field('Selector', selectorOf(object));
    w.field(
      'Replicas',
      `${num(spec['replicas'])} desired | ${num(status['updatedReplicas'])} updated | ${num(status['replicas'])} total | ${num(status['availableReplicas'])} available | ${num(status['unavailableReplicas'])} unavailable`,
    );
    w.field('StrategyType', at(spec, 'strategy.type'));
    w.field('MinReadySeconds', num(spec['minReadySeconds']));
    const rolling = at(spec, 'strategy.rollingUpdate');
    if (rolling !== undefined)
      w.field('RollingUpdateStrategy', `${text(at(rolling, 'maxUnavailable'))} max unavailable, ${text(at(rolling, 'maxSurge'))} max surge`);
    podTemplate(w, spec['template']);
    workloadConditions(w, status);
    const sets = yield* owned(k, `/apis/apps/v1/namespaces/${namespaceOf(object)}/replicasets`, object, selectorOf(object));
    const current = newest(sets, text(obj(at(object, 'metadata.annotations'))['deployment.kubernetes.io/revision']));
    const old = sets.filter((set) => set !== current);
    if (sets.length === 0) return;
    w.field('OldReplicaSets', setsText(old));
    w.field('NewReplicaSet', setsText(current ? [current] : []));
  },
  events: true,
};

const newest = (sets: readonly Obj[], revision: string): Obj | undefined =>
  sets.find((set) => obj(at(set, 'metadata.annotations'))['deployment.kubernetes.io/revision'] === revision);

const setsText = (sets: readonly Obj[]): string =>
  sets.length === 0
    ? '<none>'
    : sets.map((set) => `${nameOf(set)} (${num(at(set, 'status.replicas'))}/${num(at(set, 'spec.replicas'))} replicas created)`).join(', ');

function workloadConditions(w: Writer, status: Obj): void {
  const all = objs(status['conditions']);
  if (all.length === 0) return;
  w.write(0, 'Conditions:\n  Type\tStatus\tReason\n');
  w.write(1, '----\t------\t------\n');
  for (const each of all) w.write(1, `${text(each['type'])} \t${text(each['status'])}\t${text(each['reason'])}\n`);
}

export const describeReplicaSet: Describer = {
  *page(w, object, { k }) {
    head(w, object);
    w.field('Selector', object['kind'] === 'ReplicationController' ? mapLine(at(object, 'spec.selector')) : selectorOf(object));
    metadata(w, object);
    const controller = controllerOf(object);
    if (controller !== undefined) w.field('Controlled By', controller);
    w.field('Replicas', `${num(at(object, 'status.replicas'))} current / ${num(at(object, 'spec.replicas'))} desired`);
    w.field('Pods Status', yield* podsStatus(k, object));
    podTemplate(w, at(object, 'spec.template'));
    workloadConditions(w, obj(object['status']));
  },
  events: true,
};

export const describeDaemonSet: Describer = {
  *page(w, object, { k }) {
    const status = obj(object['status']);
    head(w, object);
    w.field('Selector', selectorOf(object));
    w.field('Node-Selector', mapLine(at(object, 'spec.template.spec.nodeSelector')));
    metadata(w, object);
    w.write(0, `Desired Number of Nodes Scheduled: ${num(status['desiredNumberScheduled'])}\n`);
    w.write(0, `Current Number of Nodes Scheduled: ${num(status['currentNumberScheduled'])}\n`);
    w.write(0, `Number of Nodes Scheduled with Up-to-date Pods: ${num(status['updatedNumberScheduled'])}\n`);
    w.write(0, `Number of Nodes Scheduled with Available Pods: ${num(status['numberAvailable'])}\n`);
    w.write(0, `Number of Nodes Misscheduled: ${num(status['numberMisscheduled'])}\n`);
    w.field('Pods Status', yield* podsStatus(k, object));
    podTemplate(w, at(object, 'spec.template'));
  },
  events: true,
};

export const describeStatefulSet: Describer = {
  *page(w, object, { k }) {
    head(w, object);
    w.field('CreationTimestamp', rfc1123(at(object, 'metadata.creationTimestamp')));
    w.field('Selector', selectorOf(object));
    metadata(w, object);
    w.field('Replicas', `${num(at(object, 'spec.replicas'))} desired | ${num(at(object, 'status.replicas'))} total`);
    w.field('Update Strategy', at(object, 'spec.updateStrategy.type'));
    const rolling = at(object, 'spec.updateStrategy.rollingUpdate');
    if (rolling !== undefined) {
      if (at(rolling, 'partition') !== undefined) w.field('Partition', at(rolling, 'partition'), 1);
      if (at(rolling, 'maxUnavailable') !== undefined) w.field('MaxUnavailable', at(rolling, 'maxUnavailable'), 1);
    }
    w.field('Pods Status', yield* podsStatus(k, object));
    podTemplate(w, at(object, 'spec.template'));
    volumeClaims(w, objs(at(object, 'spec.volumeClaimTemplates')));
  },
  events: true,
};

function volumeClaims(w: Writer, claims: readonly Obj[]): void {
  if (claims.length === 0) return w.field('Volume Claims', '<none>');
  w.write(0, 'Volume Claims:\n');
  for (const claim of claims) {
    w.field('Name', nameOf(claim), 1);
    w.field('StorageClass', at(claim, 'spec.storageClassName'), 1);
    for (const field of ['Labels', 'Annotations'] as const) {
      const pairs = Object.entries(obj(at(claim, `metadata.${field.toLowerCase()}`)));
      w.write(
        1,
        `${field}:\t${pairs.length === 0 ? '<none>\n' : pairs.map(([key, value], i) => `${i > 0 ? '            \t' : ''}${key}=${text(value)}\n`).join('')}`,
      );
    }
    w.field('Capacity', at(claim, 'spec.resources.requests.storage') ?? '<default>', 1);
    w.field('Access Modes', `[${texts(at(claim, 'spec.accessModes')).join(' ')}]`, 1);
  }
}

export const describeJob: Describer = {
  *page(w, object) {
    const [spec, status] = [obj(object['spec']), obj(object['status'])];
    head(w, object);
    w.field('Selector', selectorOf(object));
    metadata(w, object);
    const controller = controllerOf(object);
    if (controller !== undefined) w.field('Controlled By', controller);
    if (spec['parallelism'] !== undefined) w.field('Parallelism', spec['parallelism']);
    w.field('Completions', spec['completions'] ?? '<unset>');
    if (spec['completionMode'] !== undefined) w.field('Completion Mode', spec['completionMode']);
    if (spec['suspend'] !== undefined) w.field('Suspend', spec['suspend']);
    if (spec['backoffLimit'] !== undefined) w.field('Backoff Limit', spec['backoffLimit']);
    if (spec['ttlSecondsAfterFinished'] !== undefined) w.field('TTL Seconds After Finished', spec['ttlSecondsAfterFinished']);
    jobTimes(w, spec, status);
    const ready = status['ready'] === undefined ? '' : `(${num(status['ready'])} Ready) `;
    w.field('Pods Statuses', `${num(status['active'])} Active ${ready}/ ${num(status['succeeded'])} Succeeded / ${num(status['failed'])} Failed`);
    if (spec['completionMode'] === 'Indexed') w.field('Completed Indexes', text(status['completedIndexes']) || '<none>');
    podTemplate(w, spec['template']);
  },
  events: true,
};

function jobTimes(w: Writer, spec: Obj, status: Obj): void {
  if (status['startTime'] !== undefined) w.field('Start Time', rfc1123(status['startTime']));
  if (status['completionTime'] !== undefined) w.field('Completed At', rfc1123(status['completionTime']));
  const [start, end] = [tryParseTime(text(status['startTime'])), tryParseTime(text(status['completionTime']))];
  if (start !== undefined && end !== undefined) w.field('Duration', humanDuration(end - start));
  if (spec['activeDeadlineSeconds'] !== undefined) w.field('Active Deadline Seconds', `${text(spec['activeDeadlineSeconds'])}s`);
}

export const describeCronJob: Describer = {
  *page(w, object) {
    const [spec, status] = [obj(object['spec']), obj(object['status'])];
    const job = obj(at(spec, 'jobTemplate.spec'));
    head(w, object);
    metadata(w, object);
    w.field('Schedule', spec['schedule']);
    w.field('Concurrency Policy', spec['concurrencyPolicy']);
    w.field('Suspend', spec['suspend'] === true ? 'True' : 'False');
    w.field('Successful Job History Limit', spec['successfulJobsHistoryLimit'] ?? '<unset>');
    w.field('Failed Job History Limit', spec['failedJobsHistoryLimit'] ?? '<unset>');
    w.field('Starting Deadline Seconds', spec['startingDeadlineSeconds'] === undefined ? '<unset>' : `${text(spec['startingDeadlineSeconds'])}s`);
    w.field('Selector', job['selector'] === undefined ? '<unset>' : formatLabelSelector(obj(job['selector'])));
    w.field('Parallelism', job['parallelism'] ?? '<unset>');
    w.field('Completions', job['completions'] ?? '<unset>');
    if (job['activeDeadlineSeconds'] !== undefined) w.field('Active Deadline Seconds', `${text(job['activeDeadlineSeconds'])}s`);
    podTemplate(w, job['template']);
    w.field('Last Schedule Time', status['lastScheduleTime'] === undefined ? '<unset>' : rfc1123(status['lastScheduleTime']));
    const active = objs(status['active']).map((each) => text(each['name']));
    w.field('Active Jobs', active.length === 0 ? '<none>' : active.join(', '));
  },
  events: true,
};
