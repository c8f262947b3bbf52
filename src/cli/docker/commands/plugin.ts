/** docker plugin: none is installed, and none can be. */
import { any, bool, CliError, command, type DockerCommand, list, text } from '../context.ts';
import { table } from '../output.ts';
import { notSimulated } from './unsimulated.ts';

const missing = (name: string): string => `Error response from daemon: plugin ${JSON.stringify(name)} not found`;

/** Commands that take a plugin that is there: none is. */
const onPlugin = (name: string, short: string, usage: string, aliases: readonly string[] = []): DockerCommand =>
  command(
    name,
    short,
    usage,
    [1, any],
    name === 'enable' ? [] : [bool('force,f', 'Force it')],
    function* (context) {
      context.client();
      yield* context.printError(context.args.map((each) => `${missing(each)}\n`).join(''));
      return 1;
    },
    { aliases },
  );

export const plugin: DockerCommand = {
  name: 'plugin',
  short: 'Manage plugins',
  commands: [
    notSimulated('plugin create', 'Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.'),
    onPlugin('disable', 'Disable a plugin', '[OPTIONS] PLUGIN'),
    onPlugin('enable', 'Enable a plugin', '[OPTIONS] PLUGIN'),
    command(
      'inspect',
      'Display detailed information on one or more plugins',
      '[OPTIONS] PLUGIN [PLUGIN...]',
      [1, any],
      [text('format,f', 'Format output using a custom template')],
      function* (context) {
        context.client();
        throw new CliError(`[]\n${missing(context.arg(0))}`);
      },
    ),
    notSimulated('plugin install', 'Install a plugin'),
    command(
      'ls',
      'List plugins',
      '[OPTIONS]',
      [0, 0],
      [
        list('filter,f', 'Provide filter values (e.g. "enabled=true")', { valueName: 'filter' }),
        text('format', 'Format output using a custom template'),
        bool('no-trunc', "Don't truncate output"),
        bool('quiet,q', 'Only display plugin IDs'),
      ],
      function* (context) {
        context.client();
        if (!context.flags.bool('quiet') && context.flags.text('format') === '') yield* context.print(table([['ID', 'NAME', 'DESCRIPTION', 'ENABLED']]));
        return 0;
      },
      { aliases: ['list'] },
    ),
    notSimulated('plugin push', 'Push a plugin to a registry'),
    onPlugin('rm', 'Remove one or more plugins', '[OPTIONS] PLUGIN [PLUGIN...]', ['remove']),
    notSimulated('plugin set', 'Change settings for a plugin'),
    notSimulated('plugin upgrade', 'Upgrade an existing plugin'),
  ],
};
