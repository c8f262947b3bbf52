/**
 * SPDY/3.1 from the server's side, as far as remote commands and port forwarding go: frames, header blocks, streams that the client opens. Flow
 * control is left out, as the client's library (moby/spdystream) leaves it out.
 */
import type { Transform } from 'node:stream';
import { constants, createDeflate, createInflate } from 'node:zlib';
import { spdyDictionary } from './spdy-dictionary.ts';

/** One stream of a connection, named by its headers (`streamtype`). */
export type SpdyStream = {
  readonly headers: Readonly<Record<string, string>>;
  onData: (bytes: Buffer) => void;
  /** The client sends no more, or has reset the stream. */
  onEnd: () => void;
  write(bytes: Uint8Array): boolean;
  end(): void;
};

const frames = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const;
const fin = 1;
/** Larger data goes out in several frames. */
const frameLimit = 32 * 1024;
/** What one frame may hold: 24 bits say how long it is, and nobody sends that much. */
const longestFrame = 1024 * 1024;

/** Fed with what the socket gives, after the upgrade. */
export class SpdyConnection {
  readonly #write: (bytes: Uint8Array) => boolean;
  readonly #opened: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #inflate = codec(createInflate({ dictionary: spdyDictionary(), finishFlush: constants.Z_SYNC_FLUSH }));
  readonly #deflate = codec(createDeflate({ dictionary: spdyDictionary(), flush: constants.Z_SYNC_FLUSH }));
  #pending = Buffer.alloc(0);
  /** Frames are taken one after another: header blocks are one long zlib stream. */
  #turn: Promise<void> = Promise.resolve();

  constructor(write: (bytes: Uint8Array) => boolean, opened: (stream: SpdyStream) => void) {
    this.#write = write;
    this.#opened = opened;
  }

  /** Bytes from the client. Resolves when they are dealt with; rejects when they are no SPDY. */
  push(bytes: Uint8Array): Promise<void> {
    this.#turn = this.#turn.then(() => this.#take(bytes));
    return this.#turn;
  }

  /** The connection is gone: nothing more will come on any stream. */
  ended(): void {
    for (const stream of this.#streams.values()) stream.onEnd();
    this.#streams.clear();
  }

  async #take(bytes: Uint8Array): Promise<void> {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    while (this.#pending.length >= 8) {
      const length = this.#pending.readUInt32BE(4) & 0xffffff;
      if (length > longestFrame) throw new RangeError('a SPDY frame is too long');
      if (this.#pending.length < 8 + length) return;
      const head = this.#pending.readUInt32BE(0);
      const flags = this.#pending[4] ?? 0;
      const body = this.#pending.subarray(8, 8 + length);
      this.#pending = this.#pending.subarray(8 + length);
      if (head >>> 31 === 0) this.#data(head, flags, body);
      else await this.#control(head & 0xffff, flags, body);
    }
  }

  #data(id: number, flags: number, body: Buffer): void {
    const stream = this.#streams.get(id);
    if (body.length > 0) stream?.onData(Buffer.from(body));
    if (flags & fin) stream?.onEnd();
  }

  async #control(type: number, flags: number, body: Buffer): Promise<void> {
    if (type === frames.synStream) await this.#open(flags, body);
    else if (type === frames.ping) this.#frame(frames.ping, body);
    else if (type === frames.rstStream) {
      const id = body.readUInt32BE(0);
      this.#streams.get(id)?.onEnd();
      this.#streams.delete(id);
    } else if (type === frames.goAway) this.ended();
  }

  async #open(flags: number, body: Buffer): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff;
    const headers = readHeaders(await this.#inflate(body.subarray(10)));
    const stream: SpdyStream = {
      headers,
      onData: () => undefined,
      onEnd: () => undefined,
      write: (bytes) => this.#send(id, bytes, false),
      end: () => void this.#send(id, new Uint8Array(), true),
    };
    this.#streams.set(id, stream);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(id);
    this.#frame(frames.synReply, Buffer.concat([number, await this.#deflate(Buffer.alloc(4))]));
    this.#opened(stream);
    if (flags & fin) stream.onEnd();
  }

  #frame(type: number, body: Uint8Array): void {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(0x8003, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt32BE(body.length, 4);
    this.#write(Buffer.concat([head, body]));
  }

  #send(id: number, bytes: Uint8Array, last: boolean): boolean {
    let fine = true;
    for (let at = 0; at === 0 || at < bytes.length; at += frameLimit) {
      const part = bytes.subarray(at, at + frameLimit);
      const head = Buffer.alloc(8);
      head.writeUInt32BE(id, 0);
      head.writeUInt32BE(part.length, 4);
      head[4] = last && at + frameLimit >= bytes.length ? fin : 0;
      fine = this.#write(Buffer.concat([head, part]));
    }
    return fine;
  }
}

/** A zlib stream that gives what each piece of input makes of it. */
function codec(stream: Transform): (bytes: Uint8Array) => Promise<Buffer> {
  let out: Buffer[] = [];
  stream.on('data', (part: Buffer) => out.push(part));
  return (bytes) =>
    new Promise((resolve, reject) => {
      stream.once('error', reject);
      stream.write(bytes, () =>
        setImmediate(() => {
          stream.off('error', reject);
          resolve(Buffer.concat(out));
          out = [];
        }),
      );
    });
}

function readHeaders(block: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  let at = 4;
  const text = (): string => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.toString('latin1', at - length, at);
  };
  for (let left = block.readUInt32BE(0); left > 0; left--) {
    const name = text().toLowerCase();
    headers[name] = text();
  }
  return headers;
}
