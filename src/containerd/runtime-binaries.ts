/** The programs that a task needs on its node: the shim of its runtime, and runc (core/runtime/v2/shim_manager.go). */
import type { ContainerdContainer } from '../interfaces/containerd.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { bundles } from './bundle.ts';
import { unknown } from './errors.ts';

const path = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Looks them up for each task: they may be removed while the daemon runs. */
export class RuntimeBinaries {
  readonly #files: FileSystem;
  readonly #checked: boolean;
  readonly #known = new Map<string, string>();

  /** `checked`: false takes them to be there, for a containerd without a machine of its own. */
  constructor(files: FileSystem, checked: boolean) {
    this.#files = files;
    this.#checked = checked;
  }

  /** Throws ContainerdError for a runtime that is not installed. */
  check(container: ContainerdContainer, namespace: string, id: string): void {
    const { name } = container.runtime;
    const unresolved = 'failed to start shim: failed to resolve runtime path: ';
    const custom = name.startsWith('/');
    if (custom && !this.#files.exists(name)) throw unknown(`${unresolved}invalid custom binary path: stat ${name}: no such file or directory`);
    if (!custom && (name.includes('/') || !name.includes('.')))
      throw unknown(
        `${unresolved}invalid runtime name ${name}, correct runtime name should be either format like \`io.containerd.runc.v2\` or a full path to the binary`,
      );
    const binary = `containerd-shim-${name.split('.').slice(-2).join('-')}`;
    if (!custom && (name !== 'io.containerd.runc.v2' || (this.#checked && !this.#has(binary))))
      throw unknown(`${unresolved}runtime ${JSON.stringify(name)} binary not installed ${JSON.stringify(binary)}: file does not exist`);
    const runc = container.runtime.options?.binary ?? 'runc';
    const absolute = runc.startsWith('/');
    if (!this.#checked || (absolute ? this.#files.exists(runc) : this.#has(runc))) return;
    const why = absolute ? `fork/exec ${runc}: no such file or directory` : `exec: ${JSON.stringify(runc)}: executable file not found in $PATH`;
    throw unknown(
      `failed to create shim task: OCI runtime create failed: unable to retrieve OCI runtime error (open ${bundles}/${namespace}/${id}/log.json: no such file or directory): ${why}`,
    );
  }

  /** Looks first where it was the last time. */
  #has(program: string): boolean {
    const known = this.#known.get(program);
    if (known !== undefined && this.#files.exists(known)) return true;
    const found = path.map((folder) => `${folder}/${program}`).find((each) => this.#files.exists(each));
    if (found !== undefined) this.#known.set(program, found);
    return found !== undefined;
  }
}
