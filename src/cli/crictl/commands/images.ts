/** pull, rmi. */

import type { AuthConfig, ImageService } from '../../../interfaces/cri.ts';
import type { Routine } from '../../../sim/routine.ts';
import { bool, type CrictlCommand, duration, list, text } from '../command.ts';
import { type Context, calls, Fatal, ShowHelp } from '../context.ts';

export const pull: CrictlCommand = {
  name: 'pull',
  short: 'Pull an image from a registry',
  usage: 'NAME[:TAG|@DIGEST]',
  flags: [
    list('annotation', 'a', 'Annotation to be set on the pulled image'),
    text('auth', '', "Use `AUTH_STRING` for accessing the registry. AUTH_STRING is a base64 encoded 'USERNAME[:PASSWORD]'"),
    text('creds', '', 'Use `USERNAME[:PASSWORD]` for accessing the registry'),
    text('pod-config', '', 'Use `pod-config.[json|yaml]` to override the pull c'),
    duration('pull-timeout', '', 'Maximum time to be used for pulling the image, disabled if set to 0s', '0s'),
    text('username', 'u', 'Use `USERNAME` for accessing the registry. The password will be requested on the command line'),
  ],
  run: function* (context) {
    const [name] = context.args;
    if (name === undefined) throw new Fatal('image name cannot be empty');
    const image = yield* context.image();
    const id = yield* context.call(calls.pullImage(name), 'pulling image: ', () => image.pullImage({ image: name }, credentials(context)));
    yield* context.print(`Image is up to date for ${id}\n`);
  },
};

function credentials({ flags }: Context): AuthConfig | undefined {
  const plain = flags.text('creds') || decodeBase64(flags.text('auth'));
  if (plain === '') return undefined;
  const [username = '', password = ''] = plain.split(':');
  return { username, password };
}

const decodeBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

export const rmi: CrictlCommand = {
  name: 'rmi',
  short: 'Remove one or more images',
  usage: 'IMAGE-ID [IMAGE-ID...]',
  flags: [bool('all', 'a', 'Remove all images'), bool('prune', 'q', 'Remove all unused images')],
  run: function* (context) {
    const { flags } = context;
    const all = flags.bool('all') || flags.bool('prune');
    if (context.args.length === 0 && !all) throw new ShowHelp();
    const image = yield* context.image();
    const used = flags.bool('prune') ? new Set((yield* context.runtime()).listContainers().map(({ imageId }) => imageId)) : new Set<string>();
    const ids = all
      ? image
          .listImages()
          .filter(({ id, pinned }) => !used.has(id) && !(flags.bool('prune') && pinned))
          .map(({ id }) => id)
      : context.args;
    for (const id of ids) yield* remove(context, image, id, all);
  },
};

function* remove(context: Context, image: ImageService, id: string, quiet: boolean): Routine {
  const found = image.imageStatus({ image: id }, false).image;
  if (!found) throw new Fatal(`no such image ${id}`);
  const names = found.repoTags.length > 0 ? found.repoTags : found.repoDigests.length > 0 ? found.repoDigests : [found.id];
  if (!quiet && found.repoTags.length > 1) {
    yield* context.log('warning', `Image ${JSON.stringify(id)} has multiple tags. Removing this image will delete all of the following tags:`);
    for (const tag of found.repoTags) yield* context.log('warning', `  ${tag}`);
  }
  yield* context.call(calls.plain, `error of removing image ${JSON.stringify(id)}: `, () => image.removeImage({ image: id }));
  for (const name of names) yield* context.print(`Deleted: ${name}\n`);
}
