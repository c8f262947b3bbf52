/** As much of the package's types as is used here. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage } from 'node:http';
  import type { Duplex } from 'node:stream';

  export class WebSocket extends EventEmitter {
    readonly protocol: string;
    readonly bufferedAmount: number;
    readonly readyState: number;
    send(data: Uint8Array, done?: (error?: Error) => void): void;
    close(code?: number, reason?: string): void;
    terminate(): void;
    pause(): void;
    resume(): void;
    ping(): void;
    on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
    on(event: 'close', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }
  export class WebSocketServer extends EventEmitter {
    constructor(options: {
      noServer: true;
      perMessageDeflate: false;
      maxPayload: number;
      handleProtocols?: (protocols: Set<string>, request: IncomingMessage) => string | false;
    });
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: (socket: WebSocket) => void): void;
    on(event: 'headers', listener: (headers: string[], request: IncomingMessage) => void): this;
  }
}
