/** --mount and -v of docker run: their fields and what is wrong with them (docker/cli opts/mount.go, mount_utils.go, internal/volumespec). */

import { readSize } from '../../apimachinery/go-units.ts';
import type { MountSpec } from '../../interfaces/docker.ts';
import { type Context, HelpError, pairs, ValueError } from './context.ts';

/** How a field's text becomes a value; undefined: it cannot. */
type Reader = (value: string) => unknown;

const asText: Reader = (value) => value;
const asBool: Reader = (value) => (/^(1|true|)$/.test(value) ? true : /^(0|false)$/.test(value) ? false : undefined);
const inLowerCase: Reader = (value) => value.toLowerCase();
const asSize: Reader = (value) => (typeof readSize(value) === 'number' ? readSize(value) : undefined);
const asMode: Reader = (value) => (/^[0-7]+$/.test(value) ? Number.parseInt(value, 8) : undefined);

/** Key, group of options and its key, how it is read. */
const groups: Readonly<Record<string, readonly [group: string, key: string, read: Reader]>> = {
  'bind-propagation': ['BindOptions', 'Propagation', inLowerCase],
  'bind-create-src': ['BindOptions', 'CreateMountpoint', asBool],
  'volume-subpath': ['VolumeOptions', 'Subpath', asText],
  'volume-nocopy': ['VolumeOptions', 'NoCopy', asBool],
  'image-subpath': ['ImageOptions', 'Subpath', asText],
  'tmpfs-size': ['TmpfsOptions', 'SizeBytes', asSize],
  'tmpfs-mode': ['TmpfsOptions', 'Mode', asMode],
};
const plain: Readonly<Record<string, readonly [key: string, read: Reader]>> = {
  type: ['Type', inLowerCase],
  source: ['Source', asText],
  src: ['Source', asText],
  target: ['Target', asText],
  dst: ['Target', asText],
  destination: ['Target', asText],
  readonly: ['ReadOnly', asBool],
  ro: ['ReadOnly', asBool],
  consistency: ['Consistency', inLowerCase],
};
const recursive: Readonly<Record<string, string>> = { disabled: 'NonRecursive', writable: 'ReadOnlyNonRecursive', readonly: 'ReadOnlyForceRecursive' };
const alone = /^(readonly|ro|volume-nocopy|bind-nonrecursive|bind-create-src)$/;

/** `type=bind,src=/a,dst=/b,ro`. Throws ValueError. */
export function parseMount({ process }: Context, given: string): MountSpec {
  const value = given.trim();
  const wrong = (message: string): ValueError => new ValueError(message, given, '--mount');
  if (value === '') throw wrong('value is empty');
  const mount: Record<string, unknown> & { Type: string; Source?: string } = { Type: 'volume' };
  const set = (group: string, key: string, to: unknown): void => {
    mount[group] = { ...(mount[group] as object | undefined), [key]: to };
  };
  for (const field of value.split(',')) {
    const at = field.indexOf('=');
    const [typed, text] = at < 0 ? [field, ''] : [field.slice(0, at), field.slice(at + 1)];
    const key = typed.toLowerCase();
    if (typed.trim() !== typed) throw wrong(`invalid option '${typed.trim()}' in '${field}': option should not have whitespace`);
    if (at >= 0 && text.trim() === '') throw wrong(`invalid value for '${typed}': value is empty`);
    if (text.trim() !== text) throw wrong(`invalid value for '${typed}' in '${field}': value should not have whitespace`);
    if (at < 0 && !alone.test(key)) throw wrong(`invalid field '${field}' must be a key=value pair`);
    const of = (read: Reader): unknown => {
      const out = read(text);
      if (out !== undefined) return out;
      throw wrong(
        read === asBool
          ? `invalid value for '${key}': invalid boolean value (${JSON.stringify(text)}): must be one of "true", "1", "false", or "0" (default "true")`
          : `invalid value for ${key}: ${text}`,
      );
    };
    const simple = Object.hasOwn(plain, key) ? plain[key] : undefined;
    const grouped = Object.hasOwn(groups, key) ? groups[key] : undefined;
    if (simple) mount[simple[0]] = of(simple[1]);
    else if (grouped) set(grouped[0], grouped[1], of(grouped[2]));
    else if (key === 'bind-nonrecursive') throw wrong('bind-nonrecursive is deprecated, use bind-recursive=disabled instead');
    else if (key === 'bind-recursive') {
      const name = Object.hasOwn(recursive, text) ? recursive[text] : undefined;
      if (name !== undefined) set('BindOptions', name, true);
      else if (text !== 'enabled') throw wrong(`invalid value for ${key}: ${text} (must be "enabled", "disabled", "writable", or "readonly")`);
    } else if (key === 'volume-label') set('VolumeOptions', 'Labels', { ...volumeOptions(mount).Labels, ...pairs([text]) });
    else if (key === 'volume-driver') set('VolumeOptions', 'DriverConfig', { ...volumeOptions(mount).DriverConfig, Name: text });
    else if (key === 'volume-opt') {
      const { DriverConfig = {} } = volumeOptions(mount);
      set('VolumeOptions', 'DriverConfig', { ...DriverConfig, Options: { ...DriverConfig.Options, ...pairs([text]) } });
    } else throw wrong(`unknown option '${key}' in '${field}'`);
  }
  if (mount.Source?.startsWith('.')) mount.Source = process.path(mount.Source);
  for (const type of ['bind', 'volume', 'image', 'tmpfs'])
    if (mount.Type !== type && mount[`${type[0]?.toUpperCase()}${type.slice(1)}Options`] !== undefined)
      throw wrong(`cannot mix '${type}-*' options with mount type '${mount.Type}'`);
  const { ReadOnlyNonRecursive, ReadOnlyForceRecursive, Propagation } = (mount as MountSpec).BindOptions ?? {};
  const needs = (what: string, other: string): ValueError => wrong(`option 'bind-recursive=${what}' requires '${other}' to be specified in conjunction`);
  if (ReadOnlyNonRecursive && !mount['ReadOnly']) throw needs('writable', 'readonly');
  if (ReadOnlyForceRecursive && !mount['ReadOnly']) throw needs('readonly', 'readonly');
  if (ReadOnlyForceRecursive && Propagation !== 'rprivate') throw needs('readonly', 'bind-propagation=rprivate');
  return mount;
}

const volumeOptions = (mount: object): NonNullable<MountSpec['VolumeOptions']> => (mount as MountSpec).VolumeOptions ?? {};

/** `-v`: a path alone is an anonymous volume. Throws HelpError. */
export function volumeKind(spec: string): 'anonymous' | 'bind' {
  if (spec === '') throw new HelpError('invalid empty volume spec');
  if (spec.length <= 2) return 'anonymous';
  // One letter before a colon is a drive of Windows to the command, whatever the daemon is.
  const parts = spec.replace(/(^|:)([a-zA-Z]):/g, '$1$2\0').split(':');
  const wrong = (why: string): HelpError => new HelpError(`invalid spec: ${spec}: ${why}`);
  if (parts.slice(0, 3).includes('')) throw wrong('empty section between colons');
  if (parts.length > 3) throw wrong('too many colons');
  return parts.length === 1 ? 'anonymous' : 'bind';
}
