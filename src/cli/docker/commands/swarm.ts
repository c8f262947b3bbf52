/** What docker has for a swarm, on a machine that is in none: the daemon refuses, and only `swarm init` and `join` would change that. */
import type { FlagSpec } from '../../flags.ts';
import { bool, CliError, type Context, command, type DockerCommand, list } from '../context.ts';
import { notSimulated } from './unsimulated.ts';

const noManager = 'node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';

/** Names with how many arguments each takes at least. */
const groups: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  config: { create: 2, inspect: 1, ls: 0, rm: 1 },
  node: { demote: 1, inspect: 1, ls: 0, promote: 1, ps: 0, rm: 1, update: 1 },
  secret: { create: 1, inspect: 1, ls: 0, rm: 1 },
  service: { create: 1, inspect: 1, logs: 1, ls: 0, ps: 1, rm: 1, rollback: 1, scale: 1, update: 1 },
  stack: { config: 0, deploy: 1, ls: 0, ps: 1, rm: 1, services: 1 },
};

/** The flags that people type; `?` ends one that takes no value. */
const flagNames: Readonly<Record<string, string>> = {
  ls: 'filter,f format quiet,q?',
  ps: 'filter,f format no-resolve? no-trunc? quiet,q?',
  services: 'filter,f format quiet,q?',
  inspect: 'format,f pretty?',
  rm: 'force,f? detach,d?',
  logs: 'follow,f? tail,n timestamps,t? since raw? no-trunc? details?',
  'service create': 'name replicas publish,p network mount env,e constraint mode label,l detach,d? limit-cpu limit-memory secret config quiet,q?',
  'service update': 'image replicas force? env-add publish-add label-add detach,d? quiet,q? rollback?',
  'service scale': 'detach,d?',
  'node update': 'availability role label-add label-rm',
  'stack deploy': 'compose-file,c detach,d? prune? quiet,q? resolve-image with-registry-auth?',
  'config create': 'label,l',
  'secret create': 'label,l driver,d',
  'swarm join-token': 'quiet,q? rotate?',
  'swarm update': 'autolock? cert-expiry task-history-limit',
  'checkpoint create': 'checkpoint-dir leave-running?',
};

const flagsOf = (group: string, name: string): FlagSpec[] =>
  (flagNames[`${group} ${name}`] ?? flagNames[name] ?? '')
    .split(' ')
    .filter(Boolean)
    .map((each) => (each.endsWith('?') ? bool(each.slice(0, -1), '') : list(each, '')));

/** A command that needs a manager. */
const refused = (group: string, name: string, least: number): DockerCommand =>
  command(name, '', '[OPTIONS]', [least, Number.POSITIVE_INFINITY], flagsOf(group, name), function* (context: Context) {
    if (group === 'stack' && name === 'config') throw new CliError('k8s-lab: docker stack config is not simulated', 70);
    context.client();
    if (name === 'inspect') yield* context.print('[]\n');
    throw new CliError(`Error response from daemon: This ${noManager}`);
  });

/** config, node, secret, service, stack: not listed by help until the machine is in a swarm. */
export const swarmGroups: readonly DockerCommand[] = Object.entries(groups).map(([group, names]) => ({
  name: group,
  short: '',
  hidden: true,
  commands: Object.entries(names).map(([name, least]) => refused(group, name, least)),
}));

const leave = command('leave', 'Leave the swarm', '[OPTIONS]', [0, 0], [], function* (context) {
  yield* [];
  context.client();
  throw new CliError('Error response from daemon: This node is not part of a swarm');
});

/** `docker swarm`. */
export const swarm: DockerCommand = {
  name: 'swarm',
  short: 'Manage Swarm',
  commands: [
    notSimulated('swarm init', 'Initialize a swarm'),
    notSimulated('swarm join', 'Join a swarm as a node and/or manager'),
    ...['ca', 'join-token', 'unlock', 'unlock-key', 'update'].map((name) => ({ ...refused('swarm', name, 0), hidden: true })),
    { ...leave, hidden: true },
  ],
};

const experimental = (name: string, least: number): DockerCommand =>
  command(name, '', '[OPTIONS] CONTAINER', [least, least], flagsOf('checkpoint', name), function* (context) {
    yield* [];
    context.client();
    throw new CliError(`docker checkpoint ${name} is only supported on a Docker daemon with experimental features enabled`);
  });

/** `docker checkpoint` needs a daemon that runs with experimental features. */
export const checkpoint: DockerCommand = {
  name: 'checkpoint',
  short: 'Manage checkpoints',
  hidden: true,
  commands: [experimental('create', 2), experimental('ls', 1), experimental('rm', 2)],
};
