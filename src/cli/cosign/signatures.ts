/** Signatures beside an image: under the tag `sha256-<digest>.sig` of its repository (sigstore cosign spec/SIGNATURE_SPEC.md). */

import { Buffer } from 'node:buffer';
import { sign as signWith, verify as verifyWith } from 'node:crypto';
import type { HttpRegistry } from '../../client/http-registry.ts';
import { asked, imageInRegistry } from '../../client/image-in-registry.ts';
import type { Blob, ImageManifest, RegistryAuth } from '../../interfaces/distribution.ts';
import { sha256, textBlob } from '../../interfaces/image-content.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { readCredentials } from '../docker-config.ts';
import { type Call, CosignError } from './call.ts';
import { agreed, privateKey, verifier } from './keys.ts';

const annotation = 'dev.cosignproject.cosign/signature';
const payloadType = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** An image in its registry. */
type Located = {
  readonly registry: HttpRegistry;
  readonly auth: RegistryAuth | undefined;
  readonly name: string;
  readonly repository: string;
  readonly digest: string;
};
type Signature = { readonly payload: string; readonly signature: string };

/** Pushes the signature beside each image; throws CosignError. */
export function* sign({ process, flags, args }: Call): Routine<number> {
  if (flags.text('key') === '') throw new CosignError('k8s-lab: keyless signing needs an identity provider and is not simulated: give --key', 70);
  for (const ref of args) {
    if (!ref.includes('@'))
      yield* process.printError(
        `WARNING: Image reference ${ref} uses a tag, not a digest, to identify the image to sign.\n    This can lead you to sign a different image than the intended one. Please use a\n    digest (example.com/ubuntu@sha256:abc123...) rather than tag\n    (example.com/ubuntu:latest) for the input to cosign. The ability to refer to\n    images by tag will be removed in a future release.\n\n`,
      );
    const image = yield* locate(process, ref);
    const key = yield* privateKey(process, flags.text('key'));
    if (!flags.bool('yes') && process.stdin.tty && !(yield* agreed(process, 'Are you sure you would like to continue? [y/N] ')))
      throw new CosignError('should upload to tlog: user declined the prompt');
    const optional = Object.fromEntries(flags.list('annotations').map((each) => [each.split('=')[0] ?? '', each.slice(each.indexOf('=') + 1)]));
    const payload = JSON.stringify({
      critical: { identity: { 'docker-reference': image.name }, image: { 'docker-manifest-digest': image.digest }, type: 'cosign container image signature' },
      optional: Object.keys(optional).length > 0 ? optional : null,
    });
    const made = { payload, signature: signWith(null, Buffer.from(payload), key).toString('base64') };
    const before = (yield* signaturesOf(image)).filter((each) => each.signature !== made.signature);
    yield* process.printError(`Pushing signature to: ${image.name}\n`);
    yield* store(image, [...before, made]);
  }
  return 0;
}

/** Throws CosignError with cosign's exit status: 10 for no signature, 12 for none that matches. */
export function* verify({ process, flags, args }: Call): Routine<number> {
  if (flags.text('key') === '' && flags.text('certificate-identity') === '')
    throw new CosignError('--certificate-identity or --certificate-identity-regexp is required for verification in keyless mode');
  for (const ref of args) {
    const image = yield* locate(process, ref);
    const found = yield* signaturesOf(image);
    if (found.length === 0) throw new CosignError('no signatures found', 10);
    if (flags.text('key') === '') throw new CosignError('no matching signatures: no certificate found on signature', 12);
    const key = verifier(process, flags.text('key'));
    const good = found.filter(
      ({ payload, signature }) => verifyWith(null, Buffer.from(payload), key, Buffer.from(signature, 'base64')) && payload.includes(image.digest),
    );
    if (good.length === 0) throw new CosignError('no matching signatures: invalid signature when validating ASN.1 encoded signature', 12);
    const log = flags.bool('insecure-ignore-tlog') ? [] : ['Existence of the claims in the transparency log was verified offline'];
    const checks = ['The cosign claims were validated', ...log, 'The signatures were verified against the specified public key'];
    if (flags.bool('insecure-ignore-tlog'))
      yield* process.printError(
        'WARNING: Skipping tlog verification is an insecure practice that lacks transparency and auditability verification for the signature.\n',
      );
    yield* process.printError(
      `\nVerification for ${ref} --\nThe following checks were performed on each of these signatures:\n${checks.map((each) => `  - ${each}\n`).join('')}\n`,
    );
    yield* process.print(`[${good.map(({ payload }) => payload).join(',')}]\n`);
  }
  return 0;
}

/** Prints where an image's signature would be. */
export function* triangulate({ process, args }: Call): Routine<number> {
  const image = yield* locate(process, args[0] ?? '');
  yield* process.print(`${image.name}:${tagOf(image)}\n`);
  return 0;
}

/** Prints what is stored beside an image. */
export function* tree({ process, args }: Call): Routine<number> {
  const image = yield* locate(process, args[0] ?? '');
  yield* process.print(`📦 Supply Chain Security Related artifacts for an image: ${args[0]}\n`);
  const found = yield* signaturesOf(image);
  if (found.length === 0)
    yield* process.print(
      `No Supply Chain Security Related Artifacts artifacts found for image ${args[0]}\n, start creating one with simply running$ cosign sign <img>\n`,
    );
  else
    yield* process.print(
      `└── 🔐 Signatures for an image tag: ${image.name}:${tagOf(image)}\n${found.map(({ payload }, i) => `   ${i === found.length - 1 ? '└' : '├'}── 🍒 ${sha256(payload)}\n`).join('')}`,
    );
  return 0;
}

const tagOf = ({ digest }: Located): string => `${digest.replace(':', '-')}.sig`;

function* locate(process: Process, ref: string): Routine<Located> {
  const found = yield* imageInRegistry(process, ref, { userAgent: 'cosign/v3.0.2', login: (host) => readCredentials(process, host) }, failure);
  if (found === 'no name') throw new CosignError(`parsing reference: could not parse reference: ${ref}`);
  if (found === 'no image') throw new CosignError(`signing [${ref}]: accessing entity: entity not found in registry`, 11);
  const { registry, auth, host, repository, manifest } = found;
  return { registry, auth, name: `${host === 'docker.io' ? 'index.docker.io' : host}/${repository}`, repository, digest: manifest.digest };
}

const failure = (message: string): CosignError => new CosignError(message);

function* signaturesOf(image: Located): Routine<Signature[]> {
  const blob = yield* asked(image.registry.manifest(image.repository, tagOf(image), image.auth), failure);
  if (!blob) return [];
  const found: Signature[] = [];
  for (const layer of (JSON.parse(blob.text) as ImageManifest).layers) {
    const payload = yield* asked(image.registry.blob(image.repository, layer.digest, image.auth), failure);
    if (payload) found.push({ payload: payload.text, signature: layer.annotations?.[annotation] ?? '' });
  }
  return found;
}

function* store({ registry, repository, auth, ...image }: Located, signatures: readonly Signature[]): Routine {
  const layers = signatures.map(({ payload, signature }) => ({ blob: textBlob(payloadType, payload), signature }));
  const config = textBlob(
    'application/vnd.oci.image.config.v1+json',
    JSON.stringify({ architecture: '', os: '', config: {}, rootfs: { type: 'layers', diff_ids: layers.map(({ blob }) => blob.digest) } }),
  );
  const described = ({ mediaType, digest, size }: Blob) => ({ mediaType, digest, size });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: described(config),
    layers: layers.map(({ blob, signature }) => ({ ...described(blob), annotations: { [annotation]: signature } })),
  });
  for (const blob of [config, ...layers.map((each) => each.blob)]) yield* asked(registry.upload(repository, blob, { auth }), failure);
  yield* asked(registry.putManifest(repository, tagOf({ registry, repository, auth, ...image }), textBlob(mediaType, manifest), auth), failure);
}
