/** The value of --ulimit, for docker and nerdctl (docker/go-units ParseUlimit). */
const names = 'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' ');

type Ulimit = { readonly Name: string; readonly Hard: number; readonly Soft: number };

/** `nofile=1024:2048`; a text says what is wrong with it. */
export function parseUlimit(value: string): Ulimit | string {
  const at = value.indexOf('=');
  if (at < 0) return `invalid ulimit argument: ${value}`;
  const name = value.slice(0, at);
  const limits = value.slice(at + 1).split(':');
  if (!names.includes(name)) return `invalid ulimit type: ${name}`;
  if (limits.length > 2) return `too many limit value arguments - ${limits.join(':')}, can only have up to two, \`soft[:hard]\``;
  const wrong = [...limits].reverse().find((each) => !/^-?\d+$/.test(each));
  if (wrong !== undefined) return `strconv.ParseInt: parsing ${JSON.stringify(wrong)}: invalid syntax`;
  const [soft = 0, hard = soft] = limits.map(Number);
  if (hard !== -1 && (soft === -1 || soft > hard))
    return `ulimit soft limit must be less than or equal to hard limit: ${soft === -1 ? `soft: -1 (unlimited), hard: ${hard}` : `${soft} > ${hard}`}`;
  return { Name: name, Hard: hard, Soft: soft };
}
