/** Distributions, and languages whose programs the lab mostly has not. */
import type { ImageConfig } from '../interfaces/distribution.ts';
import { defaultPath, type ImageDefinition, type LayerDefinition, program, type Repositories, text } from './definition.ts';
import { alpine, busyboxPlatforms, debianLayer, hub, layer, trixieLayer } from './hub.ts';
import { busyboxRootfs, type Distribution, debianRootfs, jammy, noble } from './rootfs.ts';
import { type Release, releases, variant } from './versions.ts';

const created: Readonly<Record<string, string>> = {
  '1.28.4': '2018-05-22T17:37:17Z',
  '1.35.0': '2022-12-29T18:30:02Z',
  '1.36.1': '2025-06-15T15:06:40Z',
  '1.37.0': '2024-09-26T21:31:42Z',
};

function busybox({ version, tags }: Release): ImageDefinition[] {
  const image = (names: readonly string[], rootfs: LayerDefinition): ImageDefinition =>
    hub('busybox', names, { Env: [defaultPath], Cmd: ['sh'] }, [rootfs], { created: created[version] ?? '2019-06-05T22:20:52Z', platforms: busyboxPlatforms });
  const files = (): ReturnType<typeof busyboxRootfs> => busyboxRootfs(version);
  return [
    image([...tags, ...variant(tags, 'glibc', 'uclibc')], layer(2.11, `BusyBox ${version} (glibc), Debian 12`, files)),
    image(variant(tags, 'musl'), layer(0.83, `BusyBox ${version} (musl), Alpine 3.22`, files)),
  ];
}

const alpineReleases = (): Release[] =>
  releases('3.3:3 3.4:6 3.5:3 3.6:5 3.7:3 3.8:5 3.9:6 3.10:9 3.11:13 3.12:12 3.13:12 3.14:10 3.15:11 3.16:9 3.17:10 3.18:12 3.19:8 3.20:7 3.21:4 3.22:1');

const distribution = (name: string, tags: readonly string[], base: LayerDefinition, cmd: string): ImageDefinition =>
  hub(name, tags, { Env: [defaultPath], Cmd: [cmd] }, [base]);

/** Where an image's layer is not that of others. */
const rootOf = (release: Distribution, megabytes: number): LayerDefinition =>
  layer(megabytes, `ADD ${release.id}-${release.codename ?? release.version}-root.tar.gz /`, () => debianRootfs(release));
const ubuntu = (version: string, codename: string): ImageDefinition =>
  distribution('ubuntu', [version, codename], rootOf({ id: 'ubuntu', name: 'Ubuntu', version, codename, pretty: `Ubuntu ${version} LTS` }, 28.1), '/bin/bash');
const oldDebian = (version: string, codename: string): ImageDefinition => {
  const tags = [codename, version];
  return distribution(
    'debian',
    [...tags, ...variant(tags, 'slim')],
    rootOf({ id: 'debian', name: 'Debian GNU/Linux', version, codename, pretty: `Debian GNU/Linux ${version} (${codename})` }, 30.4),
    'bash',
  );
};
const redHat = (repository: string, tags: readonly string[], name: string, version: string, megabytes: number): ImageDefinition =>
  distribution(
    repository,
    tags,
    rootOf({ id: repository.replace(/linux$/, ''), name, version, pretty: `${name} ${version}`, packages: ['yum', 'dnf', 'rpm'] }, megabytes),
    '/bin/bash',
  );

type Language = {
  readonly binary: string;
  readonly cmd: string;
  readonly megabytes: number;
  readonly versions: () => readonly Release[];
  readonly variants?: readonly string[];
};
const slimOrBig = ['slim', 'bookworm', 'slim-bookworm', 'bullseye', 'slim-bullseye', 'trixie'];
const languages: Readonly<Record<string, Language>> = {
  python: {
    binary: 'python3',
    cmd: 'python3',
    megabytes: 338,
    versions: () => releases('2.7:18 3.6:15 3.7:17 3.8:20 3.9:23 3.10:18 3.11:13 3.12:11 3.13:7'),
    variants: slimOrBig,
  },
  node: {
    binary: 'node',
    cmd: 'node',
    megabytes: 372,
    versions: () => releases('=8.17.0 =10.24.1 =12.22.12 =14.21.3 =16.20.2 =18.20.8 =20.19.5 =22.20.0 =24.9.0', { lts: '22', jod: '22', current: '24' }),
    variants: slimOrBig,
  },
  golang: {
    binary: 'go',
    cmd: 'bash',
    megabytes: 280,
    versions: () => releases('1.13:15 1.14:15 1.15:15 1.16:15 1.17:13 1.18:10 1.19:13 1.20:14 1.21:13 1.22:12 1.23:12 1.24:7 1.25:1'),
    variants: ['bookworm', 'bullseye', 'trixie'],
  },
  perl: {
    binary: 'perl',
    cmd: 'perl',
    megabytes: 320,
    versions: () => releases('5.30:3 5.32:1 5.34:3 5.36:3 5.38:5 5.40:3 5.42:0'),
    variants: ['slim', 'bookworm'],
  },
  ruby: { binary: 'ruby', cmd: 'irb', megabytes: 330, versions: () => releases('2.7:8 3.0:7 3.1:7 3.2:9 3.3:9 3.4:6'), variants: slimOrBig },
  php: {
    binary: 'php',
    cmd: 'php',
    megabytes: 165,
    versions: () => releases('7.2:34 7.4:33 8.0:30 8.1:33 8.2:29 8.3:26 8.4:13'),
    variants: ['cli', 'apache', 'fpm', 'zts', 'fpm-bookworm', 'apache-bookworm'],
  },
  rust: {
    binary: 'cargo',
    cmd: 'bash',
    megabytes: 560,
    versions: () => releases('1.70:0 1.75:0 1.80:1 1.85:1 1.90:0'),
    variants: ['slim', 'bookworm', 'slim-bookworm'],
  },
  openjdk: {
    binary: 'java',
    cmd: 'jshell',
    megabytes: 190,
    versions: () => releases('=8 =11 =17 =21'),
    variants: ['jdk', 'jre', 'slim', 'jdk-slim', 'jre-slim'],
  },
  'eclipse-temurin': {
    binary: 'java',
    cmd: 'jshell',
    megabytes: 200,
    versions: () => releases('=8 =11 =17 =21 =25'),
    variants: ['jdk', 'jre', 'jdk-jammy', 'jre-jammy', 'jdk-noble', 'jre-noble'],
  },
  maven: {
    binary: 'mvn',
    cmd: 'mvn',
    megabytes: 240,
    versions: () => releases('=3.8.8 =3.9.11'),
    variants: ['eclipse-temurin-17', 'eclipse-temurin-21', 'openjdk-17'],
  },
};
const simulated = new Set(['python3', 'perl']);

function language([name, { binary, cmd, megabytes, versions, variants = [] }]: readonly [string, Language]): ImageDefinition[] {
  return versions().flatMap(({ version, tags }) => {
    const config: ImageConfig['config'] = { Env: [defaultPath, `${name.toUpperCase().replace('-', '_')}_VERSION=${version}`], Cmd: [cmd] };
    const files = layer(megabytes, `RUN ${name} ${version}`, () => [
      program(`/usr/local/bin/${binary}`, simulated.has(binary) ? binary : 'not-simulated', 9_000_000),
      ...(binary === 'python3' ? [program('/usr/local/bin/python', binary, 9_000_000), program('/usr/local/bin/pip', 'not-simulated', 300)] : []),
      ...(binary === 'node' ? [program('/usr/local/bin/npm', 'not-simulated', 300)] : []),
      text(`/usr/share/doc/${binary}-version`, `${version}\n`),
    ]);
    const alpineNames = variants.includes('jre') ? variant(tags, 'alpine', 'jdk-alpine', 'jre-alpine') : variant(tags, 'alpine', 'alpine3.22', 'alpine3.21');
    return [
      hub(name, [...tags, ...variant(tags, ...variants)], config, [debianLayer, files]),
      hub(name, alpineNames, config, [alpine(), { ...files, size: Math.round(files.size / 8) }]),
    ];
  });
}

/** By their full names. */
export const bases: Repositories = {
  'docker.io/library/busybox': () =>
    releases('1.21:1 1.22:1 1.23:2 1.24:2 1.25:1 1.26:2 1.27:2 1.28:4 1.29:3 1.30:1 1.31:1 1.32:1 1.33:1 1.34:1 1.35:0 1.36:1 1.37:0', {
      stable: '1.36',
      unstable: '1.37',
    }).flatMap(busybox),
  'docker.io/library/alpine': () =>
    alpineReleases().map(({ version, tags }) =>
      hub('alpine', tags, { Env: [defaultPath], Cmd: ['/bin/sh'], WorkingDir: '/' }, [alpine(version)], { platforms: busyboxPlatforms }),
    ),
  'docker.io/library/debian': () => [
    distribution('debian', ['latest', 'trixie', '13', '13.1', 'stable', 'trixie-slim', '13-slim', 'stable-slim'], trixieLayer, 'bash'),
    distribution('debian', ['bookworm', '12', '12.12', 'oldstable', 'bookworm-slim', '12-slim', 'oldstable-slim'], debianLayer, 'bash'),
    oldDebian('11', 'bullseye'),
    oldDebian('10', 'buster'),
    oldDebian('9', 'stretch'),
    oldDebian('8', 'jessie'),
  ],
  'docker.io/library/ubuntu': () => [
    distribution(
      'ubuntu',
      ['latest', '24.04', 'noble'],
      layer(28.3, 'ADD ubuntu-noble-oci-amd64-root.tar.gz /', () => debianRootfs(noble)),
      '/bin/bash',
    ),
    distribution(
      'ubuntu',
      ['22.04', 'jammy'],
      layer(28.2, 'ADD ubuntu-jammy-oci-amd64-root.tar.gz /', () => debianRootfs(jammy)),
      '/bin/bash',
    ),
    ubuntu('25.10', 'questing'),
    ubuntu('25.04', 'plucky'),
    ubuntu('20.04', 'focal'),
    ubuntu('18.04', 'bionic'),
    ubuntu('16.04', 'xenial'),
    ubuntu('14.04', 'trusty'),
  ],
  'docker.io/library/centos': () => [
    redHat('centos', ['latest', '8', 'centos8'], 'CentOS Linux', '8', 79),
    redHat('centos', ['7', 'centos7', '7.9.2009'], 'CentOS Linux', '7', 72.6),
  ],
  'docker.io/library/fedora': () =>
    ['40', '41', '42', '43'].map((version) => redHat('fedora', version === '43' ? ['latest', version] : [version], 'Fedora Linux', version, 60)),
  'docker.io/library/rockylinux': () => ['8', '9'].map((version) => redHat('rockylinux', [version, `${version}-minimal`], 'Rocky Linux', version, 61)),
  'docker.io/library/almalinux': () => [redHat('almalinux', ['8'], 'AlmaLinux', '8', 68), redHat('almalinux', ['latest', '9'], 'AlmaLinux', '9', 67)],
  'docker.io/library/amazonlinux': () => [
    redHat('amazonlinux', ['latest', '2023'], 'Amazon Linux', '2023', 53),
    redHat('amazonlinux', ['2'], 'Amazon Linux', '2', 62),
  ],
  'docker.io/library/hello-world': () => [
    hub('hello-world', ['latest', 'linux'], { Env: [defaultPath], Cmd: ['/hello'] }, [
      layer(0.0024, 'COPY hello / # buildkit', () => [program('/hello', 'hello-world', 10_072)]),
    ]),
  ],
  ...Object.fromEntries(Object.entries(languages).map((entry) => [`docker.io/library/${entry[0]}`, () => language(entry)])),
};
