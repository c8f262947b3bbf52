/** create service: kubernetes kubectl/pkg/cmd/create/create_service.go. */
import { validateDnsSubdomain, validatePortName, validatePortNumber } from '../../../../apimachinery/names.ts';
import type { Routine } from '../../../../sim/routine.ts';
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { defined, type Obj } from '../../json.ts';
import type { Kubectl } from '../../kubectl.ts';
import { createObject } from './generator.ts';

export const createService: CommandEntry = { path: 'create service', aliases: ['svc'], short: 'Create a service using a specified subcommand' };

export const createServiceClusterIp: CommandEntry = {
  path: 'create service clusterip',
  short: 'Create a ClusterIP service',
  examples: '# Port 80 of the service leads to 8080 of the pods\nkubectl create service clusterip web --tcp=80:8080',
  *run(k) {
    k.requireName();
    if (k.flags.list('tcp').length === 0 && k.flags.text('clusterip') !== 'None') throw new KubectlError('at least one tcp port specifier must be provided');
    yield* create(k, 'ClusterIP', { clusterIP: k.flags.text('clusterip') || undefined });
  },
};

export const createServiceNodePort: CommandEntry = {
  path: 'create service nodeport',
  short: 'Create a NodePort service',
  examples: '# The same port on every node\nkubectl create service nodeport web --tcp=80 --node-port=30080',
  *run(k) {
    needsPorts(k);
    yield* create(k, 'NodePort', {});
  },
};

export const createServiceLoadBalancer: CommandEntry = {
  path: 'create service loadbalancer',
  short: 'Create a LoadBalancer service',
  examples: '# An address from outside the cluster\nkubectl create service loadbalancer web --tcp=80',
  *run(k) {
    needsPorts(k);
    yield* create(k, 'LoadBalancer', {});
  },
};

export const createServiceExternalName: CommandEntry = {
  path: 'create service externalname',
  short: 'Create an ExternalName service',
  examples: '# Another name for a host\nkubectl create service externalname db --external-name=db.example.com',
  required: ['external-name'],
  *run(k) {
    const external = k.flags.text('external-name');
    if (validateDnsSubdomain(external).length > 0) throw new KubectlError(`invalid service external name ${external}`);
    yield* create(k, 'ExternalName', { externalName: k.flags.text('external-name') });
  },
};

function needsPorts(k: Kubectl): void {
  k.requireName();
  if (k.flags.list('tcp').length === 0) throw new KubectlError('at least one tcp port specifier must be provided');
}

function* create(k: Kubectl, type: string, more: Obj): Routine {
  const name = k.requireName();
  const ports = k.flags.list('tcp').map((port) => servicePort(port, k.flags.number('node-port')));
  const labels = { app: name };
  const spec = defined({ ports: ports.length > 0 ? ports : undefined, selector: labels, ...more, type });
  yield* createObject(k, () => ({ kind: 'Service', apiVersion: 'v1', metadata: { name, labels }, spec, status: { loadBalancer: {} } }), {
    failure: `${type} service`,
  });
}

function servicePort(text: string, nodePort: number): Obj {
  const [portText = '', targetText] = text.split(':');
  const port = portNumber(portText);
  const targetPort = targetText === undefined ? port : /^\d+$/.test(targetText) ? Number(targetText) : targetText;
  const problems = targetPort === port ? [] : typeof targetPort === 'number' ? validatePortNumber(targetPort) : validatePortName(targetPort);
  if (problems.length > 0) throw new KubectlError(problems.join(','));
  return defined({ name: text.replaceAll(':', '-'), protocol: 'TCP', port, targetPort, nodePort: nodePort > 0 ? nodePort : undefined });
}

function portNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new KubectlError(`strconv.ParseUint: parsing "${text}": invalid syntax`);
  const port = Number(text);
  if (port > 65535) throw new KubectlError(`strconv.ParseUint: parsing "${text}": value out of range`);
  return port;
}
