/** OCI distribution and image specs: what a registry answers, and what an image is. */
import type { Routine } from '../sim/routine.ts';

/** How one blob points at another (image-spec descriptor.md). `size` in bytes is that of the real blob; `digest` is `sha256:` and 64 digits. */
export type Descriptor = {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly architecture: string; readonly os: string };
  readonly annotations?: Readonly<Record<string, string>>;
};

/** One image for one platform: its config and its layers from the bottom up (image-spec manifest.md; Docker's schema 2 has the same fields). */
export type ImageManifest = {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
};
/** Manifests of one image for several platforms, or Docker's manifest list. */
export type ImageIndex = { readonly schemaVersion: 2; readonly mediaType: string; readonly manifests: readonly Descriptor[] };
/**
 * What a manifest's config blob says (image-spec config.md). `rootfs.diff_ids` are the digests of the layers unpacked, in the order of the manifest;
 * `created` is RFC 3339. Durations of Healthcheck are nanoseconds.
 */
export type ImageConfig = {
  readonly created: string;
  readonly author?: string;
  readonly architecture: string;
  readonly os: string;
  readonly config: {
    readonly User?: string;
    readonly ExposedPorts?: Readonly<Record<string, object>>;
    readonly Env?: readonly string[];
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly WorkingDir?: string;
    readonly Volumes?: Readonly<Record<string, object>>;
    readonly Labels?: Readonly<Record<string, string>>;
    readonly StopSignal?: string;
    readonly Shell?: readonly string[];
    readonly OnBuild?: readonly string[];
    readonly Healthcheck?: {
      readonly Test?: readonly string[];
      readonly Interval?: number;
      readonly Timeout?: number;
      readonly StartPeriod?: number;
      readonly StartInterval?: number;
      readonly Retries?: number;
    };
  };
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history?: readonly { readonly created: string; readonly created_by?: string; readonly empty_layer?: boolean; readonly comment?: string }[];
};

/** One file of a layer. `program` names the Program that runs when the file is executed (see linux/). */
export type LayerEntry = {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'whiteout';
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly content?: string;
  readonly program?: string;
  readonly target?: string;
  /** What the real file weighs, where its text does not say (a binary). */
  readonly size?: number;
};

/**
 * A blob. Manifests, indexes and configs are their JSON text; a layer's text is the JSON of its entries, which stands for the tar.
 * The digest is the real SHA-256 of `text`. `size` is what the real blob would weigh, so that `images` shows plausible sizes.
 */
export type Blob = { readonly digest: string; readonly mediaType: string; readonly size: number; readonly text: string };

/** What a registry's error body says (distribution-spec, error codes): `code` is `MANIFEST_UNKNOWN`, `UNAUTHORIZED` … */
export type RegistryError = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** What was asked, where HTTP was spoken: `HEAD request to http://localhost:5000/v2/app/manifests/v1`. */
  readonly request?: string;
};

/** Basic credentials; absent: anonymous. */
export type RegistryAuth = { readonly username?: string; readonly password?: string };

/** One place where a registry's images are looked for: the registry itself, or a mirror. */
export type RegistryEndpoint = {
  readonly scheme: 'http' | 'https';
  /** `mirror.internal:5000` */
  readonly authority: string;
  /** What stands before `/<repository>/…`: `/v2`. */
  readonly prefix: string;
  /** The registry that a mirror stands for (`?ns=`). */
  readonly mirrorOf?: string;
  /** Plain HTTP will do where no TLS is spoken. */
  readonly fallback?: boolean;
  readonly skipVerify?: boolean;
  /** PEM of the authorities trusted beside the system's. */
  readonly ca?: string;
  /** PEM of the client's own certificate and its key. */
  readonly certificate?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: all. */
  readonly capabilities?: readonly string[];
  /** Milliseconds for a connection; absent: as long as it takes. */
  readonly dialTimeout?: number;
};

/** containerd's older way to name mirrors: `mirrors` by host (or `*`), `configs` by the host that is asked. */
export type LegacyRegistries = {
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
  readonly configs: Readonly<Record<string, { readonly insecure?: boolean; readonly fallback?: boolean; readonly ca?: string; readonly user?: string }>>;
};

/** How a client of the runtime wants registries to be reached. */
export type RegistryAccess = {
  /** Folders with hosts.toml below the host's name, separated by colons. */
  readonly hostsDir?: string;
  /** `user:password` */
  readonly user?: string;
  readonly plainHttp?: boolean;
  readonly skipVerify?: boolean;
  readonly legacy?: LegacyRegistries;
  /** URLs asked before the registry itself (dockerd's registry-mirrors). */
  readonly mirrors?: readonly string[];
  /** Plain HTTP and certificates of anybody will do. */
  readonly insecure?: boolean;
};

/** How an upload went: the blob was there, was taken over from another repository, was sent. */
export type Uploaded = 'exists' | 'mounted' | 'pushed';

/** One registry host. Throws RegistryFailure, RegistryUnreachable. */
export type RegistryServer = {
  /** By tag or digest. */
  manifest(repository: string, reference: string, auth?: RegistryAuth): Routine<Blob>;
  blob(repository: string, digest: string, auth?: RegistryAuth): Routine<Blob>;
  /** What a reader of parts of a blob (HTTP ranges) waits before it sees the first. */
  part?(repository: string, digest: string, auth?: RegistryAuth): Routine<Blob>;
  tags(repository: string, auth?: RegistryAuth): Routine<readonly string[]>;
  /** One blob, unless it is there; `from` is a repository beside that has it. */
  upload(repository: string, blob: Blob, options?: { readonly auth?: RegistryAuth | undefined; readonly from?: string | undefined }): Routine<Uploaded>;
  /** Points a tag (or only its digest) at a manifest whose parts are there. */
  putManifest(repository: string, reference: string, manifest: Blob, auth?: RegistryAuth): Routine;
};

/** A registry has answered and refused, with its HTTP status; clients make their own texts of it. */
export class RegistryFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly request: string | undefined;
  constructor(error: RegistryError) {
    super(error.message);
    this.status = error.status;
    this.code = error.code;
    this.request = error.request;
  }
}

/** Nobody answered: the message is Go's (`Head "https://…": dial tcp …: connect: connection refused`). */
export class RegistryUnreachable extends Error {}
