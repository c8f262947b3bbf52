import { describe, expect, test } from 'vitest';
import { newWorld, run } from './world.ts';

/** Run as `sh -c`; what dash 0.5.12 prints. */
describe('sh beside a bash is dash', () => {
  test.each([
    ['nosuch', 'sh: 1: nosuch: not found\n', 127],
    ['cd /nosuch', "sh: 1: cd: can't cd to /nosuch\n", 2],
    ['cat < /nosuch', 'sh: 1: cannot open /nosuch: No such file\n', 2],
    ['echo x > /nosuch/y', 'sh: 1: cannot create /nosuch/y: Directory nonexistent\n', 2],
    ['echo a)', 'sh: 1: Syntax error: ")" unexpected\n', 2],
    ['set -u; echo $x', 'sh: 1: x: parameter not set\n', 2],
    ['echo $((1/0))', 'sh: 1: arithmetic expression: division by zero: "1/0"\n', 2],
    ['readonly r=1; r=2', 'sh: 1: r: is read only\n', 2],
    ['[ 1 -eq a ]', 'sh: 1: [: Illegal number: a\n', 2],
  ])('%s', (script, stderr, status) => {
    expect(run('', { argv: ['sh', '-c', script] })).toEqual({ stdout: '', stderr, status });
  });
});

describe('sh without one is busybox', () => {
  test.each([
    ['nosuch', 'sh: nosuch: not found\n', 127],
    ['cat < /nosuch', "sh: can't open /nosuch: no such file\n", 1],
    ['echo a)', 'sh: syntax error: unexpected ")"\n', 2],
    ['set -u; echo $x', 'sh: x: parameter not set\n', 2],
  ])('%s', (script, stderr, status) => {
    expect(run('', { argv: ['sh', '-c', script], world: newWorld({ bash: false }) })).toEqual({ stdout: '', stderr, status });
  });
});
