import { expect, test } from 'vitest';
import { decodeProtobuf, ProtobufError } from '../../src/serve/protobuf.ts';

const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]);
const bytes = (no: number, content: Uint8Array | string): Uint8Array => {
  const body = typeof content === 'string' ? Buffer.from(content) : content;
  return Uint8Array.from([...varint((no << 3) | 2), ...varint(body.length), ...body]);
};
const number = (no: number, value: number): Uint8Array => Uint8Array.from([...varint(no << 3), ...varint(value)]);
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const envelope = (apiVersion: string, kind: string, raw: Uint8Array): Uint8Array =>
  join(Buffer.from('k8s\0'), bytes(1, join(bytes(1, apiVersion), bytes(2, kind))), bytes(2, raw));

test('scalars, maps, lists, times, quantities, embedded structs', () => {
  const volume = join(bytes(1, 'data'), bytes(2, bytes(2, join(bytes(1, 'Memory'), bytes(2, bytes(1, '64Mi'))))));
  const port = join(bytes(1, 'http'), number(3, 8080));
  const probe = join(bytes(1, bytes(2, join(bytes(1, '/healthz'), bytes(2, join(number(1, 1), bytes(3, 'http')))))), number(2, 5));
  const container = join(bytes(1, 'web'), bytes(2, 'nginx'), bytes(6, port), bytes(10, probe));
  const metadata = join(bytes(1, 'web'), bytes(8, join(number(1, 1_795_338_000))), bytes(11, join(bytes(1, 'app'), bytes(2, 'web'))));
  const pod = join(bytes(1, metadata), bytes(2, join(bytes(1, volume), bytes(2, container), number(4, 0), number(11, 1), number(12, 0))));
  expect(decodeProtobuf(envelope('v1', 'Pod', pod))).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', creationTimestamp: '2026-11-22T09:00:00Z', labels: { app: 'web' } },
    spec: {
      volumes: [{ name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } }],
      containers: [
        {
          name: 'web',
          image: 'nginx',
          ports: [{ name: 'http', containerPort: 8080 }],
          livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, initialDelaySeconds: 5 },
        },
      ],
      terminationGracePeriodSeconds: 0,
      hostNetwork: true,
    },
  });
});

test('what is no protobuf of ours', () => {
  expect(() => decodeProtobuf(Buffer.from('{}'))).toThrow(ProtobufError);
  expect(() => decodeProtobuf(envelope('example.com/v1', 'Foo', new Uint8Array()))).toThrow('no kind "Foo" is registered');
  expect(() => decodeProtobuf(envelope('v1', 'Pod', Uint8Array.of(0x0a, 0xff)))).toThrow('unexpected EOF');
});
