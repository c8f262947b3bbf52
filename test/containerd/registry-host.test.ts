import { expect, test } from 'vitest';
import { endpointsOf } from '../../src/containerd/registry-host.ts';
import { newWorld } from './world.ts';

const world = newWorld();
const { fs } = world.init;
const root = '/etc/containerd/certs.d';
const hosts = (folder: string, text: string): void => {
  fs.mkdir(`${root}/${folder}`, { parents: true });
  fs.write(`${root}/${folder}/hosts.toml`, text);
};
const said: string[] = [];
const of = (host: string) => endpointsOf(fs, { hostsDir: root }, host, (line) => said.push(line));

test('mirrors in the order of the file, the server last; paths, headers, timeouts', () => {
  hosts(
    'docker.io',
    'server = "https://registry-1.docker.io"\n[host."http://m1:5000"]\ncapabilities = ["pull", "resolve"]\n[host."https://m2/own/api"]\noverride_path = true\ndial_timeout = "2s"\n[host."https://m2/own/api".header]\nx-a = ["b"]\n',
  );
  expect(of('docker.io')).toEqual([
    { scheme: 'http', authority: 'm1:5000', prefix: '/v2', capabilities: ['pull', 'resolve'], mirrorOf: 'docker.io' },
    { scheme: 'https', authority: 'm2', prefix: '/own/api', headers: { 'x-a': 'b' }, dialTimeout: 2000, mirrorOf: 'docker.io' },
    { scheme: 'https', authority: 'registry-1.docker.io', prefix: '/v2' },
  ]);
});

test('a folder for all others; one with the port in its name wins', () => {
  hosts('_default', '[host."https://all:5000"]\nskip_verify = true\n');
  expect(of('quay.io').map(({ authority }) => authority)).toEqual(['all:5000', 'quay.io']);
  hosts('r:5000', '[host."https://second"]\n');
  hosts('r_5000_', '[host."http://first:81"]\nskip_verify = true\n');
  expect(of('r:5000')[0]).toEqual({ scheme: 'https', authority: 'first:81', prefix: '/v2', skipVerify: true, fallback: true, mirrorOf: 'r:5000' });
});

test('what is broken is told and passed over; certificates that are none end the pull', () => {
  hosts('a.io', 'server = "https://b.io"\ncapabilities = ["pull", "Fly"]\n');
  expect(of('a.io')).toEqual([{ scheme: 'https', authority: 'a.io', prefix: '/v2' }]);
  expect(said).toEqual([`level=error msg="failed to decode ${root}/a.io/hosts.toml" error="unknown capability Fly"`]);
  hosts('c.io', '[host."https://c.io"]\nca = "ca.pem"\n');
  expect(() => of('c.io')).toThrow(`unable to read CA cert "${root}/c.io/ca.pem": open ${root}/c.io/ca.pem: no such file or directory`);
  fs.write(`${root}/c.io/ca.pem`, 'x');
  expect(() => of('c.io')).toThrow(`unable to load CA cert "${root}/c.io/ca.pem"`);
});
