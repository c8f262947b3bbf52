/** Databases and caches. */
import type { ImageConfig, LayerEntry } from '../interfaces/distribution.ts';
import { defaultPath, directory, type ImageDefinition, program, type Repositories, script } from './definition.ts';
import { alpine, debianLayer, hub, layer } from './hub.ts';
import { type Release, releases, variant } from './versions.ts';

/** docker-entrypoint.sh of an image with one server. */
const entrypoint = (daemon: string): LayerEntry =>
  script(
    '/usr/local/bin/docker-entrypoint.sh',
    `${daemon}-entrypoint`,
    `#!/bin/sh\nset -e\nif [ "\${1#-}" != "$1" ]; then\n\tset -- ${daemon} "$@"\nfi\nexec "$@"\n`,
  );

function redis({ version, tags }: Release): ImageDefinition[] {
  const files = layer(14.2, `RUN redis ${version}`, () => [
    program('/usr/local/bin/redis-server', 'redis-server', 9_400_000),
    program('/usr/local/bin/redis-cli', 'redis-cli', 6_400_000),
    entrypoint('redis-server'),
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
    hub('redis', [...tags, ...variant(tags, 'bookworm')], config, [debianLayer, files]),
    hub('redis', variant(tags, 'alpine'), config, [alpine(), files]),
  ];
}

function postgres({ version, tags }: Release): ImageDefinition[] {
  const files = layer(112, `RUN postgresql ${version}`, () => [
    program('/usr/local/bin/postgres', 'postgres', 9_800_000),
    program('/usr/local/bin/psql', 'psql', 700_000),
    program('/usr/local/bin/pg_isready', 'pg_isready', 80_000),
    script('/usr/local/bin/docker-entrypoint.sh', 'postgres-entrypoint', '#!/usr/bin/env bash\n'),
    directory('/var/lib/postgresql/data', 0o700, 999),
  ]);
  const config: ImageConfig['config'] = {
    ExposedPorts: { '5432/tcp': {} },
    Env: [defaultPath, 'LANG=en_US.utf8', `PG_MAJOR=${version.split('.')[0]}`, `PG_VERSION=${version}-1.pgdg12+1`, 'PGDATA=/var/lib/postgresql/data'],
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['postgres'],
    Volumes: { '/var/lib/postgresql/data': {} },
    StopSignal: 'SIGINT',
  };
  return [
    hub('postgres', [...tags, ...variant(tags, 'bookworm')], config, [debianLayer, files]),
    hub('postgres', variant(tags, 'alpine'), config, [alpine(), files]),
  ];
}

function mysql(name: 'mysql' | 'mariadb', { version, tags }: Release): ImageDefinition {
  const daemon = name === 'mysql' ? 'mysqld' : 'mariadbd';
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

/** A server that listens and says what it is. */
const plain = (name: string, tags: readonly string[], port: number, megabytes: number, daemon: string, more: readonly LayerEntry[] = []): ImageDefinition =>
  hub(name, tags, { ExposedPorts: { [`${port}/tcp`]: {} }, Env: [defaultPath], Entrypoint: ['docker-entrypoint.sh'], Cmd: [daemon] }, [
    debianLayer,
    layer(megabytes, `RUN ${name === 'mongo' ? 'mongodb' : name}`, () => [
      program(`/usr/local/bin/${daemon}`, daemon, megabytes * 750_000),
      entrypoint(daemon),
      ...more,
    ]),
  ]);
const mongo = ({ version, tags }: Release): ImageDefinition =>
  plain('mongo', tags, 27017, 240, 'mongod', [program(Number.parseInt(version, 10) < 6 ? '/usr/bin/mongo' : '/usr/bin/mongosh', 'not-simulated', 90_000_000)]);

/** By their full names. */
export const databases: Repositories = {
  'docker.io/library/redis': () => releases('2.8:23 3.0:7 3.2:12 4.0:14 5.0:14 6.0:20 6.2:19 7.0:15 7.2:10 7.4:5 8.0:3 8.2:1').flatMap(redis),
  'docker.io/library/postgres': () => releases('9.6:24 10:23 11:22 12:22 13:22 14:19 15:14 16:10 17:6').flatMap(postgres),
  'docker.io/library/mysql': () => releases('5.6:51 5.7:44 8.0:43 8.4:6 9.4:0', { lts: '8.4' }).map((release) => mysql('mysql', release)),
  'docker.io/library/mariadb': () =>
    releases('10.3:39 10.4:34 10.5:29 10.6:23 10.11:14 11.4:8 11.8:3', { lts: '11.8' }).map((release) => mysql('mariadb', release)),
  'docker.io/library/mongo': () => releases('4.0:28 4.2:24 4.4:29 5.0:31 6.0:26 7.0:25 8.0:15').map(mongo),
  'docker.io/library/memcached': () =>
    releases('1.4:39 1.5:22 1.6:39').map(({ tags }) => plain('memcached', [...tags, ...variant(tags, 'alpine', 'bookworm')], 11211, 4.1, 'memcached')),
};
