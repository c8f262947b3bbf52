/** Software that a learner downloads and unpacks: what is in the archives of releases on GitHub. One table for the web that has them and the worlds where somebody has done so. */
import { gzip, type TarEntry, writeTar } from '../../apimachinery/tar.ts';
import { executableText } from '../../linux/file-node.ts';
import { installProgram, type Machine, writeFile } from './machine.ts';

/** Programs by path, with their names and sizes in MB; other files by path, with their text. */
type Bundle = {
  readonly programs: Readonly<Record<string, readonly [program: string, megabytes: number]>>;
  readonly files?: Readonly<Record<string, string>>;
};

/** The units of the bundle are made from containerd's, with sed (nerdctl Dockerfile). */
const unit = (description: string, command: string, type = 'notify'): string =>
  `[Unit]\nDescription=${description}\nAfter=network.target local-fs.target\n\n[Service]\nExecStart=/usr/local/bin/${command}\nType=${type}\nDelegate=yes\nKillMode=process\nRestart=always\nRestartSec=5\nOOMScoreAdjust=-999\n\n[Install]\nWantedBy=multi-user.target\n`;

/** nerdctl-full, to be unpacked in /usr/local. */
export const nerdctlFull: Bundle = {
  programs: {
    'bin/buildctl': ['buildctl', 35],
    'bin/buildkitd': ['buildkitd', 75],
    'bin/containerd': ['containerd', 45],
    'bin/containerd-shim-runc-v2': ['containerd-shim-runc-v2', 12],
    'bin/containerd-stargz-grpc': ['containerd-stargz-grpc', 40],
    'bin/ctd-decoder': ['ctd-decoder', 12],
    'bin/ctr': ['ctr', 24],
    'bin/ctr-remote': ['ctr-remote', 38],
    'bin/ipfs': ['ipfs', 98],
    'bin/nerdctl': ['nerdctl', 30],
    'bin/runc': ['runc', 11],
    'bin/rootlesskit': ['rootlesskit', 11],
    'bin/tini': ['tini', 0.8],
    'bin/slirp4netns': ['slirp4netns', 2],
    'bin/containerd-rootless-setuptool.sh': ['containerd-rootless-setuptool.sh', 0.02],
    'bin/containerd-rootless.sh': ['containerd-rootless.sh', 0.01],
  },
  files: {
    'lib/systemd/system/buildkit.service': unit('', 'buildkitd', 'notify'),
    'lib/systemd/system/stargz-snapshotter.service': unit(
      'stargz snapshotter',
      'containerd-stargz-grpc --log-level=debug --config=/etc/containerd-stargz-grpc/config.toml',
    ),
    'share/doc/nerdctl-full/README.md':
      '# nerdctl (full distribution)\n- nerdctl: v2.3.5\n- containerd: v2.3.4\n- runc: v1.4.3\n- BuildKit: v0.29.0\n- Stargz Snapshotter: v0.18.2\n- imgcrypt: v2.0.2\n- RootlessKit: v3.0.1\n- slirp4netns: v1.3.3\n- Kubo (IPFS): v0.40.1\n',
  },
};

/** What a release has as an archive. */
export const archiveOf = ({ programs, files = {} }: Bundle): string => {
  const entries: TarEntry[] = [
    ...Object.entries(programs).map(([path, [program, megabytes]]) => ({ path, mode: 0o755, content: executableText(program, megabytes * 1e6) })),
    ...Object.entries(files).map(([path, content]) => ({ path, content })),
  ];
  const folders = [
    ...new Set(
      entries.flatMap(({ path }) =>
        path
          .split('/')
          .slice(0, -1)
          .map((_, i, all) => `${all.slice(0, i + 1).join('/')}/`),
      ),
    ),
  ].sort();
  return gzip(writeTar([...folders.map((path) => ({ path })), ...entries], Date.UTC(2026, 5, 1)));
};

/** As if the archive had been unpacked there. */
export function installBundle({ kernel, fs }: Machine, { programs, files = {} }: Bundle, root: string): void {
  for (const [path, [program, megabytes]] of Object.entries(programs)) installProgram(kernel, fs, `${root}/${path}`, program, megabytes * 1e6);
  for (const [path, content] of Object.entries(files)) writeFile(fs, `${root}/${path}`, content);
}
