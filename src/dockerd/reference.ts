/** Image names as people write them and as containerd stores them (distribution/reference). */
import { DockerError } from '../interfaces/docker.ts';

/** A name made whole; a digest takes the place of the tag. */
export type Reference = {
  /** `docker.io/library/nginx:1.27` */
  readonly full: string;
  /** `docker.io/library/nginx` */
  readonly name: string;
  readonly host: string;
  readonly path: string;
  readonly tag: string;
  readonly digest: string;
};

const pathPattern = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;

/** `nginx` → `docker.io/library/nginx:latest`. */
export function parseReference(text: string): Reference {
  const [base = '', digest = ''] = text.split('@');
  const slash = base.indexOf('/');
  const first = slash < 0 ? '' : base.slice(0, slash);
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  const host = hasHost && first !== 'index.docker.io' ? first : 'docker.io';
  const rest = hasHost ? base.slice(slash + 1) : base;
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? '' : rest.slice(colon + 1);
  if (/[A-Z]/.test(path))
    throw new DockerError(
      400,
      `invalid reference format: repository name (${host === 'docker.io' && !path.includes('/') ? `library/${path}` : path}) must be lowercase`,
    );
  if (!pathPattern.test(path) || (colon >= 0 && !/^\w[\w.-]{0,127}$/.test(tag)) || (text.includes('@') && !/^sha256:[0-9a-f]{64}$/.test(digest)))
    throw new DockerError(400, 'invalid reference format');
  const whole = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  const name = `${host}/${whole}`;
  const shown = tag === '' && digest === '' ? 'latest' : tag;
  return { full: digest === '' ? `${name}:${shown}` : `${name}@${digest}`, name, host, path: whole, tag: shown, digest };
}

/** As people see it: `nginx:1.27`. */
export const familiar = (full: string): string => full.replace(/^docker\.io\//, '').replace(/^library\/(?=[^/]+$)/, '');
