/** Flags that nerdctl 2.3 has and the lab has no effect for: they are known, and refused in our own name when somebody sets one. */
import { absentFlags, type FlagSpec } from '../flags.ts';
import type { NerdctlCommand } from './context.ts';

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

/** The tree with them. */
export function withAbsentFlags(command: NerdctlCommand, path = ''): NerdctlCommand {
  const below = command.commands?.map((each) => withAbsentFlags(each, `${path} ${each.name}`.trim()));
  const own = path === '' ? [] : absentAt(path);
  return { ...command, ...(own.length > 0 ? { flags: [...(command.flags ?? []), ...own] } : {}), ...(below ? { commands: below } : {}) };
}

/** Of the command at a path. */
export const absentAt = (path: string): FlagSpec[] => absentFlags(table[path] ?? table[path.replace(/^(container|image|builder) /, '')] ?? '');
