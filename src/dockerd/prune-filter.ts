/** `--filter` of the prune commands (moby daemon/prune.go, containerd/image_prune.go). */
import { DurationError, parseGoDuration } from '../apimachinery/duration.ts';
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
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const at = /^\d{4}-/.test(value)
    ? Date.parse(/[Zz]|[+-]\d\d:\d\d$/.test(value) ? value : `${value.length === 10 ? `${value}T00:00:00` : value}Z`)
    : Number.NaN;
  if (!Number.isNaN(at)) return at;
  try {
    return now - parseGoDuration(value);
  } catch (error) {
    if (error instanceof DurationError) throw new DockerError(400, error.message);
    throw error;
  }
}
