/** BuildKit: what is built, what a build tells, and the wall of buildkitd (buildkit client). */
import type { Routine } from '../sim/routine.ts';
import type { Blob, ImageConfig, ImageManifest, LayerEntry } from './distribution.ts';
import type { ImageArchive } from './image-archive.ts';
import { defineProtocol } from './protocol.ts';

/** One file of a tar that crosses a wall (cp, export, a build's context). */
export type ArchiveEntry = LayerEntry;

/** Why a build fails: `lines` of the Dockerfile that it is about. */
export class BuildError extends Error {
  readonly lines: readonly [first: number, last: number] | undefined;
  constructor(message: string, lines?: readonly [first: number, last: number]) {
    super(message);
    this.lines = lines;
  }
}

/** What a client tells a registry of itself. */
type Credentials = { readonly username: string; readonly password: string };

/** What a builder is asked for. */
export type BuildRequest = {
  readonly files: readonly ArchiveEntry[];
  readonly dockerfile: string;
  readonly tags: readonly string[];
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly target: string;
  readonly noCache: boolean;
  readonly pull: boolean;
  /** Steps of these stages are made anew. */
  readonly noCacheFilter?: readonly string[];
  /** `--secret`: content by id. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Of RUNs that name none: `none`, `host`. */
  readonly network?: string;
  /** Entitlements that the caller grants: `network.host`. */
  readonly allow?: readonly string[];
};

/** What a build tells on its way: a vertex of the graph begins, says something, ends (buildkit client.SolveStatus). */
export type BuildProgress = {
  /** Vertices are numbered in the order in which they begin. */
  readonly vertex: number;
  readonly name: string;
  readonly kind: 'start' | 'status' | 'log' | 'warning' | 'done' | 'cached' | 'error';
  /** A status (`transferring context: 2B`), output, what a linter found, or what went wrong. */
  readonly text: string;
  /** Virtual milliseconds. */
  readonly at: number;
};

/** One record of the build cache. */
export type CacheRecord = {
  readonly id: string;
  readonly description: string;
  readonly size: number;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly usageCount: number;
};
/** What the cache keeps of a step, by the digest of all that led to it. */
export type CachedStep = Omit<CacheRecord, 'id' | 'lastUsedAt' | 'usageCount'> & {
  readonly entries: readonly ArchiveEntry[];
  lastUsedAt: number;
  usageCount: number;
};

/** An image as a builder works with it. */
export type BuildImage = {
  /** Digest of what its name stands for: an index or a manifest. */
  readonly id: string;
  readonly manifestDigest: string;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
};
type NewLayer = {
  readonly parent: BuildImage | undefined;
  /** undefined: the image differs in its configuration only. */
  readonly entries: readonly ArchiveEntry[] | undefined;
  readonly config: ImageConfig['config'];
  readonly createdBy: string;
  readonly comment: string;
  /** Milliseconds: a step out of a cache is as old as it was. */
  readonly created: number;
  /** Steps before this one that changed the configuration only. */
  readonly before: readonly string[];
};
/** What a RUN sees for as long as it takes: a path of the machine, or memory. */
export type StepMount = {
  readonly destination: string;
  readonly source?: string;
  readonly readonly: boolean;
  /** Of a tmpfs; 0 for none. */
  readonly size: number;
};
/** One RUN: `command` is complete (`/bin/sh -c …`), `env` has `KEY=value`; each line of output goes to `log` as it is written. */
export type BuildStep = {
  readonly image: BuildImage;
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly workdir: string;
  readonly mounts: readonly StepMount[];
  /** `default`, `none`, `host`. */
  readonly network: string;
  readonly insecure: boolean;
  readonly log: (line: string) => void;
};

/** Where a solver has its images and runs its steps: dockerd's own, or a worker of buildkitd. Throws BuildError. */
export type BuildWorker = {
  readonly cache: Map<string, CachedStep>;
  /** A Kernel of linux/, and where on it the worker keeps its files. */
  readonly machine: { readonly kernel: object; readonly directory: string };
  /** What callers may be granted. */
  readonly entitlements: readonly string[];
  now(): number;
  random(least: number, most: number): number;
  /** `nginx` → `docker.io/library/nginx:latest`. */
  wholeName(text: string): string;
  /** By whole name or digest. */
  find(name: string): BuildImage | undefined;
  pull(name: string): Routine;
  /** All files of an image: a DirectoryNode of linux/; undefined for one without layers. */
  root(image: BuildImage): object | undefined;
  commit(layer: NewLayer): Routine<BuildImage>;
  /** What a command leaves changed, and its status. */
  run(step: BuildStep): Routine<{ readonly status: number; readonly entries: readonly ArchiveEntry[] }>;
  name(image: BuildImage, name: string): void;
  /** All that an image consists of. */
  blobs(image: BuildImage): readonly Blob[];
  push(image: BuildImage, name: string, auth: Credentials | undefined): Routine;
  /** A build ends: what it has made on the way and nobody named may go. */
  release(images: readonly string[]): void;
};

/** Where the result goes: `type=image,name=…`, `type=docker,dest=…`. */
export type Exporter = { readonly type: string; readonly options: Readonly<Record<string, string>> };
/** Without an exporter the result stays in the worker's image store under `tags`. */
export type SolveRequest = BuildRequest & {
  readonly exporter?: Exporter;
  /** What the client would tell a registry of itself. */
  readonly credentials?: (host: string) => Credentials | undefined;
  readonly progress: (progress: BuildProgress) => void;
};
/** What was made, for the client to write: a solver has no files of the client's. */
export type SolveResult = {
  /** '' where nothing was exported. */
  readonly digest: string;
  /** For `docker` and `oci`. */
  readonly archive?: ImageArchive;
  /** For `local` and `tar`. */
  readonly entries?: readonly ArchiveEntry[];
};

/** A builder on some worker. */
export type BuildSolver = {
  solve(request: SolveRequest): Routine<SolveResult>;
  diskUsage(): readonly CacheRecord[];
  /** Frees the build cache; gives what it took. */
  prune(): readonly CacheRecord[];
};

/** One line of `buildctl debug workers`. */
export type BuildkitWorkerInfo = { readonly id: string; readonly labels: Readonly<Record<string, string>>; readonly platforms: readonly string[] };
/** buildkitd's API (api/services/control). */
export type BuildkitApi = BuildSolver & {
  version(): { readonly package: string; readonly version: string; readonly revision: string };
  workers(): readonly BuildkitWorkerInfo[];
};

/** Spoken on /run/buildkit/buildkitd.sock. dockerd has its solver built in and needs no dialing. */
export const buildkitProtocol = defineProtocol<BuildkitApi>('buildkit');
