/** Web servers and small servers of demonstrations. */
import type { ImageConfig, LayerEntry } from '../interfaces/distribution.ts';
import { defaultPath, directory, type ImageDefinition, program, type Repositories, script, symlink, text } from './definition.ts';
import { alpine, debianLayer, hub, layer, simplePlatforms, trixieLayer } from './hub.ts';
import { type Release, releases, variant } from './versions.ts';
import { apacheLayer, entrypointScript, nginxConfigFiles } from './web-files.ts';

const nginxReleases = (): Release[] =>
  releases(
    '1.7:12 1.8:1 1.9:15 1.10:3 1.11:13 1.12:2 1.13:12 1.14:2 1.15:12 1.16:1 1.17:10 1.18:0 1.19:10 1.20:2 1.21:6 1.22:1 1.23:4 1.24:0 1.25:5 1.26:3 1.27:5 1.28:0 1.29:2',
    { stable: '1.28', mainline: '1.29' },
  );
const njsOf: Readonly<Record<string, string>> = { '1.25': '0.8.4', '1.26': '0.8.9', '1.27': '0.8.10', '1.28': '0.8.10', '1.29': '0.9.3' };

function nginx({ version, tags }: Release, name = 'nginx'): ImageDefinition[] {
  const njs = njsOf[version.slice(0, version.lastIndexOf('.'))] ?? '0.7.0';
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
    Env: [defaultPath, `NGINX_VERSION=${version}`, `NJS_VERSION=${njs}`, `NJS_RELEASE=1~${release}`, `PKG_RELEASE=1~${release}`, `DYNPKG_RELEASE=1~${release}`],
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['nginx', '-g', 'daemon off;'],
    Labels: { maintainer: 'NGINX Docker Maintainers <docker-maint@nginx.com>' },
    StopSignal: 'SIGQUIT',
  });
  const install = `RUN /bin/sh -c set -x && groupadd --system --gid 101 nginx # buildkit ${version}`;
  const debian = [debianLayer, layer(41.9, install, files), entry, ...scriptLayers];
  const onAlpine = (tags: readonly string[], what: string, megabytes: number): ImageDefinition =>
    hub(name, tags, { ...config('r1'), Labels: {} }, [alpine(), layer(megabytes, `${install} ${what}`, files), entry, ...scriptLayers]);
  return [
    hub(name, [...tags, ...variant(tags, 'bookworm')], config('bookworm'), debian),
    hub(name, variant(tags, 'perl', 'bookworm-perl'), config('bookworm'), [
      ...debian,
      layer(6.3, `${install} perl`, () => [program('/usr/bin/perl', 'perl', 3_800_000)]),
    ]),
    onAlpine(variant(tags, 'alpine'), 'alpine', 16.2),
    onAlpine(variant(tags, 'alpine-slim'), 'alpine-slim', 1.9),
  ];
}

/** The same server behind another port, as a user without rights. */
function unprivileged(name: string, port = 8080): ImageDefinition[] {
  const conf = `server {\n    listen       ${port};\n    server_name  localhost;\n    location / {\n        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n}\n`;
  return nginxReleases()
    .slice(-30)
    .flatMap((release) =>
      nginx(release, name).map((image) => ({
        ...image,
        config: { ...image.config, ExposedPorts: { [`${port}/tcp`]: {} }, User: '101' },
        layers: [...image.layers, layer(0.001, 'RUN sed -i listen /etc/nginx/conf.d/default.conf', () => [text('/etc/nginx/conf.d/default.conf', conf)])],
      })),
    );
}

/** One image of nginx with a file of its own: its page, if nothing else is said. */
const pages = (name: string, tags: readonly string[], content: string, path = '/usr/share/nginx/html/index.html'): ImageDefinition[] =>
  nginx(nginxReleases().at(-1) as Release, name)
    .slice(0, 1)
    .map((image) => ({
      ...image,
      name: name.startsWith('gcr.io') ? name : image.name,
      tags,
      layers: [...image.layers, layer(0.01, 'COPY html', () => [text(path, content)])],
    }));

function httpd({ version, tags }: Release): ImageDefinition[] {
  const config: ImageConfig['config'] = {
    ExposedPorts: { '80/tcp': {} },
    Env: [
      'PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HTTPD_PREFIX=/usr/local/apache2',
      `HTTPD_VERSION=${version}`,
    ],
    Cmd: ['httpd-foreground'],
    WorkingDir: '/usr/local/apache2',
    StopSignal: 'SIGWINCH',
  };
  const files = (): readonly LayerEntry[] => apacheLayer(version);
  return [
    hub('httpd', [...tags, ...variant(tags, 'bookworm')], config, [debianLayer, layer(30.6, `RUN httpd ${version}`, files)]),
    hub('httpd', variant(tags, 'alpine'), config, [alpine(), layer(18.1, `RUN httpd ${version} alpine`, files)]),
  ];
}

const single = (
  name: string,
  tags: readonly string[],
  megabytes: number,
  binary: string,
  programName: string,
  config: ImageConfig['config'],
): ImageDefinition =>
  hub(
    name,
    tags,
    { Env: [defaultPath], Entrypoint: [binary], ...config },
    [layer(megabytes, `COPY ${binary} ${binary}`, () => [directory('/tmp', 0o1777), program(binary, programName, megabytes * 2_300_000)])],
    {
      platforms: simplePlatforms,
    },
  );

/** By their full names. */
export const servers: Repositories = {
  'docker.io/library/nginx': () => nginxReleases().flatMap((release) => nginx(release)),
  'docker.io/library/httpd': () => releases('2.2:34 2.4:65').flatMap(httpd),
  'docker.io/nginxinc/nginx-unprivileged': () => unprivileged('nginxinc/nginx-unprivileged'),
  'docker.io/bitnami/nginx': () => unprivileged('bitnami/nginx'),
  'docker.io/docker/getting-started': () =>
    pages('docker/getting-started', ['latest', 'pwd'], '<!doctype html>\n<title>Getting Started</title>\n<h1>Getting Started</h1>\n'),
  'docker.io/docker/welcome-to-docker': () =>
    pages('docker/welcome-to-docker', ['latest'], '<!doctype html>\n<title>Welcome to Docker</title>\n<h1>Your first container runs</h1>\n'),
  'gcr.io/google-samples/hello-frontend': () =>
    pages(
      'gcr.io/google-samples/hello-frontend',
      ['1.0'],
      'upstream Backend {\n    server hello;\n}\nserver {\n    listen 80;\n    location / {\n        proxy_pass http://Backend;\n    }\n}\n',
      '/etc/nginx/conf.d/default.conf',
    ),
  'docker.io/traefik/whoami': () => [
    single('traefik/whoami', ['latest', 'v1.10', 'v1.11'], 2.9, '/whoami', 'whoami-server', { ExposedPorts: { '80/tcp': {} } }),
  ],
  'docker.io/containous/whoami': () => [single('containous/whoami', ['latest'], 2.9, '/whoami', 'whoami-server', { ExposedPorts: { '80/tcp': {} } })],
  'docker.io/hashicorp/http-echo': () => [
    single('hashicorp/http-echo', ['latest', '1.0', '1.0.0', '0.2.3', '0.2.1'], 2.6, '/http-echo', 'http-echo', { User: '65532' }),
  ],
  'docker.io/kennethreitz/httpbin': () => [
    hub('kennethreitz/httpbin', ['latest'], { ExposedPorts: { '80/tcp': {} }, Env: [defaultPath], Cmd: ['gunicorn'] }, [
      trixieLayer,
      layer(180, 'RUN httpbin', () => [program('/usr/local/bin/gunicorn', 'not-simulated', 9_000_000)]),
    ]),
  ],
};
