/** pull and rmi. */
import type { AuthConfig, CriImage, ImageService } from '../../../interfaces/cri.ts';
import type { Routine } from '../../../sim/routine.ts';
import { calls } from '../calls.ts';
import { bool, type CrictlCommand, duration, list, text } from '../command.ts';
import { loadPod } from '../configs.ts';
import { type Context, Fatal, ShowHelp } from '../context.ts';
import { jsonSchema } from '../schema.ts';
import { labelsOf } from '../selection.ts';
import { forEach, prefixed } from '../several.ts';

/** Who pulls; pull, create and run have them. */
export const authFlags = [
  text('auth', '', "Use `AUTH_STRING` for accessing the registry. AUTH_STRING is a base64 encoded 'USERNAME[:PASSWORD]'"),
  text('creds', '', 'Use `USERNAME[:PASSWORD]` for accessing the registry'),
  {
    ...duration('pull-timeout', '', 'Maximum time to be used for pulling the image, disabled if set to 0s'),
    aliases: ['pt'],
    env: ['CRICTL_PULL_TIMEOUT'],
  },
];

const username = 'Use `USERNAME` for accessing the registry. The password will be requested on the command line';

export const pull: CrictlCommand = {
  name: 'pull',
  short: 'Pull an image from a registry',
  usage: 'NAME[:TAG|@DIGEST]',
  combineShort: true,
  flags: [
    list('annotation', 'a', 'Annotation to be set on the pulled image'),
    ...authFlags.map((flag) => (flag.env ? flag : { ...flag, env: [`CRICTL_${flag.name.toUpperCase()}`] })),
    text('pod-config', '', 'Use `pod-config.[json|yaml]` to override the pull c'),
    text('username', 'u', username),
  ],
  commands: [jsonSchema('Display the JSON schema for the pod-config.json, ')],
  run: function* (context) {
    const { flags, args } = context;
    const [name = ''] = args;
    if (name === '') throw new Fatal('image name cannot be empty');
    if (args.length > 1) throw new ShowHelp();
    const image = yield* context.image();
    const auth = yield* credentials(context);
    const pod = flags.has('pod-config') ? yield* prefixed('load podSandboxConfig: ', () => loadPod(context, flags.text('pod-config'))) : undefined;
    const annotations = labelsOf(flags.list('annotation'));
    if (flags.text('pull-timeout').startsWith('-')) throw new Fatal('pulling image: timeout should be bigger than 0');
    const id = yield* context.call(calls.pullImage(name), 'pulling image: ', () => image.pullImage({ image: name, annotations }, auth, pod));
    yield* context.print(`Image is up to date for ${id}\n`);
  },
};

/** What --creds, --auth or --username say of who pulls. */
export function* credentials(context: Context): Routine<AuthConfig | undefined> {
  const { flags } = context;
  const [creds, auth, user] = [flags.text('creds'), flags.text('auth'), flags.text('username')];
  if (user !== '') {
    yield* context.print('Enter Password:');
    if (!context.process.stdin.tty) {
      yield* context.print('\n');
      throw new Fatal('inappropriate ioctl for device');
    }
    const password = ((yield* context.process.stdin.read()) ?? '').trimEnd();
    yield* context.print('\n');
    return { username: user, password };
  }
  if (creds !== '' && auth !== '') throw new Fatal('both `--creds` and `--auth` are specified');
  const plain = creds || Buffer.from(auth, 'base64').toString('utf8');
  if (plain === '') return undefined;
  const at = plain.indexOf(':');
  if (at === 0) throw new Fatal("username can't be empty");
  return { username: at < 0 ? plain : plain.slice(0, at), password: at < 0 ? '' : plain.slice(at + 1) };
}

export const rmi: CrictlCommand = {
  name: 'rmi',
  short: 'Remove one or more images',
  usage: 'IMAGE-ID [IMAGE-ID...]',
  long: `Remove one or more images by ID or reference.

NOTE: Due to CRI API limitations, when you specify an image by tag (e.g., 'localhost/test:latest'),
the entire image will be removed along with ALL of its tags, not just the specified tag.
This behavior differs from 'docker rmi', 'nerdctl rmi', and 'ctr image rm', which only remove
the specified tag. To remove only a specific tag, use the container runtime's native CLI tool
(e.g., 'nerdctl', 'ctr', or 'podman').`,
  combineShort: true,
  flags: [bool('all', 'a', 'Remove all images'), bool('prune', 'q', 'Remove all unused images')],
  run: function* (context) {
    const image = yield* context.image();
    const prune = context.flags.bool('prune');
    const every = prune || context.flags.bool('all');
    const ids = new Set(context.args);
    if (every) for (const { id, pinned } of image.listImages()) if (!prune || !pinned) ids.add(id);
    const nothing = ids.size === 0;
    if (prune)
      for (const used of (yield* context.runtime()).listContainers()) ids.delete(image.imageStatus({ image: used.image.image }, false).image?.id ?? '');
    if (nothing) {
      if (!every && !context.legacy) throw new ShowHelp();
      return yield* context.log('info', 'No images to remove');
    }
    yield* forEach(context, ids, (id) => remove(context, image, id), 'unable to remove the image(s)');
  },
};

function* remove(context: Context, image: ImageService, id: string): Routine {
  const found = image.imageStatus({ image: id }, false).image;
  if (!found) throw new Fatal(`no such image ${id}`);
  if (!context.legacy) yield* warn(context, id, found);
  yield* context.call(calls.plain, `error of removing image ${JSON.stringify(id)}: `, () => image.removeImage({ image: id }));
  for (const name of found.repoTags.length > 0 ? found.repoTags : found.repoDigests) yield* context.print(`Deleted: ${name}\n`);
}

/** All tags go, which who names one may not expect. */
function* warn(context: Context, id: string, { repoTags }: CriImage): Routine {
  if (repoTags.length < 2 || id.startsWith('sha256:') || !/[:/]/.test(id)) return;
  yield* context.log('warning', `Image ${JSON.stringify(id)} has multiple tags. Removing this image will delete all of the following tags:`);
  for (const tag of repoTags) yield* context.log('warning', `  ${tag}`);
}
