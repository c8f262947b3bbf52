/** nerdctl info, version, events, system prune; login, logout; build. */
import { missingProgram, runChild } from '../../child.ts';
import { configKey, forgetCredentials, passwordFromStdin, prompt, storeCredentials } from '../../docker-config.ts';
import { bool, type Context, type NerdctlCommand, NerdctlError, needArgs, slice, text } from '../context.ts';
import { bytesSize, rendered } from '../output.ts';
import { checkLogin } from '../registry.ts';
import { pruneImages } from './image-upkeep.ts';
import { confirmed, pruneContainers } from './lifecycle.ts';
import { pruneNetworks } from './networks.ts';
import { pruneVolumes } from './volumes.ts';

const format = text('format,f', "Format the output using the given Go template, e.g, '{{json .}}'");

function infoOf(context: Context) {
  const client = context.client();
  const { kernel } = context.process;
  const { fs } = context.process;
  const release = fs.exists('/etc/os-release') ? /^PRETTY_NAME="?([^"\n]*)/m.exec(fs.read('/etc/os-release'))?.[1] : undefined;
  const snapshotters = client
    .plugins()
    .filter(({ type, status }) => type === 'io.containerd.snapshotter.v1' && status === 'ok')
    .map(({ id }) => id);
  return {
    ID: client.version().uuid ?? '',
    Driver: context.snapshotter,
    Plugins: { Log: ['fluentd', 'journald', 'json-file', 'none', 'syslog'], Storage: snapshotters.sort() },
    LoggingDriver: 'json-file',
    CgroupDriver: context.global.text('cgroup-manager'),
    CgroupVersion: '2',
    KernelVersion: kernel.release,
    OperatingSystem: release ?? 'Linux',
    OSType: 'linux',
    Architecture: 'x86_64',
    NCPU: kernel.cpus,
    MemTotal: kernel.memoryBytes,
    Name: kernel.hostname,
    ServerVersion: `v${client.version().version.replace(/^v/, '')}`,
    SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
  };
}

export const info: NerdctlCommand = {
  name: 'info',
  short: 'Display system-wide information',
  flags: [text('mode', 'Information mode, "dockercompat" for Docker-compatible output, "native" for containerd-native output', 'dockercompat'), format],
  run: function* (context) {
    const all = infoOf(context);
    const template = context.flags.text('format');
    if (template !== '') {
      yield* context.print(rendered(context, template === 'json' ? '{{json .}}' : template, [all]));
      return 0;
    }
    const lines = [
      'Client:',
      ` Namespace:\t${context.namespace}`,
      ` Debug Mode:\t${context.global.bool('debug')}`,
      '',
      'Server:',
      ` Server Version: ${all.ServerVersion}`,
      ` Storage Driver: ${all.Driver}`,
      ` Logging Driver: ${all.LoggingDriver}`,
      ` Cgroup Driver: ${all.CgroupDriver}`,
      ` Cgroup Version: ${all.CgroupVersion}`,
      ' Plugins:',
      `  Log:     ${all.Plugins.Log.join(' ')}`,
      `  Storage: ${all.Plugins.Storage.join(' ')}`,
      ' Security Options:',
      '  seccomp',
      '   Profile: builtin',
      '  cgroupns',
      ` Kernel Version:   ${all.KernelVersion}`,
      ` Operating System: ${all.OperatingSystem}`,
      ` OSType:           ${all.OSType}`,
      ` Architecture:     ${all.Architecture}`,
      ` CPUs:             ${all.NCPU}`,
      ` Total Memory:     ${bytesSize(all.MemTotal)}`,
      ` Name:             ${all.Name}`,
      ` ID:               ${all.ID}`,
      '',
    ];
    yield* context.print(`${lines.join('\n')}\n`);
    return 0;
  },
};

export const version: NerdctlCommand = {
  name: 'version',
  short: 'Show the nerdctl version information',
  flags: [format],
  run: function* (context) {
    const missing = missingProgram(context.process, 'buildctl');
    if (missing !== undefined) yield* context.log('warning', 'unable to determine buildctl version', { error: missing });
    const [, , buildctl = '', commit = ''] =
      missing === undefined ? (yield* runChild(context.process, ['buildctl', '--version'])).stdout.trim().split(' ') : [];
    const own = { Version: 'v2.3.5', Os: 'linux', Arch: 'amd64', GitCommit: '347782c28efe1753d5cc9652f6304752ed431221' };
    const daemon = context.client().version();
    const template = context.flags.text('format');
    const server = [
      { Name: 'containerd', Version: `v${daemon.version.replace(/^v/, '')}`, Details: { GitCommit: daemon.revision } },
      { Name: 'runc', Version: '1.4.3', Details: { GitCommit: '' } },
    ];
    if (template !== '') {
      yield* context.print(
        rendered(context, template === 'json' ? '{{json .}}' : template, [
          {
            Client: { ...own, Components: [{ Name: 'buildctl', Version: buildctl, ...(commit === '' ? {} : { Details: { GitCommit: commit } }) }] },
            Server: { Components: server },
          },
        ]),
      );
      return 0;
    }
    yield* context.print(
      [
        'Client:',
        ` Version:\t${own.Version}`,
        ' OS/Arch:\tlinux/amd64',
        ` Git commit:\t${own.GitCommit}`,
        ' buildctl:',
        `  Version:\t${buildctl}`,
        ...(commit === '' ? [] : [`  GitCommit:\t${commit}`]),
        '',
        'Server:',
        ...server.flatMap(({ Name, Version, Details }) => [
          ` ${Name}:`,
          `  Version:\t${Version}`,
          ...(Details.GitCommit === '' ? [] : [`  GitCommit:\t${Details.GitCommit}`]),
        ]),
        '',
      ].join('\n'),
    );
    return 0;
  },
};

export const events: NerdctlCommand = {
  name: 'events',
  short: 'Get real time events from the server',
  flags: [
    text('format', "Format the output using the given Go template, e.g, '{{json .}}'"),
    slice('filter,f', 'Filter matches containers based on given conditions'),
  ],
  run: function* (context) {
    const channel = context.client().events();
    try {
      for (let event = yield* channel.receive(); event !== undefined; event = yield* channel.receive()) {
        const time = `${new Date(event.timestamp).toISOString().slice(0, 23).replace('T', ' ')}000000 +0000 UTC`;
        const template = context.flags.text('format');
        if (template === '') yield* context.print(`${time} ${event.namespace} ${event.topic} ${JSON.stringify(event.event)}\n`);
        else
          yield* context.print(
            rendered(context, template === 'json' ? '{{json .}}' : template, [
              { Timestamp: new Date(event.timestamp).toISOString(), Namespace: event.namespace, Topic: event.topic, Event: JSON.stringify(event.event) },
            ]),
          );
      }
    } finally {
      channel.break();
    }
    return 0;
  },
};

export const systemPrune: NerdctlCommand = {
  name: 'prune',
  short: 'Remove unused data',
  flags: [
    bool('all,a', 'Remove all unused images, not just dangling ones'),
    bool('force,f', 'Do not prompt for confirmation'),
    bool('volumes', 'Prune volumes'),
  ],
  run: function* (context) {
    const { flags } = context;
    const what = [
      'all stopped containers',
      'all networks not used by at least one container',
      ...(flags.bool('volumes') ? ['all volumes not used by at least one container'] : []),
    ];
    const warning = `This will remove:\n${[...what, flags.bool('all') ? 'all images without at least one container associated to them' : 'all dangling images', 'all build cache'].map((each) => `  - ${each}\n`).join('')}`;
    if (!flags.bool('force') && !(yield* confirmed(context, warning))) return 0;
    yield* pruneContainers(context);
    yield* pruneNetworks(context);
    if (flags.bool('volumes')) yield* pruneVolumes(context, false);
    yield* pruneImages(context, flags.bool('all'));
    return 0;
  },
};

export const login: NerdctlCommand = {
  name: 'login',
  short: 'Log in to a container registry',
  usage: '[flags] [SERVER]',
  flags: [text('username,u', 'Username'), text('password,p', 'Password'), bool('password-stdin', 'Take the password from stdin')],
  run: function* (context) {
    needArgs(context, 0, 1);
    const { flags } = context;
    const host = context.args[0] ?? 'docker.io';
    const user = flags.text('username');
    if (flags.bool('password-stdin') && user === '') throw new NerdctlError('must provide --username with --password-stdin');
    if (flags.bool('password-stdin') && flags.has('password')) throw new NerdctlError('--password and --password-stdin are mutually exclusive');
    if (flags.has('password')) yield* context.log('warning', 'WARNING! Using --password via the CLI is insecure. Use --password-stdin.');
    if (user === '' && !context.process.stdin.tty) throw new NerdctlError('error: cannot perform an interactive login from a non TTY device');
    const username = user || (yield* prompt(context.process, 'Enter Username: '));
    const given = flags.bool('password-stdin') ? yield* passwordFromStdin(context.process) : flags.text('password');
    if (given === '' && !context.process.stdin.tty) throw new NerdctlError('password is empty');
    const password = given || (yield* prompt(context.process, 'Enter Password: ', true));
    yield* checkLogin(context, host, { username, password });
    yield* storeCredentials(context.process, host, { username, password });
    yield* context.print('Login Succeeded\n');
    return 0;
  },
};

export const logout: NerdctlCommand = {
  name: 'logout',
  short: 'Log out from a container registry',
  usage: '[SERVER]',
  flags: [],
  run: function* (context) {
    const host = context.args[0] ?? 'docker.io';
    const key = configKey(host);
    yield* context.print(forgetCredentials(context.process, host) ? `Removing login credentials for ${key}\n` : `Not logged in to ${key}\n`);
    return 0;
  },
};
