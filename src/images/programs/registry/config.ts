/** The registry's settings: its YAML file, then REGISTRY_… variables over it (distribution configuration/configuration.go). */
import { parseConfigYaml } from '../../../apimachinery/yaml-simple.ts';
import type { Process } from '../../../linux/process.ts';

/** `root` is the folder of the filesystem driver. */
export type RegistryConfig = {
  readonly address: string;
  readonly port: number;
  readonly root: string;
  readonly deletes: boolean;
  readonly readonly: boolean;
  readonly htpasswd?: { readonly realm: string; readonly path: string };
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** What it is a pull-through cache of. */
  readonly remote?: string;
  readonly accessLog: boolean;
};

type Tree = { readonly [key: string]: unknown };

/** Reads the file; throws Errno, YAMLParseError. */
export function readConfig(process: Process, path: string): RegistryConfig {
  const file = (parseConfigYaml(process.fs.read(path)) ?? {}) as Tree;
  const get = (...keys: string[]): string => {
    const fromEnv = process.env[`REGISTRY_${keys.map((key) => key.toUpperCase()).join('_')}`];
    if (fromEnv !== undefined) return fromEnv;
    const value = keys.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Tree)[key] : undefined), file);
    return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
  };
  const [, address = '', port = '5000'] = /^(.*?):(\d+)$/.exec(get('http', 'addr')) ?? [];
  const htpasswd = get('auth', 'htpasswd', 'path');
  const certificate = get('http', 'tls', 'certificate');
  const remote = get('proxy', 'remoteurl');
  return {
    address: address === '' || address === 'localhost' ? (address === '' ? '0.0.0.0' : '127.0.0.1') : address,
    port: Number(port),
    root: get('storage', 'filesystem', 'rootdirectory') || '/var/lib/registry',
    deletes: get('storage', 'delete', 'enabled') === 'true',
    readonly: get('storage', 'maintenance', 'readonly', 'enabled') === 'true',
    accessLog: get('log', 'accesslog', 'disabled') !== 'true',
    ...(htpasswd === '' ? {} : { htpasswd: { realm: get('auth', 'htpasswd', 'realm'), path: htpasswd } }),
    ...(certificate === '' ? {} : { tls: { certificate, key: get('http', 'tls', 'key') } }),
    ...(remote === '' ? {} : { remote: remote.replace(/\/$/, '') }),
  };
}
