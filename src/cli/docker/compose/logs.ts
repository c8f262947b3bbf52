/** Logs of several containers at once, each line with the name of its container (compose cmd/formatter/logs.go). */
import type { ContainerSummary, LogLine } from '../../../interfaces/docker.ts';
import type { Channel } from '../../../sim/channel.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Compose, numberOf, serviceOf } from './state.ts';

type LogOptions = {
  readonly follow: boolean;
  readonly tail: number;
  readonly timestamps: boolean;
  readonly prefix: boolean;
  readonly colored: boolean;
  readonly since?: number;
  readonly ends?: boolean;
};

const colors = [36, 33, 32, 35, 34];

/** `web-1`: without the project's name. */
const shortName = (container: ContainerSummary): string => `${serviceOf(container)}-${numberOf(container)}`;

/** Until all are read; with `follow`, until all have ended. */
export function* showLogs({ context, client }: Compose, containers: readonly ContainerSummary[], options: LogOptions): Routine {
  const width = Math.max(0, ...containers.map((each) => shortName(each).length)) + 1;
  const { process } = context;
  const readers = containers.map((container, i) => {
    const lines = client.containers.logs(container.Id, { follow: options.follow, tail: options.tail, since: options.since ?? 0, until: 0 });
    const name = `${shortName(container).padEnd(width)} | `;
    const prefix = !options.prefix ? '' : process.stdout.tty && options.colored ? `\x1b[${colors[i % colors.length]}m${name}\x1b[0m` : name;
    return process.sim.go(copy(lines, prefix, container));
  });
  for (const reader of readers) yield* reader.join();

  function* copy(lines: Channel<LogLine>, prefix: string, container: ContainerSummary): Routine {
    for (let line = yield* lines.receive(); line !== undefined; line = yield* lines.receive())
      yield* context.print(`${prefix}${options.timestamps ? `${line.time} ` : ''}${line.log.replace(/\n$/, '')}\n`);
    if (options.ends) yield* context.print(`${shortName(container)} exited with code ${client.containers.inspect(container.Id).State.ExitCode}\n`);
  }
}
