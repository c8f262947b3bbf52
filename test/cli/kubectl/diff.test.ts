import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

test('diff: files by name, and with --prune what stands in no file any more', () => {
  const { k, write } = newWorld();
  const map = (name: string, value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {app: x}}\ndata: {a: "${value}"}\n`;
  write('/root/both.yaml', `${map('b', '1')}---\n${map('a', '1')}`);
  write('/root/changed.yaml', `${map('b', '2')}---\n${map('a', '2')}`);
  write('/root/one.yaml', map('b', '1'));
  expect(k('apply -f both.yaml').exit).toBe(0);
  const names = (text: string): string[] => text.split('\n').flatMap((line) => /^diff -u -N \S+ \S+\/(\S+)$/.exec(line)?.[1] ?? []);
  const changed = k('diff -f changed.yaml');
  expect([changed.exit, names(changed.out)]).toEqual([1, ['v1.ConfigMap.default.a', 'v1.ConfigMap.default.b']]);
  expect(k('diff -f one.yaml')).toEqual({ out: '', exit: 0 });
  const pruned = k('diff -f one.yaml --prune -l app=x');
  expect([pruned.exit, names(pruned.out)]).toEqual([1, ['v1.ConfigMap.default.a']]);
  expect(pruned.out).toContain('\n-kind: ConfigMap\n');
  // Other than of what is compared, all of what goes is shown.
  expect(pruned.out).toContain('-  managedFields:');
});
