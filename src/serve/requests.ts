/** One request from outside: in through the apiserver's front door, and its answer out again. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StatusError } from '../apimachinery/status.ts';
import { isConnectPath, type RestRequest, type RestResponse, type RestServer } from '../interfaces/rest.ts';
import { isSession, type StreamSession } from '../interfaces/streams.ts';
import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { negotiate, send, writeHeaders } from './answer.ts';
import type { WorldClock } from './clock.ts';
import { sendOpenApiV2 } from './openapi-v2.ts';
import { outletOf, pumpBytes, pumpEvents, whenClosed } from './pump.ts';
import { type Door, decodeBody, readBody, readHead } from './request.ts';

/** What all connections share. */
export type Outside = {
  readonly sim: Sim;
  readonly clock: WorldClock;
  readonly door: Door;
  /** Undefined while the apiserver is down. */
  readonly apiServer: () => RestServer | undefined;
  readonly failed: (error: unknown) => void;
};

/** Answers, whatever happens; a bug in the lab ends this connection and is told. */
export function onRequest(outside: Outside, message: IncomingMessage, response: ServerResponse): void {
  // A client that goes away in the middle is no error.
  message.on('error', () => undefined);
  response.on('error', () => undefined);
  answer(outside, message, response).catch((error: unknown) => {
    response.destroy();
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') outside.failed(error);
  });
}

async function answer(outside: Outside, message: IncomingMessage, response: ServerResponse): Promise<void> {
  let request: RestRequest = { method: 'GET', path: '/' };
  try {
    const bytes = await readBody(message);
    request = readHead(message, outside.door);
    const body = decodeBody(bytes, request);
    if (body !== undefined) request = { ...request, body };
    if (request.path === '/openapi/v2') return sendOpenApiV2(response, request.headers?.['accept'], 'v1.35.6');
    negotiate(request.headers?.['accept']);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    await send(response, { ...request, headers: {} }, { status: error.code, headers: {}, body: error.status });
    return;
  }
  const server = outside.apiServer();
  // As behind a load balancer with nobody at the other end.
  if (!server) return void response.destroy();
  const answered = isConnectPath(request.path) ? await outcome(outside, server.connect(request)) : server.handle(request);
  outside.clock.kick();
  if (answered === undefined) return void response.destroy();
  if (isSession(answered)) followSession(outside, answered, message, response);
  else if (answered.watch) followWatch(outside, answered, response);
  else await send(response, request, answered);
}

/** What a Routine of the world gives in the end; undefined when the world ends first. */
export function outcome<T>({ sim, clock, failed }: Pick<Outside, 'sim' | 'clock' | 'failed'>, routine: Routine<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    sim.go(run(), 'serve');
    clock.kick();
    function* run(): Routine {
      let result: T | undefined;
      try {
        result = yield* routine;
      } catch (error) {
        failed(error);
      } finally {
        resolve(result);
      }
    }
  });
}

function followWatch(outside: Outside, answered: RestResponse, response: ServerResponse): void {
  const { watch } = answered;
  if (!watch) return;
  writeHeaders(response, answered);
  response.writeHead(answered.status, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  const outlet = outletOf(response, outside.clock.kick);
  follow(outside.sim, response, pumpEvents(watch, outlet), () => watch.break());
  outside.clock.kick();
}

/** A log: its bytes as the body. */
function followSession(outside: Outside, session: StreamSession, message: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private', 'transfer-encoding': 'chunked' });
  response.flushHeaders();
  const outlet = outletOf(response, outside.clock.kick);
  follow(outside.sim, response, pumpBytes(session.stdout, outlet), () => endSession(session));
  message.resume();
  outside.clock.kick();
}

/** Tells the other side that nobody listens any more. */
export function endSession(session: StreamSession): void {
  session.stdout.break();
  if (session.outcome() === undefined) session.close();
}

/** Hands on until there is no more or the client goes, who may do so before anything was handed on. */
function follow(sim: Sim, response: ServerResponse, pumping: Routine, over: () => void): void {
  const pump = sim.go(run(), 'serve');
  whenClosed(response, () => {
    pump.cancel();
    over();
  });

  function* run(): Routine {
    try {
      yield* pumping;
    } finally {
      over();
      response.end();
    }
  }
}
