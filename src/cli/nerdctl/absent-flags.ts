/** Flags that nerdctl 2.3 has and the lab has no effect for: they are known, and refused in our own name when somebody sets one. */
import { type Command, type FlagSpec, flagsOf } from '../flags.ts';
import type { Context, NerdctlCommand, Run } from './context.ts';
import { bool, NotSimulated, text } from './context.ts';

/** By the command's path; a `?` ends a flag that takes no value. */
const table: Readonly<Record<string, string>> = {
  '': 'bridge-ip cdi-spec-dirs global-dns global-dns-opts global-dns-search host-gateway-ip selinux-enabled?',
  build: 'add-host allow attest build-context provenance sbom source-policy-file',
  commit:
    'compression format estargz? estargz-chunk-size estargz-compression-level estargz-min-chunk-size zstdchunked? zstdchunked-chunk-size zstdchunked-compression-level',
  'compose up': 'abort-on-container-exit? ipfs?',
  'compose run': 'remove-orphans?',
  'image convert':
    'estargz-external-toc? estargz-gzip-helper estargz-keep-diff-id? estargz-min-chunk-size nydus-builder-path nydus-compressor nydus-prefetch-patterns nydus-work-dir ' +
    'overlaybd-dbstr overlaybd-fs-type overlaybd-vsize soci-min-layer-size soci-span-size zstd-compression-level zstdchunked-chunk-size zstdchunked-compression-level zstdchunked-record-in',
  pull: 'cosign-certificate-identity-regexp cosign-certificate-oidc-issuer-regexp soci-index-digest',
  push: 'soci-min-layer-size soci-span-size',
  start: 'checkpoint checkpoint-dir',
  update: 'blkio-weight cpuset-cpus cpuset-mems kernel-memory memory-reservation memory-swap',
};

const namesOf = (path: string): string[] => (table[path] ?? table[path.replace(/^(container|image|builder) /, '')] ?? '').split(' ').filter(Boolean);

/** The flags of a command of this path. */
export const absentFlags = (path: string): FlagSpec[] =>
  namesOf(path).map((name) => (name.endsWith('?') ? bool(name.slice(0, -1), '(not simulated)') : text(name, '(not simulated)')));

/** The tree with them. */
export function withAbsentFlags(command: NerdctlCommand, path = ''): NerdctlCommand {
  const below = command.commands?.map((each) => withAbsentFlags(each, `${path} ${each.name}`.trim()));
  const own = path === '' ? [] : absentFlags(path);
  return { ...command, ...(own.length > 0 ? { flags: [...(command.flags ?? []), ...own] } : {}), ...(below ? { commands: below } : {}) };
}

/** Refuses those that were given. */
export function refuseAbsent({ flags, global, path }: Context, chain: readonly Command<Run>[]): void {
  const known = flagsOf(chain);
  for (const name of namesOf(path.replace(/^nerdctl /, '')).map((each) => each.replace(/\?$/, '')))
    if (known.some((spec) => spec.name === name) && flags.has(name)) throw new NotSimulated(`${path} --${name}`);
  for (const name of namesOf('').map((each) => each.replace(/\?$/, ''))) if (global.has(name)) throw new NotSimulated(`nerdctl --${name}`);
}
