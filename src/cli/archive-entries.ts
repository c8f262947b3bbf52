/** What a tar of a root file system, or of a build's context, holds. */
import { gunzip, readTarEntries, TarError } from '../apimachinery/tar.ts';
import { parseExecutable } from '../linux/file-node.ts';
import type { TreeEntry } from '../linux/tree-entries.ts';

/** Packed or not; programs are told from other files. */
export function archiveEntries(source: string, fail: (message: string) => Error): TreeEntry[] {
  try {
    return readTarEntries(source.startsWith('\x1f') ? (gunzip(source) ?? '') : source).map(({ content = '', ...entry }): TreeEntry => {
      const executable = parseExecutable(content);
      const named = { ...entry, path: `/${entry.path.replace(/\/$/, '')}`, type: entry.type ?? 'file' };
      if (named.type !== 'file') return named;
      return executable
        ? { ...named, program: executable.program, ...(executable.size === undefined ? {} : { size: executable.size }) }
        : { ...named, content };
    });
  } catch (error) {
    if (error instanceof TarError) throw fail(error.message);
    throw error;
  }
}
