/** Blobs and their uploads (distribution registry/handlers/blob.go, blobupload.go). */
import { sha256 } from '../../../interfaces/image-content.ts';
import type { HttpResponse } from '../../../linux/protocols.ts';
import { answer, bad, type Call, headerOf } from './answers.ts';
import type { Stored } from './storage.ts';

/** GET and HEAD. */
export function getBlob({ storage, repository, object: digest, request }: Call): HttpResponse {
  const blob = storage.hasLayer(repository, digest) ? storage.blob(digest) : undefined;
  if (!blob) return bad('BLOB_UNKNOWN', digest);
  return answer(200, request.method === 'HEAD' ? '' : blob.text, {
    'Content-Length': String(blob.size),
    'Content-Type': 'application/octet-stream',
    'Cache-Control': 'max-age=31536000',
    'Docker-Content-Digest': digest,
    Etag: `"${digest}"`,
    'Accept-Ranges': 'bytes',
  });
}

/** Unlinks it from the repository; the bytes go with garbage collection. */
export function deleteBlob({ storage, repository, object: digest, deletes }: Call): HttpResponse {
  if (!deletes) return bad('UNSUPPORTED');
  if (!storage.hasLayer(repository, digest)) return bad('BLOB_UNKNOWN', digest);
  storage.removeLayer(repository, digest);
  return answer(202, '');
}

/** POST: takes a blob over from another repository, or begins an upload. */
export function startUpload(call: Call): HttpResponse {
  const { storage, repository, query, newId } = call;
  const mount = query.get('mount') ?? '';
  if (mount !== '' && storage.hasLayer(query.get('from') ?? '', mount)) {
    storage.linkLayer(repository, mount);
    return created(call, mount);
  }
  const id = newId();
  storage.beginUpload(repository, id);
  return under(call, id, 202, 0);
}

/** Appends; answers with the offset so far. */
export function patchUpload(call: Call): HttpResponse {
  const { storage, repository, object: id } = call;
  if (!storage.upload(repository, id)) return bad('BLOB_UPLOAD_UNKNOWN');
  return under(call, id, 202, storage.appendUpload(repository, id, bodyOf(call)).size);
}

/** The end of an upload: what came must be what the digest says. */
export function putUpload(call: Call): HttpResponse {
  const { storage, repository, object: id, query } = call;
  const digest = query.get('digest') ?? '';
  if (!storage.upload(repository, id)) return bad('BLOB_UPLOAD_UNKNOWN');
  if (digest === '') return bad('DIGEST_INVALID', 'digest missing');
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) return bad('DIGEST_INVALID', 'digest parsing failed');
  const whole = storage.appendUpload(repository, id, bodyOf(call));
  if (sha256(whole.text) !== digest) {
    storage.endUpload(repository, id);
    return bad('DIGEST_INVALID', { Digest: digest, Reason: {} });
  }
  storage.putBlob(digest, whole);
  storage.linkLayer(repository, digest);
  storage.endUpload(repository, id);
  return created(call, digest);
}

/** The offset so far. */
export function uploadStatus(call: Call): HttpResponse {
  const upload = call.storage.upload(call.repository, call.object);
  return upload ? under(call, call.object, 204, upload.size) : bad('BLOB_UPLOAD_UNKNOWN');
}

/** What was sent is thrown away. */
export function cancelUpload({ storage, repository, object: id }: Call): HttpResponse {
  if (!storage.upload(repository, id)) return bad('BLOB_UPLOAD_UNKNOWN');
  storage.endUpload(repository, id);
  return answer(204, '', { 'Docker-Upload-UUID': id });
}

/** A runtime says how much the real bytes weigh; what others send weighs what it is. */
function bodyOf({ request }: Call): Stored {
  const length = headerOf(request, 'content-length');
  return { text: request.body, size: length === undefined ? Buffer.byteLength(request.body) : Number(length) };
}

const created = ({ request, repository }: Call, digest: string): HttpResponse =>
  answer(201, '', { Location: `http://${request.host}/v2/${repository}/blobs/${digest}`, 'Docker-Content-Digest': digest });

function under({ request, repository, query }: Call, id: string, status: number, size: number): HttpResponse {
  const state = query.get('_state') ?? Buffer.from(JSON.stringify({ Name: repository, UUID: id, Offset: size })).toString('base64url');
  return answer(status, '', {
    Location: `http://${request.host}/v2/${repository}/blobs/uploads/${id}?_state=${state}`,
    'Docker-Upload-UUID': id,
    Range: `0-${Math.max(0, size - 1)}`,
  });
}
