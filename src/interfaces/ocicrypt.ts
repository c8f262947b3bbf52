/** Encrypted layers (ocicrypt): the layer's bytes under a key of their own, that key wrapped for each recipient in an annotation. */

import { createCipheriv, createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { Blob, Descriptor } from './distribution.ts';
import { sha256 } from './image-content.ts';

const keysAnnotation = 'org.opencontainers.image.enc.keys.jwe';
const optionsAnnotation = 'org.opencontainers.image.enc.pubopts';

/** By the media type alone, which ends with `+encrypted`. */
export const isEncrypted = ({ mediaType }: Pick<Descriptor, 'mediaType'>): boolean => mediaType.endsWith('+encrypted');

/** A public or private key in PEM; undefined for what is none. */
export function publicPart(pem: string): string | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec' ? fingerprint(key) : undefined;
  } catch {
    // OpenSSL's words do not matter: ocicrypt only says that it is no key.
    return undefined;
  }
}

const fingerprint = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');

/** `recipients`: their public parts; `secret`: 64 hexadecimal digits that make the layer's key. */
export function encryptLayer(layer: Blob, recipients: readonly string[], secret: string): { readonly blob: Blob; readonly descriptor: Descriptor } {
  const text = ctr(layer.text, secret).toString('base64');
  const wrapped = recipients.map((recipient) => ({
    protected: 'eyJlbmMiOiJBMjU2R0NNIn0',
    encrypted_key: ctr(secret, wrapKey(recipient)).toString('base64url'),
    header: { alg: 'RSA-OAEP', kid: createHash('sha256').update(recipient).digest('hex').slice(0, 16) },
  }));
  const blob: Blob = { digest: sha256(text), mediaType: `${layer.mediaType}+encrypted`, size: layer.size, text };
  const hmac = createHash('sha256').update(secret).update(text).digest('base64');
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
  return {
    blob,
    descriptor: {
      mediaType: blob.mediaType,
      digest: blob.digest,
      size: blob.size,
      annotations: { [keysAnnotation]: encoded(wrapped), [optionsAnnotation]: encoded({ cipher: 'AES_256_CTR_HMAC_SHA256', hmac, cipheroptions: {} }) },
    },
  };
}

/** With any of the private keys' public parts; undefined where none fits. */
export function decryptLayer(layer: Blob, descriptor: Descriptor, keys: readonly string[]): Blob | undefined {
  const wrapped = JSON.parse(Buffer.from(descriptor.annotations?.[keysAnnotation] ?? 'W10=', 'base64').toString()) as {
    readonly encrypted_key: string;
    readonly header: { readonly kid: string };
  }[];
  for (const key of keys) {
    const own = wrapped.find(({ header }) => header.kid === createHash('sha256').update(key).digest('hex').slice(0, 16));
    if (!own) continue;
    const secret = ctr(Buffer.from(own.encrypted_key, 'base64url'), wrapKey(key)).toString();
    const text = ctr(Buffer.from(layer.text, 'base64'), secret).toString();
    const mediaType = layer.mediaType.replace(/\+encrypted$/, '');
    return { digest: sha256(text), mediaType, size: layer.size, text };
  }
  return undefined;
}

const wrapKey = (recipient: string): string => createHash('sha256').update(`wrap:${recipient}`).digest('hex');

/** AES-256-CTR there and back. */
function ctr(data: string | Buffer, secret: string): Buffer {
  const cipher = createCipheriv('aes-256-ctr', Buffer.from(secret.padEnd(64, '0').slice(0, 64), 'hex'), Buffer.alloc(16));
  return Buffer.concat([cipher.update(typeof data === 'string' ? Buffer.from(data) : data), cipher.final()]);
}
