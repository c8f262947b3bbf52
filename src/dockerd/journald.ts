/** The log drivers journald and syslog: lines in the journal of the machine (moby daemon/logger/{journald,syslog}). */
import type { LogLine } from '../interfaces/docker.ts';
import type { Engine } from './engine.ts';
import type { Container } from './state.ts';

/** What `tag` names the container by; its short id unless told. */
const tagOf = ({ log, id, name, config }: Container): string =>
  (log.Config['tag'] ?? '{{.ID}}')
    .replace('{{.ID}}', id.slice(0, 12))
    .replace('{{.FullID}}', id)
    .replace('{{.Name}}', name)
    .replace('{{.ImageName}}', config.Image);

/** `lines` without their newlines; a machine without systemd drops them. */
export function toJournal(engine: Engine, container: Container, stream: LogLine['stream'], lines: readonly string[]): void {
  const journal = engine.kernel.systemd?.journal;
  const tag = tagOf(container);
  const fields = {
    CONTAINER_ID: container.id.slice(0, 12),
    CONTAINER_ID_FULL: container.id,
    CONTAINER_NAME: container.name,
    CONTAINER_TAG: tag,
    IMAGE_NAME: container.image,
  };
  const pid = [...engine.kernel.processes.values()].find(({ comm }) => comm === 'dockerd')?.pid ?? 0;
  for (const line of lines)
    journal?.write({
      at: engine.now,
      unit: 'docker.service',
      identifier: tag,
      pid,
      priority: stream === 'stderr' ? 3 : 6,
      message: line.replace(/\n$/, ''),
      ...(container.log.Type === 'journald' ? { fields } : {}),
    });
}

/** A container's lines as its log file would have them. */
export function fromJournal(engine: Engine, { id }: Container, timestamp: (at: number) => string): string {
  return (engine.kernel.systemd?.journal.entries ?? [])
    .filter(({ fields }) => fields?.['CONTAINER_ID_FULL'] === id)
    .map(({ at, priority, message }) => `${JSON.stringify({ log: `${message}\n`, stream: priority === 3 ? 'stderr' : 'stdout', time: timestamp(at) })}\n`)
    .join('');
}
