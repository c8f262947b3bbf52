/** What the registries hold. Versions and sizes are those of the real images around 2026; contents are what the lab's programs need. */
import type { ImageConfig, LayerEntry } from '../interfaces/distribution.ts';
import { defaultPath, directory, type ImageDefinition, type LayerDefinition, MiB, program, script, symlink, text } from './definition.ts';
import { kubernetesImages } from './kubernetes-images.ts';
import { alpineRootfs, bookworm, busyboxRootfs, debianRootfs, jammy, noble, trixie } from './rootfs.ts';
import { apacheLayer, entrypointScript, nginxConfigFiles } from './web-files.ts';

const officialPlatforms = ['linux/386', 'linux/amd64', 'linux/arm/v5', 'linux/arm/v7', 'linux/arm64/v8', 'linux/mips64le', 'linux/ppc64le', 'linux/s390x'];
const busyboxPlatforms = [
  'linux/386',
  'linux/amd64',
  'linux/arm/v5',
  'linux/arm/v6',
  'linux/arm/v7',
  'linux/arm64/v8',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x',
];
const simplePlatforms = ['linux/amd64', 'linux/arm64'];

const layer = (megabytes: number, createdBy: string, entries: () => readonly LayerEntry[]): LayerDefinition => ({
  size: Math.round(megabytes * MiB),
  createdBy,
  entries,
});

const debianLayer = layer(26.9, 'RUN # debian.sh --arch amd64 out/ bookworm', () => debianRootfs(bookworm));
const trixieLayer = layer(28.4, 'RUN # debian.sh --arch amd64 out/ trixie', () => debianRootfs(trixie));
const alpineLayers = new Map(
  ['3.19.8', '3.20.7', '3.21.4', '3.22.1'].map((version) => [version, layer(3.47, 'ADD alpine-minirootfs.tar.gz / # buildkit', () => alpineRootfs(version))]),
);
const alpine = (version = '3.22.1'): LayerDefinition => alpineLayers.get(version) as LayerDefinition;
const small = (name: string, content: string): LayerDefinition => layer(0.001, `COPY ${name} / # buildkit`, () => [text(`/usr/share/doc/${name}`, content)]);

type Options = { readonly created?: string; readonly platforms?: readonly string[] };
const hub = (
  name: string,
  tags: readonly string[],
  config: ImageConfig['config'],
  layers: readonly LayerDefinition[],
  options: Options = {},
): ImageDefinition => ({
  name: `docker.io/${name.includes('/') ? name : `library/${name}`}`,
  tags,
  created: options.created ?? '2025-10-07T20:13:06Z',
  config,
  layers,
  platforms: options.platforms ?? officialPlatforms,
});

function nginx(
  version: string,
  tags: readonly string[],
  pkg: { readonly njs: string; readonly alpine?: string; readonly debian: 'bookworm' | 'trixie' },
): ImageDefinition[] {
  const files = (): LayerEntry[] => [
    program('/usr/sbin/nginx', 'nginx', 1_561_000),
    ...nginxConfigFiles(),
    directory('/var/cache/nginx'),
    directory('/var/log/nginx'),
    symlink('/var/log/nginx/access.log', '/dev/stdout'),
    symlink('/var/log/nginx/error.log', '/dev/stderr'),
    program('/usr/bin/curl', 'curl', 306_000),
  ];
  const scripts = ['10-listen-on-ipv6-by-default.sh', '15-local-resolvers.envsh', '20-envsubst-on-templates.sh', '30-tune-worker-processes.sh'];
  const entry = layer(0.001, 'COPY docker-entrypoint.sh / # buildkit', () => [
    directory('/docker-entrypoint.d'),
    script('/docker-entrypoint.sh', 'nginx-entrypoint', entrypointScript),
  ]);
  const scriptLayers = scripts.map((name) =>
    layer(0.002, `COPY ${name} /docker-entrypoint.d # buildkit`, () => [text(`/docker-entrypoint.d/${name}`, '#!/bin/sh\n', 0o755)]),
  );
  const config = (release: string): ImageConfig['config'] => ({
    ExposedPorts: { '80/tcp': {} },
    Env: [
      defaultPath,
      `NGINX_VERSION=${version}`,
      `NJS_VERSION=${pkg.njs}`,
      `NJS_RELEASE=1~${release}`,
      `PKG_RELEASE=1~${release}`,
      `DYNPKG_RELEASE=1~${release}`,
    ],
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['nginx', '-g', 'daemon off;'],
    Labels: { maintainer: 'NGINX Docker Maintainers <docker-maint@nginx.com>' },
    StopSignal: 'SIGQUIT',
  });
  const base = pkg.debian === 'bookworm' ? debianLayer : trixieLayer;
  const suffixed = (suffix: string): string[] => tags.map((tag) => (tag === 'latest' ? suffix : `${tag}-${suffix}`));
  const debianTags = [...tags, ...suffixed(pkg.debian)];
  const install = `RUN /bin/sh -c set -x && groupadd --system --gid 101 nginx # buildkit ${version}`;
  return [
    hub('nginx', debianTags, config(pkg.debian), [base, layer(41.9, install, files), entry, ...scriptLayers]),
    hub('nginx', suffixed('alpine'), { ...config('r1'), Labels: {} }, [alpine(), layer(16.2, `${install} alpine`, files), entry, ...scriptLayers]),
  ];
}

const server =
  (version: string, binary: string, programName: string): (() => readonly LayerEntry[]) =>
  () => [program(`/usr/local/bin/${binary}`, programName, 9_000_000), text(`/usr/share/doc/${binary}-version`, `${version}\n`)];

function redis(version: string, tags: readonly string[]): ImageDefinition[] {
  const files = layer(14.2, `RUN redis ${version}`, () => [
    program('/usr/local/bin/redis-server', 'redis-server', 9_400_000),
    program('/usr/local/bin/redis-cli', 'redis-cli', 6_400_000),
    script('/usr/local/bin/docker-entrypoint.sh', 'exec-entrypoint', '#!/bin/sh\nset -e\nexec "$@"\n'),
    directory('/data', 0o755, 999),
  ]);
  const config: ImageConfig['config'] = {
    ExposedPorts: { '6379/tcp': {} },
    Env: [defaultPath, `REDIS_VERSION=${version}`],
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['redis-server'],
    WorkingDir: '/data',
    Volumes: { '/data': {} },
  };
  return [
    hub('redis', tags, config, [debianLayer, files]),
    hub(
      'redis',
      tags.map((tag) => (tag === 'latest' ? 'alpine' : `${tag}-alpine`)),
      config,
      [alpine(), files],
    ),
  ];
}

function postgres(version: string, tags: readonly string[]): ImageDefinition {
  const files = layer(112, `RUN postgresql ${version}`, () => [
    program('/usr/local/bin/postgres', 'postgres', 9_800_000),
    program('/usr/local/bin/psql', 'psql', 700_000),
    program('/usr/local/bin/pg_isready', 'pg_isready', 80_000),
    script('/usr/local/bin/docker-entrypoint.sh', 'postgres-entrypoint', '#!/usr/bin/env bash\n'),
    directory('/var/lib/postgresql/data', 0o700, 999),
  ]);
  return hub(
    'postgres',
    tags,
    {
      ExposedPorts: { '5432/tcp': {} },
      Env: [defaultPath, 'LANG=en_US.utf8', `PG_MAJOR=${version.split('.')[0]}`, `PG_VERSION=${version}-1.pgdg12+1`, 'PGDATA=/var/lib/postgresql/data'],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['postgres'],
      Volumes: { '/var/lib/postgresql/data': {} },
      StopSignal: 'SIGINT',
    },
    [debianLayer, files],
  );
}

function mysql(name: 'mysql' | 'mariadb', version: string, tags: readonly string[], daemon: string): ImageDefinition {
  const files = layer(name === 'mysql' ? 160 : 92, `RUN ${name} ${version}`, () => [
    program(`/usr/sbin/${daemon}`, 'mysqld', 60_000_000),
    program('/usr/bin/mysqladmin', 'mysqladmin', 7_000_000),
    program('/usr/bin/mysql', 'mysql', 7_600_000),
    script('/usr/local/bin/docker-entrypoint.sh', 'mysql-entrypoint', '#!/bin/bash\n'),
    directory('/var/lib/mysql', 0o755, 999),
  ]);
  return hub(
    name,
    tags,
    {
      ExposedPorts: { '3306/tcp': {}, ...(name === 'mysql' ? { '33060/tcp': {} } : {}) },
      Env: [defaultPath, `${name.toUpperCase()}_VERSION=${version}`],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: [daemon],
      Volumes: { '/var/lib/mysql': {} },
    },
    [debianLayer, files],
  );
}

function busybox(version: string, tags: readonly string[], created: string): ImageDefinition {
  const rootfs = layer(2.11, `BusyBox ${version} (glibc), Debian 12`, () => busyboxRootfs(version));
  return hub('busybox', tags, { Env: [defaultPath], Cmd: ['sh'] }, [rootfs], { created, platforms: busyboxPlatforms });
}

function httpd(version: string, tags: readonly string[]): ImageDefinition {
  return hub(
    'httpd',
    tags,
    {
      ExposedPorts: { '80/tcp': {} },
      Env: [
        'PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'HTTPD_PREFIX=/usr/local/apache2',
        `HTTPD_VERSION=${version}`,
      ],
      Cmd: ['httpd-foreground'],
      WorkingDir: '/usr/local/apache2',
      StopSignal: 'SIGWINCH',
    },
    [debianLayer, layer(30.6, `RUN httpd ${version}`, () => apacheLayer(version))],
  );
}

const interpreter = (
  name: string,
  binary: string,
  versions: readonly (readonly [version: string, tags: readonly string[], megabytes: number])[],
  cmd: readonly string[],
): ImageDefinition[] =>
  versions.map(([version, tags, megabytes]) =>
    hub(name, tags, { Env: [defaultPath, `${name.toUpperCase()}_VERSION=${version}`], Cmd: cmd }, [
      tags.some((tag) => tag.includes('alpine')) ? alpine() : debianLayer,
      layer(megabytes, `RUN ${name} ${version}`, server(version, binary, binary === 'python3' || binary === 'perl' ? binary : 'not-simulated')),
    ]),
  );

const distribution = (name: string, tags: readonly string[], base: LayerDefinition, cmd: string): ImageDefinition =>
  hub(name, tags, { Env: [defaultPath], Cmd: [cmd] }, [base]);

/** Every image of every registry. */
export function catalogue(): ImageDefinition[] {
  const hubImages = [...webServers(), ...bases(), ...databases(), ...tools()];
  return [...hubImages, ...lazyImages(hubImages), ...kubernetesImages()];
}

/** What the makers of the stargz snapshotter have converted for trying it. */
const lazyNames = new Set(['alpine', 'busybox', 'nginx', 'python', 'redis'].map((name) => `docker.io/library/${name}`));
const lazyImages = (all: readonly ImageDefinition[]): ImageDefinition[] =>
  all
    .filter(({ name }) => lazyNames.has(name))
    .map((image) => ({
      ...image,
      name: image.name.replace('docker.io/library', 'ghcr.io/stargz-containers'),
      tags: image.tags.map((tag) => `${tag}-esgz`),
      estargz: true,
    }));

const webServers = (): ImageDefinition[] => [
  ...nginx('1.25.5', ['1.25', '1.25.5'], { njs: '0.8.4', debian: 'bookworm' }),
  ...nginx('1.26.3', ['1.26', '1.26.3'], { njs: '0.8.9', debian: 'bookworm' }),
  ...nginx('1.27.5', ['1.27', '1.27.5'], { njs: '0.8.10', debian: 'bookworm' }),
  ...nginx('1.28.0', ['1.28', '1.28.0', 'stable'], { njs: '0.8.10', debian: 'bookworm' }),
  ...nginx('1.29.2', ['latest', '1', '1.29', '1.29.2', 'mainline'], { njs: '0.9.3', debian: 'bookworm' }),
  // Ancient tags of tutorials: kept by the real hub too.
  ...['1.7.9', '1.14.2', '1.15.12', '1.16.1', '1.17.10', '1.18.0', '1.19.10', '1.20.2', '1.21.6', '1.22.1', '1.23.4', '1.24.0'].flatMap((version) =>
    nginx(version, version === '1.7.9' ? ['1.7.9'] : [version.split('.').slice(0, 2).join('.'), version], { njs: '0.7.0', debian: 'bookworm' }),
  ),
  httpd('2.4.65', ['latest', '2', '2.4', '2.4.65', 'bookworm']),
  hub(
    'httpd',
    ['alpine', '2.4-alpine', '2-alpine'],
    {
      ExposedPorts: { '80/tcp': {} },
      Env: [
        'PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'HTTPD_PREFIX=/usr/local/apache2',
        'HTTPD_VERSION=2.4.65',
      ],
      Cmd: ['httpd-foreground'],
      WorkingDir: '/usr/local/apache2',
      StopSignal: 'SIGWINCH',
    },
    [alpine(), layer(18.1, 'RUN httpd 2.4.65 alpine', () => apacheLayer('2.4.65'))],
  ),
  hub(
    'traefik/whoami',
    ['latest', 'v1.11'],
    { ExposedPorts: { '80/tcp': {} }, Env: [defaultPath], Entrypoint: ['/whoami'] },
    [layer(2.9, 'COPY /whoami /whoami', () => [directory('/tmp', 0o1777), program('/whoami', 'whoami-server', 6_800_000)])],
    { platforms: simplePlatforms },
  ),
  hub(
    'hashicorp/http-echo',
    ['latest', '1.0', '1.0.0', '0.2.3'],
    { Env: [defaultPath], Entrypoint: ['/http-echo'], User: '65532' },
    [layer(2.6, 'COPY http-echo / # buildkit', () => [directory('/tmp', 0o1777), program('/http-echo', 'http-echo', 5_900_000)])],
    { platforms: simplePlatforms },
  ),
  hub('kennethreitz/httpbin', ['latest'], { ExposedPorts: { '80/tcp': {} }, Env: [defaultPath], Cmd: ['gunicorn'] }, [
    trixieLayer,
    layer(180, 'RUN httpbin', server('0.9.2', 'gunicorn', 'not-simulated')),
  ]),
];

const bases = (): ImageDefinition[] => [
  busybox('1.28.4', ['1.28', '1.28.4'], '2018-05-22T17:37:17Z'),
  busybox('1.35.0', ['1.35', '1.35.0'], '2022-12-29T18:30:02Z'),
  busybox('1.36.1', ['1.36', '1.36.1', 'stable', 'stable-glibc', '1.36-glibc'], '2025-06-15T15:06:40Z'),
  busybox('1.37.0', ['latest', '1', '1.37', '1.37.0', 'glibc', 'unstable'], '2024-09-26T21:31:42Z'),
  hub(
    'busybox',
    ['musl', '1.36-musl', '1.37-musl'],
    { Env: [defaultPath], Cmd: ['sh'] },
    [layer(0.83, 'BusyBox 1.37.0 (musl), Alpine 3.22', () => busyboxRootfs('1.37.0'))],
    { platforms: busyboxPlatforms },
  ),
  ...[...alpineLayers].map(([version, base], index) =>
    hub(
      'alpine',
      [version, version.split('.').slice(0, 2).join('.'), ...(index === alpineLayers.size - 1 ? ['latest', '3'] : [])],
      { Env: [defaultPath], Cmd: ['/bin/sh'], WorkingDir: '/' },
      [base],
      { platforms: busyboxPlatforms },
    ),
  ),
  distribution('debian', ['latest', 'trixie', '13', '13.1', 'stable'], trixieLayer, 'bash'),
  distribution('debian', ['bookworm', '12', '12.12', 'oldstable', 'bookworm-slim', '12-slim'], debianLayer, 'bash'),
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
  hub('hello-world', ['latest', 'linux'], { Env: [defaultPath], Cmd: ['/hello'] }, [
    layer(0.0024, 'COPY hello / # buildkit', () => [program('/hello', 'hello-world', 10_072)]),
  ]),
  ...interpreter(
    'python',
    'python3',
    [
      ['3.13.7', ['latest', '3', '3.13', '3.13.7'], 338],
      ['3.13.7', ['3.13-slim', 'slim', '3-slim'], 13.6],
      ['3.12.11', ['3.12', '3.12.11', '3.12-slim'], 13.4],
      ['3.13.7', ['alpine', '3-alpine', '3.13-alpine', '3.12-alpine'], 11.9],
    ],
    ['python3'],
  ),
  ...interpreter(
    'node',
    'node',
    [
      ['22.20.0', ['22', '22.20.0', 'lts', 'jod'], 372],
      ['24.9.0', ['latest', '24', 'current'], 381],
      ['22.20.0', ['22-alpine', 'lts-alpine', 'alpine', '20-alpine'], 50.1],
      ['20.19.5', ['20', '20.19.5', '20-slim'], 48],
    ],
    ['node'],
  ),
  ...interpreter(
    'golang',
    'go',
    [
      ['1.25.1', ['latest', '1', '1.25'], 280],
      ['1.25.1', ['1.25-alpine', 'alpine'], 60],
    ],
    ['bash'],
  ),
  ...interpreter(
    'openjdk',
    'java',
    [
      ['21', ['21', '21-jdk'], 190],
      ['17', ['17', '17-jdk'], 180],
    ],
    ['jshell'],
  ),
  ...interpreter('perl', 'perl', [['5.34.0', ['5.34.0', '5.34', 'latest'], 320]], ['perl']),
];

const databases = (): ImageDefinition[] => [
  ...redis('7.4.5', ['7', '7.4', '7.4.5']),
  ...redis('8.2.1', ['latest', '8', '8.2', '8.2.1']),
  ...redis('6.2.19', ['6', '6.2', '6.2.19']),
  postgres('17.6', ['latest', '17', '17.6']),
  postgres('16.10', ['16', '16.10']),
  postgres('15.14', ['15', '15.14']),
  postgres('16.10', ['alpine', '16-alpine', '17-alpine', '15-alpine']),
  mysql('mysql', '8.4.6', ['8', '8.4', '8.4.6', 'lts'], 'mysqld'),
  mysql('mysql', '8.0.43', ['8.0', '8.0.43'], 'mysqld'),
  mysql('mysql', '9.4.0', ['latest', '9', '9.4'], 'mysqld'),
  mysql('mysql', '5.7.44', ['5.7', '5', '5.6'], 'mysqld'),
  mysql('mariadb', '11.8.3', ['latest', '11', '11.8', '10.11'], 'mariadbd'),
  hub('mongo', ['latest', '8', '8.0', '7', '7.0', '6.0'], { ExposedPorts: { '27017/tcp': {} }, Env: [defaultPath], Cmd: ['mongod'] }, [
    debianLayer,
    layer(240, 'RUN mongodb', () => [program('/usr/local/bin/mongod', 'mongod', 180_000_000)]),
  ]),
  hub('memcached', ['latest', '1', '1.6', 'alpine', '1.6-alpine'], { ExposedPorts: { '11211/tcp': {} }, Env: [defaultPath], Cmd: ['memcached'] }, [
    debianLayer,
    layer(4.1, 'RUN memcached', () => [program('/usr/local/bin/memcached', 'memcached', 400_000)]),
  ]),
];

const tools = (): ImageDefinition[] => [
  hub(
    'curlimages/curl',
    ['latest', '8.16.0', '8.15.0', '8.10.1'],
    { Env: [defaultPath, 'CURL_CA_BUNDLE=/cacert.pem'], Entrypoint: ['/entrypoint.sh'], Cmd: ['curl'], User: 'curl_user' },
    [
      alpine(),
      layer(5.6, 'COPY curl', () => [
        program('/usr/bin/curl', 'curl', 280_000),
        script('/entrypoint.sh', 'curl-entrypoint', '#!/bin/sh\n'),
        directory('/home/curl_user', 0o755, 100),
        text('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\ncurl_user:x:100:101:Linux User,,,:/home/curl_user:/sbin/nologin\n'),
        text('/etc/group', 'root:x:0:\ncurl_group:x:101:\n'),
      ]),
    ],
    { platforms: simplePlatforms },
  ),
  hub(
    'registry',
    ['2', '2.8', '2.8.3', 'latest', '3', '3.0.0'],
    {
      ExposedPorts: { '5000/tcp': {} },
      Env: [defaultPath],
      Entrypoint: ['/entrypoint.sh'],
      Cmd: ['/etc/docker/registry/config.yml'],
      Volumes: { '/var/lib/registry': {} },
    },
    [
      alpine(),
      layer(6.4, 'COPY registry', () => [
        program('/bin/registry', 'registry', 17_000_000),
        script('/entrypoint.sh', 'registry-entrypoint', '#!/bin/sh\n'),
        text(
          '/etc/docker/registry/config.yml',
          'version: 0.1\nlog:\n  fields:\n    service: registry\nstorage:\n  filesystem:\n    rootdirectory: /var/lib/registry\nhttp:\n  addr: :5000\n',
        ),
        directory('/var/lib/registry'),
      ]),
    ],
    { platforms: simplePlatforms },
  ),
  hub(
    'nicolaka/netshoot',
    ['latest', 'v0.13'],
    { Env: [defaultPath], Cmd: ['zsh'] },
    [
      alpine(),
      layer(190, 'RUN netshoot', () =>
        ['bash', 'zsh', 'curl', 'dig', 'tcpdump', 'iptables', 'ss', 'jq', 'nmap', 'host', 'iperf3'].map((name) =>
          program(`/usr/bin/${name}`, name === 'zsh' ? 'bash' : name, 400_000),
        ),
      ),
    ],
    { platforms: simplePlatforms },
  ),
  hub('bash', ['latest', '5', '5.2'], { Env: [defaultPath], Entrypoint: ['docker-entrypoint.sh'], Cmd: ['bash'] }, [
    alpine(),
    layer(2.9, 'RUN bash', () => [
      program('/usr/local/bin/bash', 'bash', 1_200_000),
      script('/usr/local/bin/docker-entrypoint.sh', 'exec-entrypoint', '#!/usr/local/bin/bash\n'),
    ]),
  ]),
  hub(
    'bitnami/kubectl',
    ['latest', '1.35'],
    { Env: [defaultPath], Entrypoint: ['kubectl'], User: '1001' },
    [debianLayer, layer(36, 'COPY kubectl', () => [program('/usr/bin/kubectl', 'kubectl', 58_000_000)])],
    { platforms: simplePlatforms },
  ),
  hub('polinux/stress', ['latest'], { Env: [defaultPath], Cmd: ['stress'] }, [
    alpine(),
    layer(0.4, 'COPY stress', () => [program('/usr/local/bin/stress', 'stress', 90_000)]),
    small('stress', 'stress 1.0.4\n'),
  ]),
  hub('polinux/stress-ng', ['latest'], { Env: [defaultPath], Entrypoint: ['stress-ng'] }, [
    alpine(),
    layer(1.4, 'COPY stress-ng', () => [program('/usr/local/bin/stress-ng', 'stress', 90_000)]),
  ]),
  hub(
    'vish/stress',
    ['latest'],
    { Env: [defaultPath], Entrypoint: ['/stress'] },
    [layer(1.2, 'COPY stress', () => [program('/stress', 'go-stress', 900_000)])],
    { platforms: ['linux/amd64'] },
  ),
];
