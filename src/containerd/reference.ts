/** Image references: `docker.io/library/nginx:1.27@sha256:…` in parts, and Docker's short forms made whole. */
import { imagePath, isImagePath, withImageHost } from '../interfaces/image-name.ts';
import { unknown } from './errors.ts';

/** A name of an image in its parts. */
export type Reference = {
  /** As containerd names it: host/path[:tag][@digest]. */
  readonly full: string;
  readonly host: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** host/path */
  readonly name: string;
  /** What the registry is asked for. */
  readonly object: string;
};

/** containerd's own reference.Parse: no short names. */
export function parseReference(text: string): Reference {
  const host = text.split('/')[0] as string;
  if (!text.includes('/')) {
    const port = /:(.*)$/.exec(text);
    if (port) throw unknown(`parse "dummy://${text}": invalid port ":${port[1]}" after host`);
    throw unknown(text === '' ? 'hostname required' : 'object required');
  }
  return split(text, host);
}

/** distribution/reference ParseDockerRef: `nginx` → `docker.io/library/nginx:latest`. */
export function parseDockerReference(text: string): Reference {
  const whole = withImageHost(text);
  const name = whole.split('@')[0] as string;
  const path = imagePath(name);
  if (/[A-Z]/.test(path))
    throw unknown(
      `failed to parse image reference ${JSON.stringify(text)}: invalid reference format: repository name (${whole.slice(whole.indexOf('/') + 1)}) must be lowercase`,
    );
  if (!isImagePath(path) || !/^[^@]+(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/.test(whole))
    throw unknown(`failed to parse image reference ${JSON.stringify(text)}: invalid reference format`);
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(whole)?.[1];
  const base = digest === undefined ? whole : whole.slice(0, whole.indexOf('@'));
  const tagged = /:[^:/]+$/.test(base.slice(base.indexOf('/')));
  if (digest !== undefined && tagged) return split(`${base.replace(/:[^:/]+$/, '')}@${digest}`, base.split('/')[0] as string);
  return split(digest !== undefined || tagged ? whole : `${whole}:latest`, whole.split('/')[0] as string);
}

function split(full: string, host: string): Reference {
  const rest = full.slice(host.length + 1);
  const [path = '', digest] = rest.split('@');
  const tag = /:([^:/]+)$/.exec(path)?.[1];
  const repository = tag === undefined ? path : path.slice(0, -tag.length - 1);
  return { full, host, repository, tag, digest, name: `${host}/${repository}`, object: digest ?? tag ?? 'latest' };
}
