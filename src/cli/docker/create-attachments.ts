/** --network of docker run, in its long form too (opts/network.go). */
import type { Flags } from '../flags.ts';
import { CliError, HelpError, ValueError } from './context.ts';

/** What --network says of one network. */
type Attachment = { readonly name: string; readonly aliases: readonly string[]; readonly ip?: string; readonly mac?: string };

/** Networks without names and aliases of their own. */
export const builtInNetwork = /^(default|bridge|host|none|container:.*)$/;

/** `--network web`, or `name=web,alias=a,ip=10.1.2.3` (opts/network.go); several times. */
export function networksOf(flags: Flags): Attachment[] {
  const all = [...flags.list('network'), ...flags.list('net')].map((value): Attachment => {
    if (!/^[\w-]+=/.test(value)) return { name: value, aliases: [] };
    const fields = value.split(',').map((field) => [field.slice(0, field.indexOf('=')).toLowerCase(), field.slice(field.indexOf('=') + 1)] as const);
    const one = (key: string): string | undefined => fields.find(([each]) => each === key)?.[1];
    for (const [key] of fields)
      if (!['name', 'alias', 'driver-opt', 'ip', 'ip6', 'mac-address', 'link-local-ip', 'gw-priority'].includes(key))
        throw new ValueError(`invalid field key ${key}`, value, '--network');
    const name = one('name');
    if (name === undefined) throw new ValueError('network name/id is not specified', value, '--network');
    for (const key of ['driver-opt', 'ip6', 'link-local-ip', 'gw-priority'])
      if (one(key) !== undefined) throw new CliError(`k8s-lab: docker run --network with ${key} is not simulated`, 70);
    const [ip, mac] = [one('ip'), one('mac-address')];
    return {
      name,
      aliases: fields.filter(([key]) => key === 'alias').map(([, alias]) => alias),
      ...(ip === undefined ? {} : { ip }),
      ...(mac === undefined ? {} : { mac }),
    };
  });
  if (all.length > 1 && all.some(({ name }) => builtInNetwork.test(name)) && all.some(({ name }) => !builtInNetwork.test(name)))
    throw new HelpError('conflicting options: cannot attach both user-defined and non-user-defined network-modes');
  const twice = all.find(({ name }, i) => all.findIndex((each) => each.name === name) !== i);
  if (twice) throw new HelpError(`network ${JSON.stringify(twice.name)} is specified multiple times`);
  return all;
}
