/** registry: the program of the images registry:2 and registry:3 (distribution cmd/registry). */
import { YAMLParseError } from 'yaml';
import { Errno, isErrno } from '../../../linux/errno.ts';
import { serve } from '../../../linux/network.ts';
import type { Process } from '../../../linux/process.ts';
import type { Program } from '../../../linux/program.ts';
import { httpProtocol } from '../../../linux/protocols.ts';
import type { Routine } from '../../../sim/routine.ts';
import { execCommand, log, waitForSignal } from '../service.ts';
import { type RegistryConfig, readConfig } from './config.ts';
import { collectGarbage } from './garbage.ts';
import { goTime, newHandler } from './serve.ts';

const version = '2.8.3';

/** /entrypoint.sh: a file alone is served. */
export const registryEntrypoint: Program = function* (argv, process) {
  const words = argv.slice(1);
  return yield* execCommand(process, /\.ya?ml$/.test(words[0] ?? '') ? ['registry', 'serve', ...words] : words);
};

/** `serve` and `garbage-collect`, with the configuration's path. */
export const registry: Program = function* (argv, process) {
  const [command, ...words] = argv.slice(1);
  if (command === '--version' || command === '-v') {
    yield* process.print(`registry github.com/docker/distribution ${version}\n`);
    return 0;
  }
  const path = words.find((word) => !word.startsWith('-')) ?? process.env['REGISTRY_CONFIGURATION_PATH'];
  if (command !== 'serve' && command !== 'garbage-collect') {
    yield* process.print(
      '`registry`\n\nUsage:\n  registry [flags]\n  registry [command]\n\nAvailable Commands:\n  garbage-collect `garbage-collect` deletes layers not referenced by any manifests\n  help            Help about any command\n  serve           `serve` stores and distributes Docker images\n\nFlags:\n  -h, --help      help for registry\n  -v, --version   show the version and exit\n\nUse "registry [command] --help" for more information about a command.\n',
    );
    return 0;
  }
  if (path === undefined) return yield* noConfig(process, 'configuration path unspecified');
  let config: RegistryConfig;
  try {
    config = readConfig(process, path);
  } catch (error) {
    if (error instanceof YAMLParseError) return yield* noConfig(process, `error parsing ${path}: yaml: ${error.message.split('\n')[0]}`);
    if (error instanceof Errno) return yield* noConfig(process, `open ${path}: ${error.message.toLowerCase()}`);
    throw error;
  }
  if (command === 'garbage-collect') {
    const has = (...names: string[]): boolean => words.some((word) => names.includes(word));
    return yield* collectGarbage(process, config, { dryRun: has('-d', '--dry-run'), untagged: has('-m', '--delete-untagged', '--delete-untagged=true') });
  }
  return yield* run(process, config);
};

function* noConfig(process: Process, why: string): Routine<number> {
  yield* process.printError(`configuration error: ${why}\n`);
  yield* process.print('Usage:\n  registry serve <config> [flags]\nFlags:\n  -h, --help   help for serve\n\n');
  return 1;
}

function* run(process: Process, config: RegistryConfig): Routine<number> {
  const id = process.sim.random.uuid();
  const say = (level: string, text: string): Routine =>
    log(process, `time="${goTime(process)}" level=${level} msg="${text}" go.version=go1.20.8 instance.id=${id} service=registry version=${version} `, 2);
  if (config.tls && !(process.fs.exists(config.tls.certificate) && process.fs.exists(config.tls.key))) {
    const missing = process.fs.exists(config.tls.certificate) ? config.tls.key : config.tls.certificate;
    yield* say('fatal', `open ${missing}: no such file or directory`);
    return 1;
  }
  if (process.env['REGISTRY_HTTP_SECRET'] === undefined)
    yield* say(
      'warning',
      'No HTTP secret provided - generated random secret. This may cause problems with uploads if multiple registries are behind a load-balancer. To provide a shared secret, fill in http.secret in the configuration file or set the REGISTRY_HTTP_SECRET environment variable.',
    );
  if (config.htpasswd) yield* say('info', `configuring auth: htpasswd (${config.htpasswd.path})`);
  const certificate = config.tls?.certificate;
  let listener: { close(): void };
  try {
    listener = process.namespaces.network.listen({
      transport: 'tcp',
      address: config.address,
      port: config.port,
      pid: process.pid,
      servers: new Map([serve(httpProtocol, { tls: certificate !== undefined, handle: newHandler(process, config) })]),
      ...(certificate === undefined ? {} : { tls: () => ({ certificate: process.fs.read(certificate) }) }),
    });
  } catch (error) {
    if (!isErrno(error, 'EADDRINUSE')) throw error;
    yield* say('fatal', `listen tcp :${config.port}: bind: address already in use`);
    return 1;
  }
  try {
    process.allocate(9_000_000);
    yield* say('info', `listening on [::]:${config.port}${certificate === undefined ? '' : ', tls'}`);
    yield* waitForSignal(process);
    return 0;
  } finally {
    listener.close();
  }
}
