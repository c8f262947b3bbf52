/** The community's package repositories, one a minor release (https://pkgs.k8s.io): its index, its key, and packages as archives. */
import { writeTar } from '../../apimachinery/tar.ts';
import { kubernetesReleases } from '../../images/kubernetes-images.ts';
import { sha256 } from '../../interfaces/image-content.ts';
import { executableText } from '../../linux/file-node.ts';
import { kubeadmDropIn, kubeletUnit } from '../kubeadm/units.ts';
import { newest } from '../releases.ts';

/** kB of the archive and installed, and what it needs. */
const packages: Readonly<Record<string, readonly [kilobytes: number, installed: number, depends: string]>> = {
  kubeadm: [12_500, 72_100, 'cri-tools'],
  kubectl: [11_700, 56_700, ''],
  kubelet: [13_200, 56_900, 'kubernetes-cni'],
  'cri-tools': [16_500, 40_600, ''],
  'kubernetes-cni': [39_900, 92_900, ''],
};
/** Those beside Kubernetes have versions of their own. */
export const cniVersion = '1.8.0-1.1';
export const criToolsVersion = (minor: string): string => (minor === '1.24' || minor === '1.23' ? '1.26.0-1.1' : '1.36.0-1.1');

/** Name and version of all that a repository has. */
const rows = (patches: number, minor: string): (readonly [name: string, version: string])[] => [
  ...['kubeadm', 'kubectl', 'kubelet'].flatMap((name) => Array.from({ length: patches + 1 }, (_, patch) => [name, `${minor}.${patch}-1.1`] as const)),
  ['cri-tools', criToolsVersion(minor)],
  ['kubernetes-cni', cniVersion],
];

/** `/core:/stable:/v1.35/deb/Packages`; undefined where there is no such repository. */
export function kubernetesIndex(minor: string): string | undefined {
  const [, patches] = kubernetesReleases.find(([each]) => each === minor && each !== '1.23') ?? [];
  if (patches === undefined) return undefined;
  return rows(patches, minor)
    .map(([name, version]) => {
      const [kilobytes = 0, installed = 0, depends = ''] = packages[name] ?? [];
      return `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n${depends === '' ? '' : `Depends: ${depends}\n`}Installed-Size: ${installed}\nSize: ${kilobytes * 1000}\nFilename: amd64/${name}_${version}_amd64.deb\n`;
    })
    .join('\n');
}

/** `1.35.6/bin/linux/amd64/kubectl` of dl.k8s.io, or its sum with `.sha256`; undefined for a release that there is not. */
export function kubernetesBinary(path: string): string | undefined {
  const [release = '', , , , file = ''] = path.split('/');
  const [name = '', sum] = file.split('.');
  const [, patches = -1] = kubernetesReleases.find(([minor]) => release.startsWith(`${minor}.`)) ?? [];
  const [, installed = 0] = packages[name] ?? [];
  if (Number(release.split('.')[2]) > patches || patches < 0) return undefined;
  const bytes = programOf(name, `v${release}`, installed);
  return sum ? sha256(bytes).slice('sha256:'.length) : bytes;
}

const programOf = (name: string, release: string, kilobytes: number): string =>
  executableText(release === newest.version ? name : `${name}@${release}`, kilobytes * 1000);

/** Files of a package by its name and version: `kubelet_1.35.6-1.1`. */
export function kubernetesPackage(file: string): string | undefined {
  const [name = '', version = ''] = file.split('_');
  const release = `v${version.replace(/-.*/, '')}`;
  const [, installed = 0] = packages[name] ?? [];
  if (installed === 0) return undefined;
  const program = (path: string, of: string): { path: string; mode: number; content: string } => ({
    path,
    mode: 0o755,
    content: executableText(of, installed * 1000),
  });
  const own = release === newest.version ? name : `${name}@${release}`;
  return writeTar(
    {
      kubeadm: [program('usr/bin/kubeadm', own), { path: 'usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf', mode: 0o644, content: kubeadmDropIn }],
      kubelet: [program('usr/bin/kubelet', own), { path: 'usr/lib/systemd/system/kubelet.service', mode: 0o644, content: kubeletUnit }],
      'cri-tools': [program('usr/bin/crictl', release === 'v1.26.0' ? 'crictl@v1.26.0' : 'crictl')],
      'kubernetes-cni': ['bridge', 'host-local', 'loopback', 'portmap'].map((plugin) => program(`opt/cni/bin/${plugin}`, 'cni-plugin')),
    }[name] ?? [program(`usr/bin/${name}`, own)],
    0,
  );
}

/** Release.key, armored. */
export const kubernetesKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----
Version: GnuPG v2.0.15 (GNU/Linux)

mQENBGMHoXcBCADukGOEQyleViOgtkMVa7hKifP6POCTh+98xNW4TfHK/nBJN2sm
=sWEj
-----END PGP PUBLIC KEY BLOCK-----
`;
