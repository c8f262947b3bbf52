/** What `-v`, `--mount` and `--tmpfs` ask for, and what is wrong with it (moby daemon/volume/mounts linux_parser.go, moby/sys mount flags_unix.go). */
import { DockerError, type HostConfig, type MountSpec } from '../interfaces/docker.ts';
import { strictOptions } from '../interfaces/oci-defaults.ts';
import type { Engine } from './engine.ts';

const bad = (message: string): DockerError => new DockerError(400, message);

const propagation = /^r?(private|slave|shared)$/;
/** Of a mode in `-v`, one word of each kind may be said. */
const modeKinds = [/^r[ow]$/, /^[zZ]$/, propagation, /^nocopy$/, /^(consistent|cached|delegated)$/];

function validMode(mode: string): boolean {
  if (mode === '') return true;
  const kinds = mode.split(',').map((word) => modeKinds.findIndex((kind) => kind.test(word)));
  return !kinds.includes(-1) && new Set(kinds).size === kinds.length;
}

/** Throws for what the daemon refuses to create. */
export function verifyMounts(engine: Engine, { Mounts = [], Tmpfs, VolumesFrom }: HostConfig): void {
  for (const mount of Mounts) verifyMount(mount, engine);
  for (const path of Object.keys(Tmpfs)) verifyTarget(path, bad);
  for (const from of VolumesFrom) {
    const mode = from.split(':').slice(1).join(':');
    if (!validMode(mode) || mode.split(',').some((word) => propagation.test(word) || word === 'nocopy')) throw bad(`invalid mode: ${mode}`);
  }
}

function verifyTarget(target: string, wrong: (why: string) => DockerError): void {
  if (/^\/+\.?\/*$/.test(target)) throw wrong("invalid specification: destination can't be '/'");
  if (!target.startsWith('/')) throw wrong(`invalid mount path: '${target}' mount path must be absolute`);
}

/** Without an engine nobody asks whether a bind's source is there. */
function verifyMount({ Type, Source = '', Target = '', BindOptions, VolumeOptions }: MountSpec, engine?: Engine): void {
  const wrong = (why: string): DockerError => bad(`invalid mount config for type ${JSON.stringify(Type)}: ${why}`);
  if (Target === '') throw wrong('field Target must not be empty');
  verifyTarget(Target, wrong);
  if (!['bind', 'volume', 'tmpfs', 'image'].includes(Type)) throw wrong('mount type unknown');
  if (Type === 'tmpfs' && Source !== '') throw wrong('field Source must not be specified');
  if (Source === '' && (Type === 'bind' || Type === 'image')) throw wrong('field Source must not be empty');
  if (Type === 'bind') {
    const { Propagation } = BindOptions ?? {};
    if (Propagation && !propagation.test(Propagation)) throw wrong(`invalid propagation mode: ${Propagation}`);
    if (!Source.startsWith('/')) throw wrong(`invalid mount path: '${Source}' mount path must be absolute`);
    if (engine && !BindOptions?.CreateMountpoint && !engine.files.exists(Source)) throw wrong(`bind source path does not exist: ${Source}`);
  }
  if (VolumeOptions?.Subpath && Source === '') throw wrong('must not set Subpath when using anonymous volumes');
  if (Type === 'image') throw new DockerError(501, 'k8s-lab: --mount type=image is not simulated');
  const recursive = Object.keys(BindOptions ?? {}).some((key) => key.includes('Recursive'));
  if (recursive) throw new DockerError(501, 'k8s-lab: --mount bind-recursive is not simulated');
  if (VolumeOptions?.Subpath) throw new DockerError(501, 'k8s-lab: --mount volume-subpath is not simulated');
}

/** `src:dst:mode` as --mount would say it. Throws DockerError. */
export function parseBind(text: string): MountSpec & { readonly Mode: string } {
  const [Source = '', Target = '', Mode = '', more] = text.split(':');
  if (Source === '' || more !== undefined || (Mode === '' && validMode(Target))) throw bad(`invalid volume specification: '${text}'`);
  if (!validMode(Mode)) throw bad(`invalid mode: ${Mode}`);
  const words = Mode.split(',');
  const Propagation = words.find((word) => propagation.test(word));
  const spec = {
    ...{ Type: Source.startsWith('/') ? 'bind' : 'volume', Source, Target, Mode, ReadOnly: words.includes('ro') },
    ...(words.includes('nocopy') ? { VolumeOptions: { NoCopy: true } } : {}),
    ...(Propagation ? { BindOptions: { Propagation } } : {}),
  };
  try {
    verifyMount(spec);
  } catch (error) {
    throw error instanceof DockerError ? bad(`invalid volume specification: '${text}': ${error.message}`) : error;
  }
  return spec;
}

/** `--mount type=tmpfs` as options of mount: sizes in the greatest unit that fits. */
export function tmpfsOptions({ ReadOnly, TmpfsOptions: { Mode = 0, SizeBytes = 0 } = {} }: MountSpec): string[] {
  const unit = (['g', 'm', 'k'] as const).find((_, i) => SizeBytes % 1024 ** (3 - i) === 0);
  const size = unit === undefined ? `${SizeBytes}` : `${SizeBytes / 1024 ** (3 - 'gmk'.indexOf(unit))}${unit}`;
  return [...(ReadOnly ? ['ro'] : []), ...(Mode ? [`mode=${Mode.toString(8)}`] : []), ...(SizeBytes ? [`size=${size}`] : [])];
}

const known =
  /^((size|mode|uid|gid|nr_inodes|nr_blocks|mpol)=.*|defaults|r[ow]|(no)?(suid|dev|exec|atime|diratime|mand|relatime|strictatime)|a?sync|dirsync|remount|r?bind|r?(unbindable|private|slave|shared))$/;
const opposites: Readonly<Record<string, string>> = { suid: 'nosuid', dev: 'nodev', exec: 'noexec', rw: 'ro', atime: 'noatime' };

/** The last word on each thing counts (MergeTmpfsOptions). Throws DockerError. */
export function memoryMount(destination: string, given: readonly string[]) {
  const odd = given.find((option) => !known.test(option));
  if (odd !== undefined) throw bad(`invalid tmpfs option ${JSON.stringify(odd.split('=')[0])}`);
  const merged = new Map<string, string>();
  for (const option of [...strictOptions, ...given]) {
    const [key = ''] = option.split('=');
    merged.set(opposites[key] ?? key, option);
  }
  return { destination, type: 'tmpfs', source: 'tmpfs', options: [...merged.values()].filter((option) => option !== 'defaults') };
}
