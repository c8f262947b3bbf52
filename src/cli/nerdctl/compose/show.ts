/** compose config and version. */
import { dumpOrderedYaml } from '../../../apimachinery/yaml.ts';
import { canonical } from '../../compose-config.ts';
import { bool, type NerdctlCommand, text } from '../context.ts';
import { loadProject } from './project.ts';

export const config: NerdctlCommand = {
  name: 'config',
  short: 'Validate and view the Compose file',
  flags: [
    bool('quiet,q', "Only validate the configuration, don't print anything."),
    bool('services', 'Print the service names, one per line.'),
    bool('volumes', 'Print the volume names, one per line.'),
  ],
  run: function* (context) {
    const project = yield* loadProject(context);
    if (context.flags.bool('quiet')) return 0;
    if (context.flags.bool('services')) yield* context.print(project.services.map(({ name }) => `${name}\n`).join(''));
    else if (context.flags.bool('volumes'))
      yield* context.print(
        Object.keys(project.volumes)
          .map((name) => `${name}\n`)
          .join(''),
      );
    else yield* context.print(dumpOrderedYaml(canonical(project), 4));
    return 0;
  },
};

export const version: NerdctlCommand = {
  name: 'version',
  short: 'Show the Compose version information',
  flags: [bool('short', "Shows only Compose's version number"), text('format,f', 'Format the output. Values: [pretty | json]', 'pretty')],
  run: function* (context) {
    yield* context.print(
      context.flags.bool('short') ? 'v2.3.5\n' : context.flags.text('format') === 'json' ? '{"version":"v2.3.5"}\n' : 'nerdctl Compose version v2.3.5\n',
    );
    return 0;
  },
};
