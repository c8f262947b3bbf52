/** Docker's short names of images made whole (distribution/reference): `nginx` → `docker.io/library/nginx:latest`. */

/** undefined for what is no name. */
export function wholeImageName(text: string): string | undefined {
  const whole = withImageHost(text);
  const [name = '', digest] = whole.split('@');
  const path = imagePath(name);
  if (
    !isImagePath(path) ||
    /:(?!\w[\w.-]{0,127}$)[^:/]*$/.test(name.slice(name.indexOf('/'))) ||
    (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
  )
    return undefined;
  const tagged = /:[^:/]+$/.test(name.slice(name.indexOf('/')));
  return digest !== undefined || tagged ? whole : `${whole}:latest`;
}

/** What distribution/reference says of a name that is none; undefined for a good one. */
export function referenceProblem(text: string): string | undefined {
  if (wholeImageName(text) !== undefined) return undefined;
  const whole = withImageHost(text);
  const path = imagePath(whole.split('@')[0] ?? '');
  const lower = wholeImageName(text.toLowerCase()) !== undefined && /[A-Z]/.test(imagePath(whole));
  return lower ? `invalid reference format: repository name (${path}) must be lowercase` : 'invalid reference format';
}

/** What stands between the host and the tag. */
export const imagePath = (whole: string): string => whole.slice(whole.indexOf('/') + 1).replace(/:[^:/]*$/, '');

/** The part between host and tag, by distribution/reference's grammar (`library/nginx`): lower case, separators only inside. */
export const isImagePath = (path: string): boolean => /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/.test(path);

/** The name with its host: Docker Hub's unless the first part is one. */
export function withImageHost(text: string): string {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  if (!hasHost) return slash < 0 ? `docker.io/library/${text}` : `docker.io/${text}`;
  if (first !== 'index.docker.io' && first !== 'docker.io') return text;
  const rest = text.slice(slash + 1);
  return `docker.io/${rest.includes('/') ? rest : `library/${rest}`}`;
}

/** Where the registry of a name's host answers: Docker Hub's is another machine. */
export const registryAddress = (host: string): string => (host === 'docker.io' ? 'registry-1.docker.io' : host);
