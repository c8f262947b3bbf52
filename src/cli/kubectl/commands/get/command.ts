import type { CommandEntry } from '../../command.ts';
import { get } from './get.ts';

export const getCommand: CommandEntry = {
  path: 'get',
  short: 'Display one or many resources',
  long: 'Shows a table of the most important things about the resources that are named. Types may be given by their short names; `kubectl api-resources` lists all.',
  examples:
    "# Pods of the namespace\nkubectl get pods\n\n# With nodes and addresses\nkubectl get pods -o wide\n\n# One object as YAML\nkubectl get deployment web -o yaml\n\n# One field of many objects\nkubectl get pods -o jsonpath='{.items[*].metadata.name}'\n\n# Changes as they happen\nkubectl get pods -w",
  run: get,
};
