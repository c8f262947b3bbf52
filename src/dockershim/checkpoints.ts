/** What dockershim writes down of each sandbox, so that its network can be given back when Docker has lost it (docker_checkpoint.go). */
import type { FileSystem } from '../linux/file-system.ts';

/** What is needed to give a lost sandbox's network back. */
type Checkpoint = { readonly name: string; readonly namespace: string; readonly hostNetwork: boolean };

const directory = '/var/lib/dockershim/sandbox';

/** Files below /var/lib/dockershim/sandbox, one a sandbox. */
export class Checkpoints {
  readonly #files: FileSystem;

  constructor(files: FileSystem) {
    this.#files = files;
  }

  write(id: string, { name, namespace, hostNetwork }: Checkpoint): void {
    this.#files.mkdir(directory, { parents: true });
    const data = { ...(hostNetwork ? { host_network: true } : {}) };
    this.#files.write(`${directory}/${id}`, JSON.stringify({ version: 'v1', name, namespace, data }));
  }

  /** Undefined where there is none, or what is there cannot be read. */
  read(id: string): Checkpoint | undefined {
    const inode = this.#files.find(`${directory}/${id}`);
    if (inode?.type !== 'file') return undefined;
    try {
      const { name, namespace, data } = JSON.parse(inode.read()) as { name: string; namespace: string; data: { host_network?: boolean } };
      return { name, namespace, hostNetwork: data.host_network === true };
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
      throw error;
    }
  }

  remove(id: string): void {
    if (this.#files.find(`${directory}/${id}`)) this.#files.unlink(`${directory}/${id}`);
  }

  list(): string[] {
    return this.#files.isDirectory(directory) ? [...this.#files.list(directory)].map(([name]) => name) : [];
  }
}
