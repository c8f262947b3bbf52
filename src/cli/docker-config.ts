/** ~/.docker/config.json, where `login` of docker and nerdctl keeps names and passwords (docker/cli cli/config). */
import { readAll } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';

type Config = { readonly auths?: Readonly<Record<string, { readonly auth?: string }>>; readonly currentContext?: string };

/** Under which Docker Hub's login stands. */
export const hubKey = 'https://index.docker.io/v1/';

/** Its path; DOCKER_CONFIG names another folder. */
export const configPath = ({ env }: Process): string => `${env['DOCKER_CONFIG'] || `${env['HOME'] ?? '/root'}/.docker`}/config.json`;

/** Docker Hub has an address of its own there. */
export const configKey = (host: string): string => (host === 'docker.io' || host === '' ? hubKey : host);

/** Empty where there is no file. */
export function readConfig(process: Process): Config {
  const path = configPath(process);
  return process.fs.exists(path) ? (JSON.parse(process.fs.read(path)) as Config) : {};
}

/** Readable by its owner alone, as it holds passwords. */
export function writeConfig(process: Process, config: Config): void {
  const path = configPath(process);
  process.fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true, mode: 0o700 });
  process.fs.write(path, JSON.stringify(config, null, '\t'), { mode: 0o600 });
}

/** As they were typed. */
export type Credentials = { readonly username: string; readonly password: string };

/** Name and password for a registry, if there are any. */
export function readCredentials(process: Process, host: string): Credentials | undefined {
  const auth = readConfig(process).auths?.[configKey(host)]?.auth;
  if (auth === undefined) return undefined;
  const text = Buffer.from(auth, 'base64').toString();
  const colon = text.indexOf(':');
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Keeps them, unless they are known already, with the warning that they lie there for all to read. */
export function* storeCredentials(process: Process, host: string, { username, password }: Credentials, old = false): Routine {
  const config = readConfig(process);
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  if (config.auths?.[configKey(host)]?.auth === auth) return;
  const auths = Object.entries({ ...config.auths, [configKey(host)]: { auth } }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeConfig(process, { ...config, auths: Object.fromEntries(auths) });
  yield* process.printError(
    old
      ? `WARNING! Your password will be stored unencrypted in ${configPath(process)}.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/engine/reference/commandline/login/#credentials-store\n\n`
      : `\nWARNING! Your credentials are stored unencrypted in '${configPath(process)}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n\n`,
  );
}

/** False when there was nothing to forget. */
export function forgetCredentials(process: Process, host: string): boolean {
  const config = readConfig(process);
  const { [configKey(host)]: gone, ...auths } = config.auths ?? {};
  if (gone === undefined) return false;
  writeConfig(process, { ...config, auths });
  return true;
}

/** A password from standard input, without the end of its line. */
export function* passwordFromStdin(process: Process): Routine<string> {
  return (yield* readAll(process.stdin)).replace(/\r?\n$/, '');
}

/** Asks at the terminal; a secret is not shown. */
export function* prompt(process: Process, question: string, secret = false): Routine<string> {
  yield* process.print(question);
  if (secret) process.tty?.set({ echo: false });
  try {
    return ((yield* process.stdin.read()) ?? '').replace(/\r?\n$/, '');
  } finally {
    if (secret) {
      process.tty?.set({ echo: true });
      yield* process.print('\n');
    }
  }
}
