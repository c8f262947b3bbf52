import type { Secret, ServiceAccount } from '../../api/types.ts';
import { randomSuffix } from '../../apimachinery/names.ts';
import { type LegacyClaims, legacyIssuer, signToken } from '../../apimachinery/service-account-token.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import type { ObjectKey } from '../../client/keys.ts';

/** `rootCa` is the PEM that goes into ca.crt of the Secrets. */
export type TokenOptions = {
  readonly rootCa: string;
  /** `--service-account-private-key-file`. */
  readonly key: string;
  /** Up to 1.23 every ServiceAccount got a Secret unasked (LegacyServiceAccountTokenNoAutoGeneration). */
  readonly unasked: boolean;
};

const type = 'kubernetes.io/service-account-token';
const accountName = 'kubernetes.io/service-account.name';
const accountUid = 'kubernetes.io/service-account.uid';

const accountOf = (secret: Secret): string | undefined => (secret.type === type ? secret.metadata.annotations?.[accountName] : undefined);

/** Tokens that live in Secrets: pkg/controller/serviceaccount/tokens_controller.go. */
export const tokensController = (options: TokenOptions): Controller => ({
  name: 'tokens-controller',
  watches: [
    watch('serviceaccounts', enqueueSelf),
    watch('secrets', (secret) => {
      const name = accountOf(secret);
      return name === undefined ? [] : [{ namespace: secret.metadata.namespace ?? '', name }];
    }),
  ],
  reconcile: (key, context) => reconcile(key, context, options),
});

function reconcile(key: ObjectKey, context: Context, options: TokenOptions): Result {
  const { client, informers } = context;
  const account = informers.of('serviceaccounts').get(key);
  const secrets = informers
    .of('secrets')
    .list(key.namespace)
    .filter((secret) => accountOf(secret) === key.name);
  for (const secret of secrets) {
    const uid = secret.metadata.annotations?.[accountUid];
    if (!account || (uid !== undefined && uid !== account.metadata.uid))
      client.delete('secrets', { namespace: key.namespace, name: secret.metadata.name ?? '' });
    else if (secret.data?.['token'] === undefined || secret.data['ca.crt'] === undefined) client.update('secrets', filled(secret, account, options));
  }
  if (options.unasked && account && secrets.length === 0 && account.metadata.deletionTimestamp === undefined) give(context, account, options);
  return {};
}

function give({ client, sim }: Context, account: ServiceAccount, options: TokenOptions): void {
  const { name = '', namespace = '' } = account.metadata;
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type,
    metadata: { name: `${name}-token-${randomSuffix(sim.random)}`, namespace, annotations: { [accountName]: name } },
  };
  const made = client.create('secrets', filled(secret, account, options));
  client.update('serviceaccounts', { ...account, secrets: [...(account.secrets ?? []), { name: made.metadata.name }] });
}

function filled(secret: Secret, account: ServiceAccount, { rootCa, key }: TokenOptions): Secret {
  const { name = '', namespace = '', uid = '' } = account.metadata;
  const claims: LegacyClaims = {
    iss: legacyIssuer,
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': secret.metadata.name ?? '',
    'kubernetes.io/serviceaccount/service-account.name': name,
    'kubernetes.io/serviceaccount/service-account.uid': uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  const data = { ...secret.data, 'ca.crt': base64(rootCa), namespace: base64(namespace), token: base64(signToken(key, claims)) };
  return { ...secret, data, metadata: { ...secret.metadata, annotations: { ...secret.metadata.annotations, [accountUid]: uid } } };
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
