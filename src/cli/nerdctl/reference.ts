/** Docker's short names of images made whole (distribution/reference). */
import { NerdctlError } from './context.ts';

/** `nginx` → `docker.io/library/nginx:latest`. Throws for what is no name. */
export function wholeName(text: string): string {
  const whole = withHost(text.replace(/^docker:\/\//, ''));
  const [name = '', digest] = whole.split('@');
  const path = name.slice(name.indexOf('/') + 1).replace(/:[^:/]*$/, '');
  if (/[A-Z]/.test(path)) throw new NerdctlError(`invalid reference format: repository name (${path}) must be lowercase`);
  const parts = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
  if (!parts.test(path) || !/^[^@]+?(?::\w[\w.-]{0,127})?$/.test(name) || (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)))
    throw new NerdctlError('invalid reference format');
  const tagged = /:[^:/]+$/.test(name.slice(name.indexOf('/')));
  return digest !== undefined || tagged ? whole : `${whole}:latest`;
}

function withHost(text: string): string {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  if (!hasHost) return slash < 0 ? `docker.io/library/${text}` : `docker.io/${text}`;
  if (first !== 'index.docker.io' && first !== 'docker.io') return text;
  const rest = text.slice(slash + 1);
  return `docker.io/${rest.includes('/') ? rest : `library/${rest}`}`;
}

/** `docker.io/library/nginx:1.27` → `nginx` and `1.27`; `<none>` for what has none (ids in k8s.io). */
export function repositoryTag(name: string): { readonly repository: string; readonly tag: string } {
  if (name === ':' || !/[/:]/.test(name) || /^sha256:/.test(name) || name.startsWith('overlayfs@')) return { repository: '<none>', tag: '<none>' };
  const [path = ''] = name.split('@');
  const tag = /:([^:/]+)$/.exec(path)?.[1];
  return { repository: familiar(tag === undefined ? path : path.slice(0, -tag.length - 1)), tag: tag ?? '<none>' };
}

/** reference.FamiliarName. */
export const familiar = (name: string): string => name.replace(/^docker\.io\/(?:library\/)?/, '');
