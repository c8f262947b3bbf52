/**
 * /openapi/v2 is asked for only where v3 does not know a kind: kubectl then looks whether an older document does, and goes on to say that there is no
 * such kind. So the document names the server and no types (github.com/google/gnostic-models/openapiv2).
 */
import type { ServerResponse } from 'node:http';

const protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Sends the document in the form that is asked for. */
export function sendOpenApiV2(to: ServerResponse, accept: string | undefined, version: string): void {
  const asProtobuf = accept?.includes('proto-openapi') === true;
  const info = { title: 'Kubernetes', version };
  const text = (no: number, value: Uint8Array): Uint8Array => Buffer.concat([Uint8Array.of((no << 3) | 2, value.length), value]);
  const body = asProtobuf
    ? Buffer.concat([
        text(1, Buffer.from('2.0')),
        text(2, Buffer.concat([text(1, Buffer.from(info.title)), text(2, Buffer.from(info.version))])),
        text(8, Buffer.alloc(0)),
      ])
    : Buffer.from(JSON.stringify({ swagger: '2.0', info, paths: {}, definitions: {} }));
  to.writeHead(200, { 'content-type': asProtobuf ? protobuf : 'application/json', 'content-length': body.length });
  to.end(body);
}
