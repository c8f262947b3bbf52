/** dpkg's database of a machine. */
import { type Machine, writeFile } from './machine.ts';

/** What dpkg knows of packages and their files. */
export function addPackages(
  fs: Machine['fs'],
  packages: Readonly<Record<string, readonly string[]>>,
  about: (name: string) => { readonly version: string; readonly held?: boolean },
): void {
  const status = '/var/lib/dpkg/status';
  const others = (fs.exists(status) ? fs.read(status) : '')
    .split('\n\n')
    .filter((each) => each.trim() !== '' && !Object.keys(packages).some((name) => each.startsWith(`Package: ${name}\n`)));
  const stanzas = Object.entries(packages).map(([name, files]) => {
    const { version, held } = about(name);
    writeFile(fs, `/var/lib/dpkg/info/${name}.list`, files.map((file) => `${file}\n`).join(''));
    return `Package: ${name}\nStatus: ${held ? 'hold' : 'install'} ok installed\nArchitecture: amd64\nVersion: ${version}`;
  });
  writeFile(fs, status, [...others, ...stanzas].map((each) => `${each}\n\n`).join(''));
}
