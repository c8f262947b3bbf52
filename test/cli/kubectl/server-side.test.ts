import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

test('server-side apply next to client-side apply: the annotation gets its own manager, fields change hands', () => {
  const { k, write } = newWorld();
  const managers = (): string => k("get cm a --show-managed-fields -o jsonpath='{range .metadata.managedFields[*]}{.manager} {.operation};{end}'").out;
  write('/root/one.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "1", b: "2"}\n');
  write('/root/two.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "1", c: "3"}\n');
  write('/root/nothing.yaml', '');
  expect(k('apply -f one.yaml').exit).toBe(0);
  expect(managers()).toBe('kubectl-client-side-apply Update;');
  expect(k('apply --server-side -f two.yaml').out).toBe('configmap/a serverside-applied\n');
  expect(managers()).toBe('kubectl Apply;kubectl-last-applied Apply;');
  expect(k('get cm a -o jsonpath={.data}').out).toBe('{"a":"1","c":"3"}');
  expect(k('get cm a -o jsonpath={.metadata.annotations}').out).toContain('last-applied-configuration');
  expect(k('apply -f one.yaml').exit).toBe(0);
  expect(k('apply --server-side --force-conflicts --field-manager=me -f two.yaml').exit).toBe(0);
  expect(managers()).toContain('me Apply;');
  expect(k('get cm a -o jsonpath={.data.b}').out).toBe('2');
  expect(k('replace --raw /nosuch -f nothing.yaml').out).toContain('the server could not find the requested resource');
});
