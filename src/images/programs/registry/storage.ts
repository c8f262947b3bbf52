/** A registry's files, as its filesystem driver lays them out (distribution registry/storage/paths.go). */
import { FileNode } from '../../../linux/file-node.ts';
import type { Process } from '../../../linux/process.ts';

/** `size` is what the blob would weigh, as Blob has it. */
export type Stored = { readonly text: string; readonly size: number };

const hexOf = (digest: string): string => digest.replace(/^sha256:/, '');

/** Everything below `<root>/docker/registry/v2`; nothing is kept in memory. */
export class Storage {
  readonly #process: Process;
  readonly #root: string;

  constructor(process: Process, root: string) {
    this.#process = process;
    this.#root = `${root}/docker/registry/v2`;
  }

  /** Sorted; with the slashes of their names. */
  repositories(path = ''): string[] {
    const base = `${this.#root}/repositories${path === '' ? '' : `/${path}`}`;
    return this.#names(base).flatMap((name) => {
      if (name.startsWith('_')) return [];
      const whole = path === '' ? name : `${path}/${name}`;
      const own = this.#names(`${base}/${name}`).some((each) => each === '_manifests' || each === '_layers') ? [whole] : [];
      return [...own, ...this.repositories(whole)];
    });
  }

  has(repository: string): boolean {
    return this.#process.fs.find(`${this.#root}/repositories/${repository}/_manifests`)?.type === 'directory';
  }

  tags(repository: string): string[] {
    return this.#names(`${this.#of(repository)}/_manifests/tags`).filter((tag) => this.tag(repository, tag) !== undefined);
  }

  /** The digest that a tag stands for. */
  tag(repository: string, tag: string): string | undefined {
    return this.#text(`${this.#of(repository)}/_manifests/tags/${tag}/current/link`);
  }

  setTag(repository: string, tag: string, digest: string): void {
    const base = `${this.#of(repository)}/_manifests/tags/${tag}`;
    this.#write(`${base}/current/link`, digest);
    this.#write(`${base}/index/sha256/${hexOf(digest)}/link`, digest);
  }

  removeTag(repository: string, tag: string): void {
    this.#removeTree(`${this.#of(repository)}/_manifests/tags/${tag}`);
  }

  /** Manifests by digest. */
  revisions(repository: string): string[] {
    const base = `${this.#of(repository)}/_manifests/revisions/sha256`;
    return this.#names(base)
      .filter((hex) => this.#text(`${base}/${hex}/link`) !== undefined)
      .map((hex) => `sha256:${hex}`);
  }

  hasRevision(repository: string, digest: string): boolean {
    return this.#text(`${this.#of(repository)}/_manifests/revisions/sha256/${hexOf(digest)}/link`) !== undefined;
  }

  putRevision(repository: string, digest: string, text: string): void {
    this.putBlob(digest, { text, size: Buffer.byteLength(text) });
    this.#write(`${this.#of(repository)}/_manifests/revisions/sha256/${hexOf(digest)}/link`, digest);
  }

  /** The manifest's link, and the tags that stand for it. */
  removeRevision(repository: string, digest: string): void {
    this.#removeTree(`${this.#of(repository)}/_manifests/revisions/sha256/${hexOf(digest)}`);
    for (const tag of this.tags(repository)) if (this.tag(repository, tag) === digest) this.removeTag(repository, tag);
  }

  /** Whether a repository may show a blob. */
  hasLayer(repository: string, digest: string): boolean {
    return this.#text(`${this.#of(repository)}/_layers/sha256/${hexOf(digest)}/link`) !== undefined && this.blob(digest) !== undefined;
  }

  linkLayer(repository: string, digest: string): void {
    this.#write(`${this.#of(repository)}/_layers/sha256/${hexOf(digest)}/link`, digest);
  }

  removeLayer(repository: string, digest: string): void {
    this.#removeTree(`${this.#of(repository)}/_layers/sha256/${hexOf(digest)}`);
  }

  blobs(): string[] {
    const base = `${this.#root}/blobs/sha256`;
    return this.#names(base).flatMap((two) => this.#names(`${base}/${two}`).map((hex) => `sha256:${hex}`));
  }

  blob(digest: string): Stored | undefined {
    const file = this.#file(`${this.#blobPath(digest)}/data`);
    return file && { text: file.read(), size: file.size };
  }

  /** `size` is what the real bytes would weigh. */
  putBlob(digest: string, { text, size }: Stored): void {
    if (!this.blob(digest)) this.#put(`${this.#blobPath(digest)}/data`, { text, size });
  }

  removeBlob(digest: string): void {
    this.#removeTree(this.#blobPath(digest));
  }

  uploadPath(repository: string, id: string): string {
    return `${this.#of(repository)}/_uploads/${id}`;
  }

  beginUpload(repository: string, id: string): void {
    this.#write(`${this.uploadPath(repository, id)}/data`, '');
    this.#write(`${this.uploadPath(repository, id)}/startedat`, new Date(this.#process.now).toISOString().replace(/\.\d+Z/, 'Z'));
  }

  upload(repository: string, id: string): Stored | undefined {
    const file = this.#file(`${this.uploadPath(repository, id)}/data`);
    return file && { text: file.read(), size: file.size };
  }

  appendUpload(repository: string, id: string, part: Stored): Stored {
    const before = this.upload(repository, id) ?? { text: '', size: 0 };
    const whole = { text: before.text + part.text, size: before.size + part.size };
    this.#put(`${this.uploadPath(repository, id)}/data`, whole);
    return whole;
  }

  endUpload(repository: string, id: string): void {
    this.#removeTree(this.uploadPath(repository, id));
  }

  #of(repository: string): string {
    return `${this.#root}/repositories/${repository}`;
  }

  #blobPath(digest: string): string {
    const hex = hexOf(digest);
    return `${this.#root}/blobs/sha256/${hex.slice(0, 2)}/${hex}`;
  }

  #file(path: string): FileNode | undefined {
    const found = this.#process.fs.find(path);
    return found?.type === 'file' ? found : undefined;
  }

  #text(path: string): string | undefined {
    return this.#file(path)?.read();
  }

  #names(path: string): string[] {
    return this.#process.fs.find(path)?.type === 'directory' ? this.#process.fs.list(path).map(([name]) => name) : [];
  }

  #write(path: string, text: string): void {
    const { fs } = this.#process;
    fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true });
    fs.write(path, text);
  }

  /** A new file that weighs what the real bytes would. Throws ENOSPC. */
  #put(path: string, { text, size }: Stored): void {
    const { fs, uid, now } = this.#process;
    const node = new FileNode({ mode: 0o644, uid, gid: 0, mtime: now }, text);
    if (node.size !== size) node.apparentSize = size;
    if (fs.find(path)) fs.unlink(path);
    fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true });
    fs.namespace.disk.charge(node.size);
    fs.namespace.disk.hold(node.held);
    fs.mknod(path, node);
  }

  #removeTree(path: string): void {
    const { fs } = this.#process;
    const inode = fs.find(path);
    if (!inode) return;
    if (inode.type !== 'directory') return fs.unlink(path);
    for (const name of this.#names(path)) this.#removeTree(`${path}/${name}`);
    fs.rmdir(path);
  }
}
