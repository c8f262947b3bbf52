/** Containers of pods and pod templates: kubernetes kubectl/pkg/describe/describe.go. */
import { cpuMillis, wholeValue } from '../../../apimachinery/quantity.ts';
import { at, entriesOf, list, type Obj, obj, objs, text, texts } from '../json.ts';
import { bool, orNone, rfc1123, type Writer } from './writer.ts';

type ContainerGroup = {
  readonly label: string;
  readonly containers: readonly Obj[];
  readonly statuses: readonly Obj[];
  readonly pod?: Obj;
  readonly indent?: string;
};

export function describeContainers(w: Writer, { label, containers, statuses, pod, indent = '' }: ContainerGroup): void {
  w.write(0, `${indent}${label}:${containers.length === 0 ? ' <none>' : ''}\n`);
  for (const container of containers) {
    const status = statuses.find((each) => each['name'] === container['name']);
    basics(w, container, status, indent);
    for (const [title, key] of [
      ['Command', 'command'],
      ['Args', 'args'],
    ] as const) {
      if (list(container[key]).length === 0) continue;
      w.write(2, `${title}:\n`);
      for (const line of texts(container[key]).flatMap((word) => word.split('\n'))) w.write(3, `${line}\n`);
    }
    if (status) describeStatus(w, status);
    resources(w, obj(container['resources']));
    for (const probe of ['liveness', 'readiness', 'startup']) {
      const found = container[`${probe}Probe`];
      if (found) w.field(`${probe[0]?.toUpperCase()}${probe.slice(1)}`, probeText(obj(found)), 2);
    }
    if (list(container['envFrom']).length > 0) environmentFrom(w, objs(container['envFrom']));
    environment(w, container, pod);
    mounts(w, container);
  }
}

function basics(w: Writer, container: Obj, status: Obj | undefined, indent: string): void {
  w.write(1, `${indent === '' ? '' : ' '}${text(container['name'])}:\n`);
  if (status) w.field('Container ID', status['containerID'], 2);
  w.field('Image', container['image'], 2);
  if (status) w.field('Image ID', status['imageID'], 2);
  const ports = objs(container['ports']);
  const named = (number: unknown, port: Obj): string =>
    `${text(number ?? 0)}/${text(port['protocol'] ?? 'TCP')}${port['name'] ? ` (${text(port['name'])})` : ''}`;
  const [plural, portText] = [ports.length > 1 ? 's' : '', ports.map((port) => named(port['containerPort'], port)).join(', ')];
  w.field(`Port${plural}`, orNone(portText), 2);
  w.field(`Host Port${plural}`, orNone(ports.map((port) => named(port['hostPort'], port)).join(', ')), 2);
  const seccomp = obj(at(container, 'securityContext.seccompProfile'));
  if (seccomp['type'] !== undefined) w.field('SeccompProfile', seccomp['type'], 2);
  if (seccomp['type'] === 'Localhost') w.field('LocalhostProfile', seccomp['localhostProfile'], 2);
}

function describeStatus(w: Writer, status: Obj): void {
  state(w, 'State', obj(status['state']));
  if (at(status, 'lastState.terminated') !== undefined) state(w, 'Last State', obj(status['lastState']));
  w.field('Ready', bool(status['ready']), 2);
  w.field('Restart Count', status['restartCount'] ?? 0, 2);
}

function state(w: Writer, title: string, value: Obj): void {
  const [running, waiting, ended] = [value['running'], value['waiting'], value['terminated']].map((each) => (each === undefined ? undefined : obj(each)));
  w.field(title, running ? 'Running' : ended ? 'Terminated' : 'Waiting', 2);
  if (running) w.field('Started', rfc1123(running['startedAt']), 3);
  else if (waiting && text(waiting['reason']) !== '') w.field('Reason', waiting['reason'], 3);
  if (!ended) return;
  for (const key of ['reason', 'message']) if (text(ended[key]) !== '') w.field(key === 'reason' ? 'Reason' : 'Message', ended[key], 3);
  w.field('Exit Code', ended['exitCode'] ?? 0, 3);
  if (Number(ended['signal'] ?? 0) > 0) w.field('Signal', ended['signal'], 3);
  w.field('Started', rfc1123(ended['startedAt']), 3);
  w.field('Finished', rfc1123(ended['finishedAt']), 3);
}

/** Limits and requests at a level. */
function resources(w: Writer, value: Obj, level = 2): void {
  for (const [title, key] of [
    ['Limits', 'limits'],
    ['Requests', 'requests'],
  ] as const) {
    const pairs = entriesOf(value[key]);
    if (pairs.length === 0) continue;
    w.write(level, `${title}:\n`);
    for (const [name, quantity] of pairs) w.field(name, quantity, level + 1);
  }
}

function probeText(probe: Obj): string {
  const times = `delay=${text(probe['initialDelaySeconds'] ?? 0)}s timeout=${text(probe['timeoutSeconds'] ?? 0)}s period=${text(probe['periodSeconds'] ?? 0)}s #success=${text(probe['successThreshold'] ?? 0)} #failure=${text(probe['failureThreshold'] ?? 0)}`;
  const [exec, http, tcp, grpc] = [probe['exec'], probe['httpGet'], probe['tcpSocket'], probe['grpc']].map((each) =>
    each === undefined ? undefined : obj(each),
  );
  if (exec) return `exec [${texts(exec['command']).join(' ')}] ${times}`;
  if (http) {
    const path = text(http['path']);
    return `http-get ${text(http['scheme'] ?? 'HTTP').toLowerCase()}://${text(http['host'])}:${text(http['port'])}${path === '' || path.startsWith('/') ? path : `/${path}`} ${times}`;
  }
  if (tcp) return `tcp-socket ${text(tcp['host'])}:${text(tcp['port'])} ${times}`;
  if (grpc) return `grpc <pod>:${text(grpc['port'])} ${text(grpc['service'])} ${times}`;
  return `unknown ${times}`;
}

function environmentFrom(w: Writer, sources: readonly Obj[]): void {
  w.write(2, 'Environment Variables from:\n');
  for (const source of sources) {
    const [kind, ref] = source['configMapRef'] ? ['ConfigMap', obj(source['configMapRef'])] : ['Secret', obj(source['secretRef'])];
    const prefix = text(source['prefix']);
    w.write(3, `${text(ref['name'])}\t${kind}${prefix === '' ? '' : ` with prefix '${prefix}'`}\tOptional: ${ref['optional'] === true}\n`);
  }
}

function environment(w: Writer, container: Obj, pod: Obj | undefined): void {
  const env = objs(container['env']);
  w.write(2, `Environment:${env.length === 0 ? '\t<none>' : ''}\n`);
  for (const variable of env) {
    const name = text(variable['name']);
    if (variable['valueFrom'] !== undefined) {
      w.write(3, `${name}:\t${sourceText(obj(variable['valueFrom']), container, pod)}\n`);
      continue;
    }
    text(variable['value'])
      .split('\n')
      .forEach((line, i) => {
        w.write(3, i === 0 ? `${name}:\t${line}\n` : `\t${line}\n`);
      });
  }
}

function sourceText(source: Obj, container: Obj, pod: Obj | undefined): string {
  const [field, resource, secret, configMap] = [source['fieldRef'], source['resourceFieldRef'], source['secretKeyRef'], source['configMapKeyRef']].map(
    (each) => (each === undefined ? undefined : obj(each)),
  );
  if (field) return `${pod ? fieldValue(pod, text(field['fieldPath'])) : ''} (${text(field['apiVersion'] ?? 'v1')}:${text(field['fieldPath'])})`;
  if (resource) return `${resourceValue(resource, container)} (${text(resource['resource'])})`;
  if (secret) return `<set to the key '${text(secret['key'])}' in secret '${text(secret['name'])}'>\tOptional: ${secret['optional'] === true}`;
  if (configMap) return `<set to the key '${text(configMap['key'])}' of config map '${text(configMap['name'])}'>\tOptional: ${configMap['optional'] === true}`;
  return '';
}

/** Only metadata can be seen from here, and no single label (fieldpath.ExtractFieldPathAsString). */
function fieldValue(pod: Obj, path: string): string {
  return path.startsWith('metadata.') && !path.includes('[') ? text(at(pod, path)) : '';
}

function resourceValue(ref: Obj, container: Obj): string {
  const [kind = '', name = ''] = text(ref['resource']).split('.');
  const quantity = obj(at(container, `resources.${kind}`))[name];
  if (quantity === undefined) return 'node allocatable';
  const divisor = text(ref['divisor']);
  if (name === 'cpu') return String(Math.ceil(cpuMillis(text(quantity)) / (divisor === '1m' ? 1 : 1000)));
  return String(Math.ceil(wholeValue(text(quantity)) / (divisor === '' || divisor === '0' ? 1 : wholeValue(divisor))));
}

function mounts(w: Writer, container: Obj): void {
  const all = [...objs(container['volumeMounts'])].sort((a, b) => (text(a['mountPath']) < text(b['mountPath']) ? -1 : 1));
  w.write(2, `Mounts:${all.length === 0 ? '\t<none>' : ''}\n`);
  for (const mount of all) {
    const flags = [mount['readOnly'] === true ? 'ro' : 'rw', ...(text(mount['subPath']) === '' ? [] : [`path="${text(mount['subPath'])}"`])];
    w.write(3, `${text(mount['mountPath'])} from ${text(mount['name'])} (${flags.join(',')})\n`);
  }
  const devices = objs(container['volumeDevices']);
  if (devices.length === 0) return;
  w.write(2, 'Devices:\n');
  for (const device of devices) w.write(3, `${text(device['devicePath'])} from ${text(device['name'])}\n`);
}
