/** Basic auth by a htpasswd file: bcrypt only, as the registry has it (distribution registry/auth/htpasswd). */
import { bcryptMatches } from '../../../apimachinery/bcrypt.ts';
import type { Process } from '../../../linux/process.ts';

/** Whether an `Authorization` header names a user of the file with his password. */
export function mayEnter(process: Process, path: string, authorization: string | undefined): boolean {
  const given = /^Basic\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (given === undefined) return false;
  const text = Buffer.from(given, 'base64').toString();
  const colon = text.indexOf(':');
  const file = process.fs.find(path);
  if (colon < 0 || file?.type !== 'file') return false;
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)];
  const hash = file
    .read()
    .split('\n')
    .find((line) => line.startsWith(`${user}:`))
    ?.slice(user.length + 1)
    .trim();
  if (hash === undefined) return false;
  // bcrypt is meant to be slow: a password that was right stays so while the file is the same.
  return file.derived(`bcrypt ${given}`, () => bcryptMatches(password, hash));
}
