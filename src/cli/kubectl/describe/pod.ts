import { humanDuration } from '../../../apimachinery/duration.ts';
import { tryParseTime } from '../../../apimachinery/time.ts';
import { at, type Obj, obj, objs, text } from '../json.ts';
import { describeContainers } from './containers.ts';
import type { Describer } from './describer.ts';
import { spreadConstraints, tolerations } from './pod-template.ts';
import { describeVolumes } from './volumes.ts';
import { annotationLines, controllerOf, labelLines, rfc1123, type Writer } from './writer.ts';

/** kubernetes kubectl/pkg/describe describePod. */
export const describePod: Describer = {
  *page(w, pod, { now }) {
    const [spec, status] = [obj(pod['spec']), obj(pod['status'])];
    identity(w, pod, spec, status);
    phase(w, pod, status, now);
    addresses(w, pod, spec, status);
    const group = (label: string, key: string, statusKey: string): void =>
      describeContainers(w, { label, containers: objs(spec[key]), statuses: objs(status[statusKey]), pod });
    if (objs(spec['initContainers']).length > 0) group('Init Containers', 'initContainers', 'initContainerStatuses');
    group('Containers', 'containers', 'containerStatuses');
    if (objs(spec['ephemeralContainers']).length > 0) group('Ephemeral Containers', 'ephemeralContainers', 'ephemeralContainerStatuses');
    conditions(w, spec, status);
    describeVolumes(w, objs(spec['volumes']));
    w.field('QoS Class', status['qosClass']);
    labelLines(w, 'Node-Selectors', spec['nodeSelector']);
    tolerations(w, objs(spec['tolerations']));
    spreadConstraints(w, spec);
  },
  events: true,
};

function identity(w: Writer, pod: Obj, spec: Obj, status: Obj): void {
  w.field('Name', at(pod, 'metadata.name'));
  w.field('Namespace', at(pod, 'metadata.namespace'));
  if (spec['priority'] !== undefined) w.field('Priority', spec['priority']);
  if (text(spec['priorityClassName']) !== '') w.field('Priority Class Name', spec['priorityClassName']);
  if (text(spec['runtimeClassName']) !== '') w.field('Runtime Class Name', spec['runtimeClassName']);
  if (text(spec['serviceAccountName']) !== '') w.field('Service Account', spec['serviceAccountName']);
  w.field('Node', text(spec['nodeName']) === '' ? '<none>' : `${text(spec['nodeName'])}/${text(status['hostIP'])}`);
  if (status['startTime'] !== undefined) w.field('Start Time', rfc1123(status['startTime']));
  labelLines(w, 'Labels', at(pod, 'metadata.labels'));
  annotationLines(w, at(pod, 'metadata.annotations'));
}

function phase(w: Writer, pod: Obj, status: Obj, now: number): void {
  const deleted = tryParseTime(text(at(pod, 'metadata.deletionTimestamp')));
  if (deleted !== undefined && status['phase'] !== 'Failed' && status['phase'] !== 'Succeeded') {
    w.field('Status', `Terminating (lasts ${humanDuration(now - deleted)})`);
    w.field('Termination Grace Period', `${text(at(pod, 'metadata.deletionGracePeriodSeconds'))}s`);
  } else w.field('Status', status['phase']);
  if (text(status['reason']) !== '') w.field('Reason', status['reason']);
  if (text(status['message']) !== '') w.field('Message', status['message']);
}

function addresses(w: Writer, pod: Obj, spec: Obj, status: Obj): void {
  const seccomp = obj(at(spec, 'securityContext.seccompProfile'));
  if (seccomp['type'] !== undefined) w.field('SeccompProfile', seccomp['type']);
  if (seccomp['type'] === 'Localhost') w.field('LocalhostProfile', seccomp['localhostProfile']);
  w.field('IP', status['podIP']);
  const ips = objs(status['podIPs']);
  if (ips.length === 0) w.field('IPs', '<none>');
  else {
    w.write(0, 'IPs:\n');
    for (const ip of ips) w.field('IP', ip['ip'], 1);
  }
  const controller = controllerOf(pod);
  if (controller !== undefined) w.field('Controlled By', controller);
  if (text(status['nominatedNodeName']) !== '') w.field('NominatedNodeName', status['nominatedNodeName']);
}

function conditions(w: Writer, spec: Obj, status: Obj): void {
  const all = objs(status['conditions']);
  const gates = objs(spec['readinessGates']);
  if (gates.length > 0) {
    w.write(0, 'Readiness Gates:\n  Type\tStatus\n');
    for (const gate of gates)
      w.write(1, `${text(gate['conditionType'])} \t${text(all.find((each) => each['type'] === gate['conditionType'])?.['status']) || '<none>'} \n`);
  }
  if (all.length === 0) return;
  w.write(0, 'Conditions:\n  Type\tStatus\n');
  for (const each of all) w.write(1, `${text(each['type'])} \t${text(each['status'])} \n`);
}
