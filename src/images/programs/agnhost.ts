/** registry.k8s.io/e2e-test-images/agnhost: the sub-commands that tutorials use. */
import { goLogTime } from '../../apimachinery/go-units.ts';
import type { Program } from '../../linux/program.ts';
import type { HttpRequest, HttpResponse } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { webhook } from './agnhost-webhook.ts';
import { pause } from './pause.ts';
import { flag, listenHttp, log, textResponse, waitForSignal } from './service.ts';

export const agnhost: Program = function* (argv, process) {
  const [, command, ...rest] = argv;
  if (command === 'pause' || command === undefined) return yield* pause(argv.slice(0, 1), process);
  const run = commands[command];
  if (run) return yield* run(rest, process);
  if (['dns-suffix', 'dns-server-list', 'etc-hosts'].includes(command)) {
    yield* process.print(process.fs.read(command === 'etc-hosts' ? '/etc/hosts' : '/etc/resolv.conf'));
    return 0;
  }
  yield* process.printError(`k8s-lab: agnhost ${command} is not simulated\n`);
  return 70;
};

const netexec: Program = function* (argv, process) {
  const port = Number(flag(argv, 'http-port') ?? 8080);
  yield* log(process, `${goLogTime(process.now)} Started HTTP server on port ${port}`, 2);
  const exits: { status: number | undefined } = { status: undefined };
  const listener = listenHttp(process, port, (request) => answerNetexec(process, request, exits));
  try {
    yield* waitForSignal(process);
    return exits.status ?? 0;
  } finally {
    listener.close();
  }
};

function* answerNetexec(process: Parameters<Program>[1], request: HttpRequest, exits: { status: number | undefined }): Routine<HttpResponse> {
  yield* sleep(0.3);
  const [path = '/', query = ''] = request.path.split('?');
  const value = (name: string): string | undefined => new URLSearchParams(query).get(name) ?? undefined;
  if (path === '/hostname' || path === '/hostName') return textResponse(200, process.namespaces.uts.hostname);
  if (path === '/clientip') return textResponse(200, `${request.remoteAddress}:40000`);
  if (path === '/echo') return textResponse(Number(value('code') ?? 200), value('msg') ?? '');
  if (path === '/healthz') return textResponse(200, '');
  if (path === '/header') return textResponse(200, request.headers[value('key') ?? ''] ?? '');
  if (path === '/exit') {
    exits.status = Number(value('code') ?? 0);
    process.exit(exits.status);
    return textResponse(200, '');
  }
  return textResponse(200, `NOW: ${new Date(process.now).toISOString()}`);
}

/** Answers with the pod's name on every path. */
const serveHostname: Program = function* (argv, process) {
  const listener = listenHttp(process, Number(flag(argv, 'port') ?? 9376), function* () {
    yield* sleep(0.2);
    return textResponse(200, `${process.namespaces.uts.hostname}\n`);
  });
  try {
    yield* waitForSignal(process);
    return 0;
  } finally {
    listener.close();
  }
};

/** Healthy for ten seconds, then not: the liveness probe's example. */
const liveness: Program = function* (_argv, process) {
  const started = process.now;
  const listener = listenHttp(process, 8080, function* () {
    yield* sleep(0.2);
    const age = process.now - started;
    return age > 10_000 ? textResponse(500, `error: ${(age / 1000).toFixed(6)}`) : textResponse(200, 'ok');
  });
  try {
    yield* waitForSignal(process);
    return 0;
  } finally {
    listener.close();
  }
};

const commands: Readonly<Record<string, Program>> = { netexec, 'serve-hostname': serveHostname, liveness, webhook };
