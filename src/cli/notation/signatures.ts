/** Signatures as artifacts that refer to an image: in the index under the tag `sha256-<digest>`, as registries without the referrers API have it. */
import { Buffer } from 'node:buffer';
import { createHash, createPrivateKey, sign as signWith, verify as verifyWith, X509Certificate } from 'node:crypto';
import { verify as verifyChain } from '../../apimachinery/pki.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { asked, type ImageInRegistry, imageInRegistry } from '../../client/image-in-registry.ts';
import type { Blob, ImageIndex, ImageManifest } from '../../interfaces/distribution.ts';
import { descriptorOf, textBlob } from '../../interfaces/image-content.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { readCredentials } from '../docker-config.ts';
import type { Flags } from '../flags.ts';
import { NotationError, parsePolicy, policyText, signingKey, statementFor, trusted } from './stores.ts';

/** One run of a notation command. */
export type Call = { readonly process: Process; readonly flags: Flags; readonly args: readonly string[] };

const artifactType = 'application/vnd.cncf.notary.signature';
const envelopeType = 'application/jose+json';
const thumbprint = 'io.cncf.notary.x509chain.thumbprint#S256';
const indexType = 'application/vnd.oci.image.index.v1+json';

type Envelope = { readonly payload: string; readonly protected: string; readonly header: { readonly x5c: readonly string[] }; readonly signature: string };

const failure = (message: string): NotationError => new NotationError(message);
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const referrersTag = ({ manifest }: ImageInRegistry): string => manifest.digest.replace(':', '-');
const nameOf = ({ host, repository, manifest }: ImageInRegistry): string => `${host}/${repository}@${manifest.digest}`;

function* located({ process, args }: Call): Routine<ImageInRegistry> {
  const ref = args[0] ?? '';
  const found = yield* imageInRegistry(process, ref, { userAgent: 'notation/1.3.2', login: (host) => readCredentials(process, host) }, failure);
  if (found === 'no name') throw failure(`invalid reference: ${ref}`);
  if (found === 'no image') throw failure(`${ref}: not found`);
  return found;
}

function* warnOfTag({ process, args }: Call, verb: string, past: string): Routine {
  if (!args[0]?.includes('@'))
    yield* process.printError(
      `Warning: Always ${verb} the artifact using digest(@sha256:...) rather than a tag(:${/:([^:/]+)$/.exec(args[0] ?? '')?.[1] ?? 'latest'}) because ${verb === 'sign' ? 'tags are mutable and a tag reference can point to a different artifact than the one signed' : `resolved digest may not point to the same ${past} artifact, as tags are mutable`}.\n`,
    );
}

/** Puts a signature beside the image. */
export function* sign(call: Call): Routine<number> {
  const { process, flags } = call;
  const key = signingKey(process, flags.text('key'));
  const image = yield* located(call);
  yield* warnOfTag(call, 'sign', 'signed');
  const certificate = process.fs.read(key.certPath);
  const der = new X509Certificate(certificate).raw;
  const signed = encoded({
    alg: 'EdDSA',
    crit: ['io.cncf.notary.signingScheme'],
    cty: 'application/vnd.cncf.notary.payload.v1+json',
    'io.cncf.notary.signingScheme': 'notary.x509',
    'io.cncf.notary.signingTime': rfc3339(process.now),
  });
  const payload = encoded({ targetArtifact: descriptorOf(image.manifest) });
  const signature = signWith(null, Buffer.from(`${signed}.${payload}`), createPrivateKey(process.fs.read(key.keyPath))).toString('base64url');
  const envelope = textBlob(envelopeType, JSON.stringify({ payload, protected: signed, header: { x5c: [der.toString('base64')] }, signature }));
  yield* attach(image, envelope, {
    [thumbprint]: JSON.stringify([createHash('sha256').update(der).digest('hex')]),
    'org.opencontainers.image.created': rfc3339(process.now),
  });
  yield* process.print(`Successfully signed ${nameOf(image)}\n`);
  return 0;
}

function* attach(image: ImageInRegistry, envelope: Blob, annotations: Readonly<Record<string, string>>): Routine {
  const { registry, repository, auth } = image;
  const config = textBlob(artifactType, '{}');
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const body = {
    schemaVersion: 2,
    mediaType,
    config: descriptorOf(config),
    layers: [descriptorOf(envelope)],
    subject: descriptorOf(image.manifest),
    annotations,
  };
  const manifest = textBlob(mediaType, JSON.stringify(body));
  for (const blob of [config, envelope]) yield* asked(registry.upload(repository, blob, { auth }), failure);
  yield* asked(registry.putManifest(repository, manifest.digest, manifest, auth), failure);
  const manifests = [...(yield* referrers(image)), { ...descriptorOf(manifest), annotations, artifactType }];
  const index = textBlob(indexType, JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
  yield* asked(registry.putManifest(repository, referrersTag(image), index, auth), failure);
}

function* referrers(image: ImageInRegistry): Routine<ImageIndex['manifests']> {
  const blob = yield* asked(image.registry.manifest(image.repository, referrersTag(image), image.auth), failure);
  return blob ? (JSON.parse(blob.text) as ImageIndex).manifests : [];
}

/** Lists the signatures of an image. */
export function* list(call: Call): Routine<number> {
  const image = yield* located(call);
  yield* warnOfTag(call, 'list', 'signed');
  const found = yield* referrers(image);
  if (found.length === 0) yield* call.process.print(`${nameOf(image)} has no associated signatures\n`);
  else
    yield* call.process.print(
      `${nameOf(image)}\n└── ${artifactType}\n${found.map(({ digest }, i) => `    ${i === found.length - 1 ? '└' : '├'}── ${digest}\n`).join('')}`,
    );
  return 0;
}

/** Says whether one signature at least is by somebody whom the policy trusts. */
export function* verify(call: Call): Routine<number> {
  const { process, args } = call;
  const statements = parsePolicy(policyText(process));
  const image = yield* located(call);
  yield* warnOfTag(call, 'verify', 'signed');
  const name = nameOf(image);
  const { signatureVerification, trustStores = [] } = statementFor(statements, `${image.host}/${image.repository}`, name);
  const level = signatureVerification?.level;
  if (level === 'skip') {
    yield* process.print(`Trust policy is configured to skip signature verification for ${name}\n`);
    return 0;
  }
  const found = yield* referrers(image);
  if (found.length === 0)
    throw failure(
      `signature verification failed: no signature is associated with "${args[0]?.includes('@') ? args[0] : name}", make sure the artifact was signed successfully`,
    );
  const roots = trusted(process).filter(({ type, store }) => trustStores.includes(`${type}:${store}`));
  for (const { digest } of found) {
    const envelope = yield* envelopeOf(image, digest);
    if (!envelope || !isAuthentic(envelope, image)) continue;
    const [leaf = ''] = envelope.header.x5c;
    const pem = new X509Certificate(Buffer.from(leaf, 'base64')).toString();
    const isTrusted = roots.some((root) => root.pem.trim() === pem.trim() || verifyChain(pem, root.pem, process.now).ok);
    if (!isTrusted && level !== 'audit') continue;
    if (!isTrusted) yield* process.printError('Warning: authenticity was set to "log" and failed with error: signature is not produced by a trusted signer\n');
    yield* process.print(`Successfully verified signature for ${name}\n`);
    return 0;
  }
  throw failure(`signature verification failed for all the signatures associated with ${name}`);
}

function* envelopeOf({ registry, repository, auth }: ImageInRegistry, digest: string): Routine<Envelope | undefined> {
  const manifest = yield* asked(registry.manifest(repository, digest, auth), failure);
  const layer = manifest && (JSON.parse(manifest.text) as ImageManifest).layers[0];
  const blob = layer && (yield* asked(registry.blob(repository, layer.digest, auth), failure));
  return blob && (JSON.parse(blob.text) as Envelope);
}

/** It is of this very image, and of the key in its certificate. */
function isAuthentic(envelope: Envelope, { manifest }: ImageInRegistry): boolean {
  const { targetArtifact } = JSON.parse(Buffer.from(envelope.payload, 'base64url').toString()) as { readonly targetArtifact?: { readonly digest: string } };
  const key = new X509Certificate(Buffer.from(envelope.header.x5c[0] ?? '', 'base64')).publicKey;
  const text = Buffer.from(`${envelope.protected}.${envelope.payload}`);
  return targetArtifact?.digest === manifest.digest && verifyWith(null, text, key, Buffer.from(envelope.signature, 'base64url'));
}
