/** Out of the world onto sockets: Routines that hand on what channels bring, at the pace of whoever reads. */
import type { WatchEvent } from '../interfaces/rest.ts';
import type { Channel } from '../sim/channel.ts';
import { Condition, type Routine } from '../sim/routine.ts';
import { type ByteStream, encodeUtf8 } from '../sim/stream.ts';

/** Where it goes: `write` says false when it should wait for `drained`. */
export type Outlet = { write(data: string | Uint8Array): boolean; readonly drained: Condition };

/** Anything of Node's that is written to and says `drain`. */
export function outletOf(stream: { write(data: string | Uint8Array): boolean; on(event: 'drain', listener: () => void): unknown }, kick: () => void): Outlet {
  const drained = new Condition();
  stream.on('drain', () => {
    drained.notify();
    kick();
  });
  return { write: (data) => stream.write(data), drained };
}

/** When a connection closes, or at once if it did while the world was asked: a client may go at any moment. */
export function whenClosed(connection: { readonly destroyed: boolean; once(event: 'close', listener: () => void): unknown }, then: () => void): void {
  if (connection.destroyed) then();
  else connection.once('close', then);
}

/** A watcher that lags further behind is dropped, as the watch cache of the real server does; its client lists again. */
const mostEvents = 10_000;

/** Events as lines of JSON, until the watch ends or its reader is too slow. */
export function* pumpEvents(channel: Channel<WatchEvent>, outlet: Outlet): Routine {
  for (let event = yield* channel.receive(); event !== undefined; event = yield* channel.receive()) {
    const { type, object } = event;
    if (outlet.write(`${JSON.stringify({ type, object })}\n`)) continue;
    const { version } = outlet.drained;
    while (outlet.drained.version === version) {
      if (channel.length > mostEvents) return;
      yield { on: [outlet.drained, channel.changed] };
    }
  }
}

/** Bytes as they come. */
export function* pumpBytes(from: ByteStream, outlet: Outlet): Routine {
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) {
    if (!outlet.write(encodeUtf8(text))) yield { on: [outlet.drained] };
  }
}
