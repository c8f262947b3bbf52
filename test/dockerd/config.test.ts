import { expect, test } from 'vitest';
import { DaemonConfigError, daemonConfig } from '../../src/dockerd/config.ts';

const refusal = (fields: Readonly<Record<string, unknown>>): string => {
  try {
    daemonConfig(JSON.stringify(fields), new Map());
    return 'taken';
  } catch (error) {
    if (!(error instanceof DaemonConfigError)) throw error;
    return error.message.replace(/^unable to configure .*daemon.json: (merged configuration validation from file and command line flags failed: )?/, '');
  }
};

test('settings that are none', () => {
  expect([
    refusal({ 'log-level': 'loud' }),
    refusal({ dns: ['x'] }),
    refusal({ labels: ['ab'] }),
    refusal({ 'max-concurrent-downloads': -1 }),
    refusal({ 'default-runtime': 'foo' }),
    refusal({ 'default-runtime': 'foo', runtimes: { foo: { path: '/x' } } }),
    refusal({ runtimes: { runc: {} } }),
    refusal({ 'registry-mirrors': ['https://m.lab/x?y=1'] }),
    refusal({ 'registry-mirrors': ['m.lab'] }),
    refusal({ dns: ['1.1.1.1'], labels: ['a=b'], mtu: 1400, hosts: ['unix:///var/run/docker.sock', 'tcp://0.0.0.0:2375'] }),
  ]).toEqual([
    'invalid logging level: loud',
    'IP address is not correctly formatted: x',
    'bad attribute format: ab',
    'invalid max concurrent downloads: -1',
    "specified default runtime 'foo' does not exist",
    'taken',
    "runtime name 'runc' is reserved",
    'invalid mirror: query or fragment at end of the URI "https://m.lab/x?y=1"',
    `invalid mirror: no scheme specified for "m.lab": must use either 'https://' or 'http://'`,
    'taken',
  ]);
});
