/** Docker's short names of images made whole (distribution/reference). */
import { imagePath, wholeImageName, withImageHost } from '../../interfaces/image-name.ts';
import { NerdctlError } from './context.ts';

/** `nginx` → `docker.io/library/nginx:latest`. Throws for what is no name. */
export function wholeName(text: string): string {
  const short = text.replace(/^docker:\/\//, '');
  const path = imagePath(withImageHost(short).split('@')[0] ?? '');
  if (/[A-Z]/.test(path)) throw new NerdctlError(`invalid reference format: repository name (${path}) must be lowercase`);
  const whole = wholeImageName(short);
  if (whole === undefined) throw new NerdctlError('invalid reference format');
  return whole;
}

/** `docker.io/library/nginx:1.27` → `nginx` and `1.27`; `<none>` for what has none (ids in k8s.io). */
export function repositoryTag(name: string): { readonly repository: string; readonly tag: string } {
  if (name === ':' || !/[/:]/.test(name) || /^sha256:/.test(name) || name.startsWith('overlayfs@')) return { repository: '<none>', tag: '<none>' };
  const [path = ''] = name.split('@');
  const tag = /:([^:/]+)$/.exec(path)?.[1];
  return { repository: familiar(tag === undefined ? path : path.slice(0, -tag.length - 1)), tag: tag ?? '<none>' };
}

/** reference.FamiliarName. */
const familiar = (name: string): string => name.replace(/^docker\.io\/(?:library\/)?/, '');
