/** ~/.docker/config.json, where `login` keeps names and passwords. */
import { Buffer } from 'node:buffer';
import type { Context } from './context.ts';

type Config = { auths?: Record<string, { auth?: string }> };

const configPath = ({ process }: Context): string => `${process.env['DOCKER_CONFIG'] ?? `${process.env['HOME'] ?? '/root'}/.docker`}/config.json`;
/** Docker Hub has an address of its own there. */
export const configKey = (host: string): string => (host === 'docker.io' || host === '' ? 'https://index.docker.io/v1/' : host);

export function readConfig(context: Context): Config {
  const path = configPath(context);
  return context.process.fs.exists(path) ? (JSON.parse(context.process.fs.read(path)) as Config) : {};
}

export function writeConfig(context: Context, config: Config): void {
  const path = configPath(context);
  context.process.fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true, mode: 0o700 });
  context.process.fs.write(path, JSON.stringify(config, null, '\t'), { mode: 0o600 });
}

/** `user:password` for a registry, if there is one. */
export function readCredentials(context: Context, host: string): string | undefined {
  const auth = readConfig(context).auths?.[configKey(host)]?.auth;
  return auth === undefined ? undefined : Buffer.from(auth, 'base64').toString('utf8');
}
