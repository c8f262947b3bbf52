/** What JSON does not tell of the API's Go types: which objects are structs, and what an absent key of a map is (moby api/types). */
import { sprintValue } from '../../apimachinery/go-printf.ts';
import { isObject } from '../../apimachinery/patch/json-value.ts';

/** Fields of a struct in their order, by the names that lead to it: a list and a map tell of their elements. Absent texts are ''. */
const structs: Readonly<Record<string, readonly string[]>> = {
  RestartPolicy: ['Name', 'MaximumRetryCount'],
  LogConfig: ['Type', 'Config'],
  Mounts: ['Type', 'Name', 'Source', 'Destination', 'Driver', 'Mode', 'RW', 'Propagation'],
  PortBindings: ['HostIp', 'HostPort'],
  Ports: ['HostIp', 'HostPort'],
  IPAM: ['Driver', 'Options', 'Config'],
  'IPAM.Config': ['Subnet', 'IPRange', 'Gateway', 'AuxiliaryAddresses'],
  ExposedPorts: [],
  Volumes: [],
};
const elements: ReadonlySet<string> = new Set(['Mounts', 'PortBindings', 'Ports', 'IPAM.Config', 'ExposedPorts', 'Volumes']);
const textMaps: ReadonlySet<string> = new Set(['Labels', 'Options', 'Sysctls', 'Annotations', 'DriverOpts', 'Tmpfs', 'AuxiliaryAddresses']);

/** `{no 0}`; undefined for what is no struct. */
export function shown(names: readonly string[], value: unknown): string | undefined {
  const name = [names.slice(-2).join('.'), names.at(-1) ?? ''].find((each) => structs[each] !== undefined && Object.hasOwn(structs, each));
  return name === undefined || typeof value !== 'object' ? undefined : elements.has(name) ? ofElements(name, value) : struct(name, value);
}

function ofElements(name: string, value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => struct(name, each)).join(' ')}]`;
  const entries = Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, each]) => `${key}:${Array.isArray(each) ? ofElements(name, each) : each === null ? '[]' : struct(name, each)}`).join(' ')}]`;
}

function struct(name: string, value: unknown): string {
  const fields = (structs[name] ?? []).map((field) => {
    const each = isObject(value) ? value[field] : undefined;
    if (each === undefined || each === null) return textMaps.has(field) ? 'map[]' : '';
    return shown([name, field], each) ?? sprintValue(each);
  });
  return `{${fields.join(' ')}}`;
}

/** A map of texts has '' where it has nothing. */
export const zero = (name: string): unknown => (textMaps.has(name) ? '' : undefined);
