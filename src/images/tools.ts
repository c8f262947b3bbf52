/** Clients and helpers that people run for a moment. */
import { defaultPath, directory, program, type Repositories, script, text } from './definition.ts';
import { alpine, debianLayer, hub, layer, simplePlatforms, small } from './hub.ts';
import { releases } from './versions.ts';

/** By their full names. */
export const tools: Repositories = {
  'docker.io/curlimages/curl': () => [
    hub(
      'curlimages/curl',
      [
        'latest',
        ...releases(
          '7.78:0 7.80:0 7.81:0 7.82:0 7.83:1 7.84:0 7.85:0 7.86:0 7.87:0 7.88:1 8.0:1 8.1:2 8.2:1 8.3:0 8.4:0 8.5:0 8.6:0 8.7:1 8.8:0 8.9:1 8.10:1 8.11:1 8.12:1 8.13:0 8.14:1 8.15:0 8.16:0',
        ).map(({ version }) => version),
      ],
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
  ],
  'docker.io/library/registry': () => [
    hub(
      'registry',
      ['2', '2.7', '2.7.0', '2.7.1', '2.8', '2.8.0', '2.8.1', '2.8.2', '2.8.3', 'latest', '3', '3.0', '3.0.0'],
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
  ],
  'docker.io/nicolaka/netshoot': () => [
    hub(
      'nicolaka/netshoot',
      ['latest', 'v0.8', 'v0.9', 'v0.10', 'v0.11', 'v0.12', 'v0.13', 'v0.14'],
      { Env: [defaultPath], Cmd: ['zsh'] },
      [
        alpine(),
        layer(190, 'RUN netshoot', () =>
          ['bash', 'zsh', 'curl', 'dig', 'tcpdump', 'iptables', 'ss', 'jq', 'nmap', 'host', 'iperf3'].map((name) =>
            program(`/usr/bin/${name}`, name === 'zsh' ? 'bash' : ['nmap', 'iperf3'].includes(name) ? 'not-simulated' : name, 400_000),
          ),
        ),
      ],
      { platforms: simplePlatforms },
    ),
  ],
  'docker.io/library/bash': () => [
    hub(
      'bash',
      releases('3.2:57 4.4:23 5.0:18 5.1:16 5.2:37 5.3:3').flatMap(({ tags }) => [...tags]),
      { Env: [defaultPath], Entrypoint: ['docker-entrypoint.sh'], Cmd: ['bash'] },
      [
        alpine(),
        layer(2.9, 'RUN bash', () => [
          program('/usr/local/bin/bash', 'bash', 1_200_000),
          script('/usr/local/bin/docker-entrypoint.sh', 'bash-entrypoint', '#!/usr/local/bin/bash\n'),
        ]),
      ],
    ),
  ],
  'docker.io/bitnami/kubectl': () => [
    hub(
      'bitnami/kubectl',
      ['latest', ...Array.from({ length: 12 }, (_, minor) => `1.${minor + 24}`)],
      { Env: [defaultPath], Entrypoint: ['kubectl'], User: '1001' },
      [debianLayer, layer(36, 'COPY kubectl', () => [program('/usr/bin/kubectl', 'kubectl', 58_000_000)])],
      { platforms: simplePlatforms },
    ),
  ],
  'docker.io/polinux/stress': () => [
    hub('polinux/stress', ['latest'], { Env: [defaultPath], Cmd: ['stress'] }, [
      alpine(),
      layer(0.4, 'COPY stress', () => [program('/usr/local/bin/stress', 'stress', 90_000)]),
      small('stress', 'stress 1.0.4\n'),
    ]),
  ],
  'docker.io/polinux/stress-ng': () => [
    hub('polinux/stress-ng', ['latest'], { Env: [defaultPath], Entrypoint: ['stress-ng'] }, [
      alpine(),
      layer(1.4, 'COPY stress-ng', () => [program('/usr/local/bin/stress-ng', 'stress', 90_000)]),
    ]),
  ],
  'docker.io/vish/stress': () => [
    hub(
      'vish/stress',
      ['latest'],
      { Env: [defaultPath], Entrypoint: ['/stress'] },
      [layer(1.2, 'COPY stress', () => [program('/stress', 'go-stress', 900_000)])],
      { platforms: ['linux/amd64'] },
    ),
  ],
};
