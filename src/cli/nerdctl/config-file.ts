/** /etc/nerdctl/nerdctl.toml: other defaults of the global flags (nerdctl pkg/config, cmd/nerdctl/main.go initRootCmdFlags). */
import { parseToml, TomlError, type TomlValue } from '../../apimachinery/toml.ts';
import type { Process } from '../../linux/process.ts';
import type { FlagSpec } from '../flags.ts';
import { NerdctlError } from './context.ts';

type Kind = 'string' | 'bool' | '[]string';

/** Key, field of the Go struct, type. */
const keys: readonly (readonly [key: string, field: string, kind: Kind])[] = [
  ['debug', 'Debug', 'bool'],
  ['debug_full', 'DebugFull', 'bool'],
  ['address', 'Address', 'string'],
  ['namespace', 'Namespace', 'string'],
  ['snapshotter', 'Snapshotter', 'string'],
  ['cni_path', 'CNIPath', 'string'],
  ['cni_netconfpath', 'CNINetConfPath', 'string'],
  ['data_root', 'DataRoot', 'string'],
  ['cgroup_manager', 'CgroupManager', 'string'],
  ['insecure_registry', 'InsecureRegistry', 'bool'],
  ['hosts_dir', 'HostsDir', '[]string'],
  ['experimental', 'Experimental', 'bool'],
  ['host_gateway_ip', 'HostGatewayIP', 'string'],
  ['bridge_ip', 'BridgeIP', 'string'],
  ['kube_hide_dupe', 'KubeHideDupe', 'bool'],
  ['cdi_spec_dirs', 'CDISpecDirs', '[]string'],
  ['userns_remap', 'UsernsRemap', 'string'],
  ['dns', 'DNS', '[]string'],
  ['dns_opts', 'DNSOpts', '[]string'],
  ['dns_search', 'DNSSearch', '[]string'],
  ['disable_hc_systemd', 'DisableHCSystemd', 'bool'],
];

/** The flags with the defaults of the file that $NERDCTL_TOML names; throws NerdctlError for what it cannot read. */
export function withFile<T extends FlagSpec>(flags: readonly T[], process: Process): readonly T[] {
  const path = process.env['NERDCTL_TOML'] ?? '/etc/nerdctl/nerdctl.toml';
  if (!process.fs.exists(path)) return flags;
  const settings = read(process.fs.read(path), path);
  return flags.map((spec) => {
    const value = settings.get(spec.name);
    return value === undefined ? spec : { ...spec, default: Array.isArray(value) ? value.join(',') : String(value) };
  });
}

function read(text: string, path: string): ReadonlyMap<string, TomlValue> {
  const wrong = (problem: string): NerdctlError =>
    new NerdctlError(
      `failed to load nerdctl config (not daemon config) from ${JSON.stringify(path)} (Hint: don't mix up daemon's \`config.toml\` with \`nerdctl.toml\`): ${problem}`,
    );
  const found = new Map<string, TomlValue>();
  let strict = false;
  for (const [key, value] of Object.entries(root(text, wrong))) {
    const known = keys.find(([name]) => name === key);
    if (!known) strict = true;
    else if (kindOf(value) !== known[2])
      throw wrong(`toml: cannot decode TOML ${tomlKind(value)} into struct field config.Config.${known[1]} of type ${known[2]}`);
    else found.set(key.replaceAll('_', '-'), value);
  }
  // Told at the end: what is of a wrong type is found on the way.
  if (strict) throw wrong('strict mode: fields in the document are missing in the target struct');
  return found;
}

function root(text: string, wrong: (problem: string) => NerdctlError): object {
  try {
    return parseToml(text).root;
  } catch (error) {
    if (error instanceof TomlError) throw wrong(`toml: ${error.message}`);
    throw error;
  }
}

const kindOf = (value: TomlValue): string => (Array.isArray(value) ? '[]string' : typeof value === 'boolean' ? 'bool' : typeof value);

const tomlKind = (value: TomlValue): string => {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
  return typeof value === 'object' ? 'table' : typeof value;
};
