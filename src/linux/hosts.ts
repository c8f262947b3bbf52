/** Names of /etc/hosts. */
import type { FileSystem } from './file-system.ts';

/** The address that a name stands for; the name itself where the file does not have it. */
export function hostAddress(files: FileSystem, name: string): string {
  if (/^[\d.]+$/.test(name) || files.find('/etc/hosts')?.type !== 'file') return name;
  for (const line of files.read('/etc/hosts').split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address && names.includes(name)) return address;
  }
  return name;
}
