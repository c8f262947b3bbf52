import { describe, expect, test } from 'vitest';
import { readTar, writeTar } from '../../src/apimachinery/tar.ts';
import { familiar, parseReference } from '../../src/dockerd/reference.ts';
import { applyChanges, pairs, parseDockerfile, substitute } from '../../src/interfaces/dockerfile.ts';
import { copyEntries } from '../../src/interfaces/dockerfile-copy.ts';

describe('names of images', () => {
  test.each([
    ['nginx', 'docker.io/library/nginx:latest', 'nginx:latest'],
    ['someone/app:v1', 'docker.io/someone/app:v1', 'someone/app:v1'],
    ['registry.k8s.io/pause:3.10.2', 'registry.k8s.io/pause:3.10.2', 'registry.k8s.io/pause:3.10.2'],
    ['localhost:5000/a', 'localhost:5000/a:latest', 'localhost:5000/a:latest'],
  ])('%s', (typed, full, short) => {
    expect(parseReference(typed).full).toBe(full);
    expect(familiar(full)).toBe(short);
  });
  test('capitals are refused', () => expect(() => parseReference('Nginx')).toThrow('repository name (library/Nginx) must be lowercase'));
});

describe('Dockerfiles', () => {
  test('lines are joined, comments left out', () =>
    expect(parseDockerfile('# x\nFROM a AS b\nRUN one \\\n  two\n').map(({ name, text, line }) => [name, text, line])).toEqual([
      ['FROM', 'a AS b', 2],
      ['RUN', 'one   two', 3],
    ]));
  test('an unknown instruction', () =>
    expect(() => parseDockerfile('FORM a')).toThrow('dockerfile parse error on line 1: unknown instruction: FORM (did you mean FROM?)'));
  test('variables', () => expect(substitute('$A-${B:-c}-\\$A', new Map([['A', '1']]))).toBe('1-c-$A'));
  test('pairs', () =>
    expect(pairs('A=1 B="two words"')).toEqual([
      ['A', '1'],
      ['B', 'two words'],
    ]));
  test('changes of commit', () => expect(applyChanges({ Env: ['A=1'] }, ['ENV A=2', 'CMD ["x"]'])).toEqual({ Env: ['A=2'], Cmd: ['x'] }));
  test('COPY into a directory', () =>
    expect(
      copyEntries({
        name: 'COPY',
        sources: ['a.txt'],
        destination: '/app/',
        workdir: '/',
        files: [{ path: 'a.txt', type: 'file', content: 'x' }],
        below: () => undefined,
        flags: {},
      }).map(({ path }) => path),
    ).toEqual(['/app', '/app/a.txt']));
});

test('a tar is read as it was written', () => {
  const long = `${'d/'.repeat(60)}f`;
  const files = readTar(
    writeTar(
      [
        { path: 'a/', type: 'directory' },
        { path: 'a/b', type: 'file', content: 'ü' },
        { path: long, type: 'file', content: 'x' },
      ],
      0,
    ),
  );
  expect([...(files ?? [])]).toEqual([
    ['a/', ''],
    ['a/b', 'ü'],
    [long, 'x'],
  ]);
});
