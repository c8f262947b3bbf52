/** ctr images inspect: what an image's name leads to, as a tree (containerd pkg/display). */

import { type Blob, type Descriptor, type ImageIndex, type ImageManifest, isMissing } from '../../../interfaces/containerd.ts';
import { bool, type Context, type CtrCommand } from '../context.ts';
import { moment } from '../output.ts';

export const inspect: CtrCommand = {
  name: 'inspect',
  aliases: ['i'],
  short: 'inspect an image',
  usage: '<image> [flags]',
  flags: [bool('content', 'Show JSON content')],
  run: function* (context) {
    const image = context.client().images.get(context.namespace, context.args[0] ?? '');
    const time = (at: number): string => moment(at).replace('T', ' ').replace('Z', ' +0000 UTC');
    yield* context.print(
      [
        image.name,
        `│    Created: ${time(image.createdAt)}`,
        `│    Updated: ${time(image.updatedAt)}`,
        ...Object.entries(image.labels).map(([key, value]) => `│    Label ${JSON.stringify(key)}: ${JSON.stringify(value)}`),
        ...manifestTree(context, image.target, '└── ', '    '),
        '',
      ].join('\n'),
    );
    return 0;
  },
};

/** The lines of an index or a manifest; `first` stands before its own line, `rest` before all below it. */
function manifestTree(context: Context, descriptor: Descriptor, first: string, rest: string): string[] {
  const { platform } = descriptor;
  const lines = [head(first, descriptor)];
  if (platform?.architecture) {
    const { os, architecture, variant } = platform as typeof platform & { readonly variant?: string };
    lines.push(`${rest}│    Platform: ${[os, architecture, variant].filter(Boolean).join('/')}`);
  }
  const blob = blobOf(context, descriptor.digest);
  if (!blob) return [...lines, `${rest}└──  Content does not exist locally, skipping`];
  lines.push(...contentOf(context, descriptor, blob, `${rest}│   `));
  const { manifests, config, layers } = JSON.parse(blob.text) as Partial<ImageIndex & ImageManifest>;
  if (manifests)
    return lines.concat(
      manifests.flatMap((each, i) => {
        const last = i === manifests.length - 1;
        return manifestTree(context, each, `${rest}${last ? '└── ' : '├── '}`, `${rest}${last ? '    ' : '│   '}`);
      }),
    );
  if (!config || !layers) return lines;
  const [drop, bar] = layers.length === 0 ? ['└── ', '    '] : ['├── ', '│   '];
  const configBlob = blobOf(context, config.digest);
  return [
    ...lines,
    head(`${rest}${drop}`, config),
    ...(configBlob ? contentOf(context, config, configBlob, `${rest}${bar}`) : []),
    ...layers.map((each, i) => head(`${rest}${i === layers.length - 1 ? '└── ' : '├── '}`, each)),
  ];
}

const head = (prefix: string, { mediaType, digest, size }: Descriptor): string => `${prefix}${mediaType} @${digest} (${size} bytes)`;

/** With --content: its labels in the store and its JSON. */
function contentOf(context: Context, { digest, mediaType }: Descriptor, { text }: Blob, prefix: string): string[] {
  if (!context.flags.bool('content')) return [];
  const box = (title: string, lines: readonly string[]): string[] =>
    [`┌────────${title}`, ...lines.map((line) => `│${line}`), '└───────────────────────'].map((line) => `${prefix}${line}`);
  const labels = context.client().content.label(context.namespace, digest, {}).labels;
  const pairs = Object.entries(labels).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return [
    ...(pairs.length > 0 ? box('Labels─────────', pairs) : []),
    ...(mediaType.endsWith('json') ? box('Content────────', JSON.stringify(JSON.parse(text), null, 3).split('\n')) : []),
  ];
}

function blobOf(context: Context, digest: string): Blob | undefined {
  try {
    return context.client().content.get(context.namespace, digest);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return undefined;
  }
}
