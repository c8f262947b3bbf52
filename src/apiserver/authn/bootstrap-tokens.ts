/** Bootstrap tokens: `abcdef.0123456789abcdef` for the Secret kube-system/bootstrap-token-abcdef (plugin/pkg/auth/authenticator/token/bootstrap). */
import type { Secret } from '../../api/types.ts';
import { unauthorized } from '../../apimachinery/status.ts';
import type { UserInfo } from '../../interfaces/rest.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Storage } from '../storage.ts';

const format = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;

/** By the form alone. */
export const isBootstrapToken = (token: string): boolean => format.test(token);

/** Throws 401 for a token that nobody made, or whose time is over. */
export function byBootstrapToken(token: string, storage: Storage, sim: Sim): UserInfo {
  const [, id = '', secret = ''] = format.exec(token) ?? [];
  const found = storage.get<Secret>(`/registry/secrets/kube-system/bootstrap-token-${id}`)?.object;
  const field = (name: string): string => Buffer.from(found?.data?.[name] ?? '', 'base64').toString();
  const expired = field('expiration') !== '' && Date.parse(field('expiration')) <= sim.now;
  if (found?.type !== 'bootstrap.kubernetes.io/token' || field('token-id') !== id || field('token-secret') !== secret || expired) throw unauthorized();
  if (field('usage-bootstrap-authentication') !== 'true') throw unauthorized();
  const extra = field('auth-extra-groups').split(',').filter(Boolean);
  return { name: `system:bootstrap:${id}`, groups: ['system:bootstrappers', ...extra, 'system:authenticated'] };
}
