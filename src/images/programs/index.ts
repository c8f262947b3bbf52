/** Programs that only images have, by the name their files carry. */
import type { Program } from '../../linux/program.ts';
import { agnhost } from './agnhost.ts';
import { courseServers } from './course-servers.ts';
import { memcached, mongod, mysqladmin, mysqld, mysqlEntrypoint, pgIsReady, postgres, postgresEntrypoint } from './databases.ts';
import { htpasswd } from './htpasswd.ts';
import { nginx, nginxEntrypoint } from './nginx.ts';
import { pause } from './pause.ts';
import { perl } from './perl.ts';
import { redisServer } from './redis.ts';
import { redisCli } from './redis-cli.ts';
import { registry, registryEntrypoint } from './registry/index.ts';
import { entrypoints, goRunner, helloWorld, idle, notSimulated, stress } from './small.ts';
import { bootcamp, echoserver, helloApp, hpaExample, httpd, httpEcho, podinfo, python3, whoamiServer } from './small-servers.ts';

export const imagePrograms: Readonly<Record<string, Program>> = {
  ...courseServers,
  agnhost,
  'bootcamp-v1': bootcamp(1),
  'bootcamp-v2': bootcamp(2),
  'busybox-httpd': notSimulated,
  dnf: notSimulated,
  echoserver,
  ...entrypoints,
  'go-runner': goRunner,
  'go-stress': stress,
  'hello-app-1.0': helloApp('1.0.0'),
  'hello-app-2.0': helloApp('2.0.0'),
  'hello-world': helloWorld,
  'hpa-example': hpaExample,
  'http-echo': httpEcho,
  htpasswd,
  httpd,
  ...Object.fromEntries('ifconfig route ping6 mknod mkfifo getopt renice sum base32 getconf link pathchk'.split(' ').map((name) => [name, notSimulated])),
  flanneld: idle,
  kindnetd: idle,
  'nginx-ingress-controller': idle,
  memcached,
  mongod,
  mysql: notSimulated,
  'mysql-entrypoint': mysqlEntrypoint,
  mysqladmin,
  mysqld,
  nginx,
  'nginx-entrypoint': nginxEntrypoint,
  'not-simulated': notSimulated,
  pause,
  perl,
  pg_isready: pgIsReady,
  podinfo,
  postgres,
  'postgres-entrypoint': postgresEntrypoint,
  psql: notSimulated,
  python3,
  'redis-cli': redisCli,
  'redis-server': redisServer,
  registry,
  'registry-entrypoint': registryEntrypoint,
  rpm: notSimulated,
  stress,
  'whoami-server': whoamiServer,
  yum: notSimulated,
};
