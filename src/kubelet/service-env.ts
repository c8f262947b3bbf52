import type { Service } from '../api/types.ts';

/** FOO_SERVICE_HOST and the Docker-like variables of the namespace's services: kubernetes pkg/kubelet/envvars, getServiceEnvVarMap. */
export function serviceEnvironment(services: readonly Service[], namespace: string, links: boolean): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const service of services) {
    const { clusterIP } = service.spec;
    if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None') continue;
    const isMaster = service.metadata.namespace === 'default' && service.metadata.name === 'kubernetes';
    if (!isMaster && !(links && service.metadata.namespace === namespace)) continue;
    // The namespace's own service of that name wins over the master one.
    if (isMaster && namespace !== 'default' && services.some((each) => links && each.metadata.namespace === namespace && each.metadata.name === 'kubernetes'))
      continue;
    addService(result, service, clusterIP);
  }
  return result;
}

function addService(result: Map<string, string>, service: Service, ip: string): void {
  const name = variableName(service.metadata.name ?? '');
  const ports = service.spec.ports ?? [];
  result.set(`${name}_SERVICE_HOST`, ip);
  if (ports[0]) result.set(`${name}_SERVICE_PORT`, String(ports[0].port));
  for (const port of ports) if (port.name) result.set(`${name}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
  ports.forEach((port, index) => {
    const protocol = port.protocol ?? 'TCP';
    const url = `${protocol.toLowerCase()}://${ip}:${port.port}`;
    const prefix = `${name}_PORT_${port.port}_${protocol}`;
    if (index === 0) result.set(`${name}_PORT`, url);
    result.set(prefix, url);
    result.set(`${prefix}_PROTO`, protocol.toLowerCase());
    result.set(`${prefix}_PORT`, String(port.port));
    result.set(`${prefix}_ADDR`, ip);
  });
}

const variableName = (text: string): string => text.toUpperCase().replaceAll('-', '_');
