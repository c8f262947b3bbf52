/** docker compose down: everything of the project goes, in the reverse order. */
import { DockerError } from '../../../interfaces/docker.ts';
import { fullNetwork, fullVolume } from '../../compose-file.ts';
import { imageOf } from '../../compose-project.ts';
import type { Flags } from '../../flags.ts';
import { any, bool, CliError, command, type DockerCommand, daemonText, int, text } from '../context.ts';
import { containersOf, inReverse, nameOf, opened, serviceOf, tell } from './state.ts';

export const down = (globals: Flags): DockerCommand =>
  command(
    'down',
    'Stop and remove containers, networks',
    '[OPTIONS] [SERVICES]',
    [0, any],
    [
      bool('volumes,v', 'Remove named volumes declared in the "volumes" section of the Compose file and anonymous volumes attached to containers'),
      bool('remove-orphans', 'Remove containers for services not defined in the Compose file'),
      text('rmi', 'Remove images used by services ("local"|"all")'),
      int('timeout,t', 'Specify a shutdown timeout in seconds'),
    ],
    function* (context) {
      const compose = yield* opened(context, globals);
      const { project, client } = compose;
      const { flags } = context;
      if (!['', 'local', 'all'].includes(flags.text('rmi'))) throw new CliError(`invalid value for --rmi: ${JSON.stringify(flags.text('rmi'))}`);
      const order = inReverse(project.services).map(({ name }) => name);
      const known = new Set([...order, ...project.disabled]);
      const containers = containersOf(compose, { all: true, oneOff: true })
        .filter((each) => flags.bool('remove-orphans') || known.has(serviceOf(each)))
        .sort((a, b) => order.indexOf(serviceOf(a)) - order.indexOf(serviceOf(b)));
      for (const container of containers) {
        const title = `Container ${nameOf(container)}`;
        yield* tell(context, title, 'Stopping');
        yield* client.containers.stop(container.Id, flags.has('timeout') ? { timeout: flags.number('timeout') } : {});
        yield* tell(context, title, 'Stopped');
        yield* tell(context, title, 'Removing');
        yield* client.containers.remove(container.Id, { force: true, volumes: flags.bool('volumes') });
        yield* tell(context, title, 'Removed');
      }
      let removed = containers.length;
      const networks = client.networks.list().filter(({ Labels }) => Labels['com.docker.compose.project'] === project.name);
      for (const { Name } of networks.filter(({ Name }) => [...Object.keys(project.networks), 'default'].some((name) => fullNetwork(project, name) === Name))) {
        yield* tell(context, `Network ${Name}`, 'Removing');
        try {
          client.networks.remove(Name);
        } catch (error) {
          if (!(error instanceof DockerError)) throw error;
          yield* tell(context, `Network ${Name}`, 'Error');
          throw new CliError(`failed to remove network ${Name}: ${daemonText(error)}`);
        }
        yield* tell(context, `Network ${Name}`, 'Removed');
        removed++;
      }
      if (flags.bool('volumes'))
        for (const name of Object.keys(project.volumes).filter((each) => project.volumes[each]?.['external'] !== true)) {
          const full = fullVolume(project, name);
          if (!client.volumes.list().some(({ Name }) => Name === full)) continue;
          yield* tell(context, `Volume ${full}`, 'Removing');
          client.volumes.remove(full, { force: true });
          yield* tell(context, `Volume ${full}`, 'Removed');
          removed++;
        }
      if (flags.text('rmi') !== '')
        for (const service of project.services.filter(({ fields }) => flags.text('rmi') === 'all' || fields['image'] === undefined)) {
          const image = imageOf(project, service);
          yield* tell(context, `Image ${image}`, 'Removing');
          yield* client.images.remove(image, { force: false });
          yield* tell(context, `Image ${image}`, 'Removed');
        }
      if (removed === 0) yield* context.printError(`Warning: No resource found to remove for project ${JSON.stringify(project.name)}.\n`);
      return 0;
    },
  );
