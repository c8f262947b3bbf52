/** create configmap, secret, namespace, serviceaccount: kubernetes kubectl/pkg/cmd/create. */
import { goJson } from '../../../../apimachinery/go-text.ts';
import { encodeUtf8 } from '../../../../sim/stream.ts';
import type { CommandEntry } from '../../command.ts';
import { contentHash } from '../../content-hash.ts';
import { KubectlError } from '../../errors.ts';
import { defined, nameOf, type Obj, withPath } from '../../json.ts';
import type { Kubectl } from '../../kubectl.ts';
import { createObject } from './generator.ts';
import { type Data, dataFromFlags, readFlagFile } from './sources.ts';

/** Bytes that are no UTF-8 are kept as lone surrogates (sim/stream.ts). */
const isBinary = (value: string): boolean => /[\ud800-\udfff]/u.test(value);

const base64 = (value: string): string => Buffer.from(encodeUtf8(value)).toString('base64');

const encoded = (data: Data): Data => Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]));

const filled = (data: Data): Data | undefined => (Object.keys(data).length === 0 ? undefined : data);

/** --append-hash: the name says what is inside. */
const hashed = (k: Kubectl, object: Obj): Obj =>
  k.flags.bool('append-hash') ? withPath(object, ['metadata', 'name'], `${nameOf(object)}-${contentHash({ data: {}, ...object })}`) : object;

export const createConfigMap: CommandEntry = {
  path: 'create configmap',
  aliases: ['cm'],
  short: 'Create a config map from a local file, directory or literal value',
  examples:
    '# From two literal values\nkubectl create configmap app --from-literal=color=blue --from-literal=size=big\n\n# One key for each file of a folder\nkubectl create configmap files --from-file=conf.d/',
  *run(k) {
    const name = k.requireName();
    const data = dataFromFlags(k);
    const plain = filled(Object.fromEntries(Object.entries(data).filter(([, value]) => !isBinary(value))));
    const binary = filled(encoded(Object.fromEntries(Object.entries(data).filter(([, value]) => isBinary(value)))));
    yield* createObject(k, () => hashed(k, defined({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name }, data: plain, binaryData: binary })), {
      failure: 'configmap',
    });
  },
};

export const createSecret: CommandEntry = { path: 'create secret', short: 'Create a secret using a specified subcommand' };

export const createSecretGeneric: CommandEntry = {
  path: 'create secret generic',
  short: 'Create a secret from a local file, directory, or literal value',
  examples: '# Two values\nkubectl create secret generic db --from-literal=user=admin --from-literal=pass=s3cret',
  *run(k) {
    const name = k.requireName();
    const data = dataFromFlags(k);
    const type = k.flags.text('type') || undefined;
    yield* createObject(k, () => hashed(k, defined({ kind: 'Secret', apiVersion: 'v1', metadata: { name }, data: filled(encoded(data)), type })), {
      failure: 'secret',
      separator: ' ',
    });
  },
};

export const createSecretTls: CommandEntry = {
  path: 'create secret tls',
  short: 'Create a TLS secret',
  examples: '# From a certificate and its key\nkubectl create secret tls shop --cert=tls.crt --key=tls.key',
  *run(k) {
    const name = k.requireName();
    for (const flag of ['cert', 'key']) if (k.flags.text(flag) === '') throw new KubectlError('key and cert must be specified');
    const data = { 'tls.crt': readFlagFile(k, k.flags.text('cert')), 'tls.key': readFlagFile(k, k.flags.text('key')) };
    checkPair(data['tls.crt'], data['tls.key']);
    yield* createObject(k, () => hashed(k, { kind: 'Secret', apiVersion: 'v1', metadata: { name }, data: encoded(data), type: 'kubernetes.io/tls' }), {
      failure: 'secret',
      separator: ' ',
    });
  },
};

/** crypto/tls X509KeyPair, as far as texts go. */
function checkPair(certificate: string, key: string): void {
  if (!certificate.includes('-----BEGIN CERTIFICATE-----')) {
    throw new KubectlError(
      certificate.includes('-----BEGIN ')
        ? `tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched`
        : 'tls: failed to find any PEM data in certificate input',
    );
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) throw new KubectlError('tls: failed to find any PEM data in key input');
}

export const createSecretDockerRegistry: CommandEntry = {
  path: 'create secret docker-registry',
  short: 'Create a secret for use with a Docker registry',
  examples: '# Credentials for pulling images\nkubectl create secret docker-registry reg --docker-server=r.example.com --docker-username=u --docker-password=p',
  *run(k) {
    const name = k.requireName();
    const files = k.flags.list('from-file');
    const [username, password, server, email] = ['docker-username', 'docker-password', 'docker-server', 'docker-email'].map((flag) => k.flags.text(flag)) as [
      string,
      string,
      string,
      string,
    ];
    if (files.length === 0 && (username === '' || password === '' || server === '')) {
      throw new KubectlError('either --from-file or the combination of --docker-username, --docker-password and --docker-server is required');
    }
    const auth = { auths: { [server]: defined({ username, password, email: email || undefined, auth: base64(`${username}:${password}`) }) } };
    // Whatever the file is called, it has the one key that this type asks for.
    const read = files.length > 0 ? dataFromFlags(k) : {};
    const [only] = Object.values(read);
    const data = files.length === 1 && only !== undefined ? { '.dockerconfigjson': only } : files.length > 0 ? read : { '.dockerconfigjson': goJson(auth) };
    const secret = { kind: 'Secret', apiVersion: 'v1', metadata: { name }, data: encoded(data), type: 'kubernetes.io/dockerconfigjson' };
    yield* createObject(k, () => hashed(k, secret), { failure: 'secret', separator: ' ' });
  },
};

export const createNamespace: CommandEntry = {
  path: 'create namespace',
  aliases: ['ns'],
  short: 'Create a namespace with the specified name',
  examples: '# A namespace for a team\nkubectl create namespace team-a',
  *run(k) {
    const name = k.requireName();
    yield* createObject(k, () => ({ kind: 'Namespace', apiVersion: 'v1', metadata: { name }, spec: {}, status: {} }), { namespaced: false });
  },
};

export const createServiceAccount: CommandEntry = {
  path: 'create serviceaccount',
  aliases: ['sa'],
  short: 'Create a service account with the specified name',
  examples: '# An identity for pods\nkubectl create serviceaccount robot',
  *run(k) {
    const name = k.requireName();
    yield* createObject(k, () => ({ kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name } }), { failure: 'serviceaccount' });
  },
};
