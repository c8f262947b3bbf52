/** The tree of runc's commands; help is read from it. */
import { checkpoint, restore } from './commands/checkpoint.ts';
import { events } from './commands/events.ts';
import { kill, list, pause, ps, remove, resume, state, update } from './commands/manage.ts';
import { create, exec, run, start } from './commands/start.ts';
import { bool, type RuncCommand, text } from './context.ts';
import { features } from './features.ts';
import { spec } from './spec.ts';

export const runcTree: RuncCommand = {
  name: 'runc',
  short: 'Open Container Initiative runtime',
  usage: '[global options] command [command options] [arguments...]',
  long: 'runc makes containers out of bundles: directories with a config.json and a root filesystem. Container managers call it; by hand it is\n"runc run -b <bundle> <container-id>". An id is unique below a --root.',
  flags: [
    bool('debug', 'enable debug logging'),
    text('log', "set the log file to write runc logs to (default is '/dev/stderr')"),
    text('log-format', "set the log format ('text' (default), or 'json')", 'text'),
    text('root', 'root directory for storage of container state (this should be located in tmpfs)', '/run/runc'),
    bool('systemd-cgroup', 'enable systemd cgroup support, expects cgroupsPath to be of form "slice:prefix:name"'),
    text('rootless', "ignore cgroup permission errors ('true', 'false', or 'auto')", 'auto'),
    bool('version,v', 'print the version'),
  ],
  commands: [checkpoint, create, remove, events, exec, kill, list, pause, ps, restore, resume, run, spec, start, state, update, features].map((command) => ({
    ...command,
    reorder: command !== ps && command !== exec,
  })),
};
