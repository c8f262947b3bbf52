/** `--filter` of the prune commands (moby daemon/prune.go, containerd/image_prune.go). */
import { parseTimestamp, TimestampError } from '../apimachinery/timestamp.ts';
import { DockerError, type Filters } from '../interfaces/docker.ts';

type Subject = { readonly labels: Readonly<Record<string, string>>; readonly created: number };

/** Whether something is to be pruned. Throws for filters that there are not. */
export function pruneFilter(filters: Filters | undefined, now: number, more: readonly string[] = []): (subject: Subject) => boolean {
  const given = filters ?? [];
  const accepted = ['label', 'label!', 'until', ...more];
  for (const [key] of given) if (!accepted.includes(key)) throw new DockerError(400, `invalid filter '${key}'`);
  const untils = given.filter(([key]) => key === 'until');
  if (untils.length > 1) throw new DockerError(400, 'more than one until filter specified');
  const until = untils.map(([, value]) => moment(value, now))[0] ?? Number.POSITIVE_INFINITY;
  const values = (wanted: string): string[] => given.filter(([key]) => key === wanted).map(([, value]) => value);
  return ({ labels, created }) =>
    created <= until &&
    values('label').every((each) => has(labels, each)) &&
    !(values('label!').length > 0 && values('label!').every((each) => has(labels, each)));
}

const has = (labels: Readonly<Record<string, string>>, wanted: string): boolean => {
  const [key = '', value] = wanted.split(/=(.*)/s);
  return key in labels && (value === undefined || labels[key] === value);
};

function moment(value: string, now: number): number {
  try {
    return parseTimestamp(value, now);
  } catch (error) {
    if (error instanceof TimestampError) throw new DockerError(400, error.message);
    throw error;
  }
}
