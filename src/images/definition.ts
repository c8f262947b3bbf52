/** An image as the catalogue writes it down; blobs are made of it when somebody asks. */
import type { ImageConfig, LayerEntry } from '../interfaces/distribution.ts';

/** `entries` is called when the layer is first asked for. */
export type LayerDefinition = {
  /** Compressed, as a registry stores and a pull transfers it. */
  readonly size: number;
  readonly createdBy: string;
  readonly entries: () => readonly LayerEntry[];
};

/** `created` is RFC 3339; tags share one manifest. */
export type ImageDefinition = {
  /** With its registry: `docker.io/library/nginx`. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly created: string;
  readonly config: ImageConfig['config'];
  readonly layers: readonly LayerDefinition[];
  /** Its layers can be read in parts. */
  readonly estargz?: boolean;
  /** `os/architecture` of the index; linux/amd64 first. Layers exist for that one only. */
  readonly platforms?: readonly string[];
};

/** What registries hold, by repository with its registry; an image is made when somebody asks for the repository. */
export type Repositories = Readonly<Record<string, () => readonly ImageDefinition[]>>;

/** Sizes of layers are written down in these. */
export const MiB = 1024 * 1024;
/** PATH of most images' configuration. */
export const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Shorthands for layer entries. */
export const directory = (path: string, mode = 0o755, uid = 0): LayerEntry => ({ path, type: 'directory', mode, uid, gid: uid });
/** A file with this content. */
export const text = (path: string, content: string, mode = 0o644): LayerEntry => ({ path, type: 'file', mode, content });
/** `target` relative or absolute, as `ln -s` takes it. */
export const symlink = (path: string, target: string): LayerEntry => ({ path, type: 'symlink', target });
/** An executable that runs the Program of that name; `size` is what the real binary weighs. */
export const program = (path: string, name: string, size = 64 * 1024): LayerEntry => ({ path, type: 'file', mode: 0o755, program: name, size });
/** An executable whose text can be read, and which runs the Program of that name. */
export const script = (path: string, name: string, content: string): LayerEntry => ({ path, type: 'file', mode: 0o755, program: name, content });
