/** Bootstrap tokens: the signature of cluster-info for each, and their end (pkg/controller/bootstrap). */
import { createHmac } from 'node:crypto';
import type { ConfigMap, Secret } from '../../api/types.ts';
import { type Context, type Controller, type Result, watch } from '../../client/controller.ts';
import type { ObjectKey } from '../../client/keys.ts';

const clusterInfo: ObjectKey = { namespace: 'kube-public', name: 'cluster-info' };
const signaturePrefix = 'jws-kubeconfig-';
const tokenType = 'bootstrap.kubernetes.io/token';

const isToken = (secret: Secret): boolean => secret.type === tokenType && secret.metadata.namespace === 'kube-system';
const field = (secret: Secret, name: string): string => Buffer.from(secret.data?.[name] ?? '', 'base64').toString();
const expiresAt = (secret: Secret): number => (field(secret, 'expiration') === '' ? Number.POSITIVE_INFINITY : Date.parse(field(secret, 'expiration')));

/** See Sim.toil. */
const signSteps = 5;

/** Signs cluster-info with each token, so that who knows the token can trust what it reads. */
export const bootstrapSignerController = (): Controller => ({
  name: 'bootstrap_signer',
  watches: [
    watch('secrets', (secret) => (isToken(secret as Secret) ? [clusterInfo] : [])),
    watch('configmaps', (map) => (map.metadata.name === clusterInfo.name && map.metadata.namespace === clusterInfo.namespace ? [clusterInfo] : [])),
  ],
  reconcile: sign,
});

function sign(key: ObjectKey, { client, informers, sim }: Context): Result {
  const map = informers.of('configmaps').get(key);
  const kubeconfig = map?.data?.['kubeconfig'];
  if (!map || kubeconfig === undefined) return {};
  const tokens = informers
    .of('secrets')
    .list()
    .filter((secret) => isToken(secret) && expiresAt(secret) > sim.now && field(secret, 'usage-bootstrap-signing') === 'true');
  sim.toil(tokens.length * signSteps);
  const wanted = Object.fromEntries(tokens.map((secret) => [`${signaturePrefix}${field(secret, 'token-id')}`, detached(secret, kubeconfig)]));
  const others = Object.entries(map.data ?? {}).filter(([name]) => !name.startsWith(signaturePrefix));
  const data: ConfigMap['data'] = { ...Object.fromEntries(others), ...wanted };
  if (JSON.stringify(data) !== JSON.stringify(map.data)) client.update('configmaps', { ...map, data });
  return {};
}

/** A JWS whose payload stands elsewhere: cluster-bootstrap/token/jws. */
function detached(secret: Secret, kubeconfig: string): string {
  const [id, key] = [field(secret, 'token-id'), field(secret, 'token-secret')];
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: id })).toString('base64url');
  const payload = Buffer.from(kubeconfig).toString('base64url');
  const signature = createHmac('sha256', `${id}.${key}`).update(`${header}.${payload}`).digest('base64url');
  return `${header}..${signature}`;
}

/** Deletes tokens whose time is over. */
export const tokenCleanerController = (): Controller => ({
  name: 'token_cleaner',
  watches: [
    watch('secrets', (secret) => (isToken(secret as Secret) ? [{ namespace: secret.metadata.namespace ?? '', name: secret.metadata.name ?? '' }] : [])),
  ],
  reconcile: (key, { client, informers, sim }) => {
    const secret = informers.of('secrets').get(key);
    if (!secret || expiresAt(secret) === Number.POSITIVE_INFINITY) return {};
    const left = expiresAt(secret) - sim.now;
    if (left > 0) return { requeueAfter: left };
    client.delete('secrets', key);
    return {};
  },
});
