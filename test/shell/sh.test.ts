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
    ['[[ a == a ]]', 'sh: 1: [[: not found\n', 127],
    ['a=(1 2)', 'sh: 1: Syntax error: "(" unexpected\n', 2],
    ['cat <<< hi', 'sh: 1: Syntax error: redirection unexpected\n', 2],
    ['function f { echo x; }; f', 'sh: 1: Syntax error: "}" unexpected\n', 2],
    ['for ((i=0;i<3;i++)); do :; done', 'sh: 1: Syntax error: Bad for loop variable\n', 2],
    ['true\nsource x', 'sh: 2: source: not found\n', 127],
    ['x=abc; echo ${x:1}', 'sh: 1: Bad substitution\n', 2],
    ['cat < <(echo a)', 'sh: 1: Syntax error: redirection unexpected\n', 2],
    ['echo a |& cat', 'sh: 1: Syntax error: "&" unexpected\n', 2],
    ['echo a >&/tmp/y', 'sh: 1: Syntax error: Bad fd number\n', 2],
    ['printf "%q" x', 'sh: 1: printf: %q: invalid directive\n', 2],
    ['set -o pipefail; echo $?', 'sh: 1: set: Illegal option -o pipefail\n', 2],
    ['set -k; echo $?', 'sh: 1: set: Illegal option -k\n', 2],
    ['kill -l KILL', 'sh: 1: kill: Illegal number: KILL\n', 2],
    ['kill -FOO 1', 'sh: 1: kill: Illegal option -F\n', 2],
    ['trap x FOO', 'trap: FOO: bad trap\n', 1],
    ['echo $((i++))', 'sh: 1: arithmetic expression: expecting primary: "i++"\n', 2],
  ])('%s', (script, stderr, status) => {
    expect(run('', { argv: ['sh', '-c', script] })).toEqual({ stdout: '', stderr, status });
  });
});

test('what dash does not know it takes as it stands', () => {
  const script = `echo $'a'; echo hi &>/tmp/x; wait; cat /tmp/x; kill -l | head -3; kill -l 137; set -o | head -2`;
  expect(run('', { argv: ['sh', '-c', script] }).stdout).toBe('$a\nhi\n0\nHUP\nINT\nKILL\nCurrent option settings\nerrexit         off\n');
  expect(run('', { argv: ['sh', '-c', 'echo {a,b}; echo "$RANDOM"'] })).toEqual({ stdout: '{a,b}\n\n', stderr: '', status: 0 });
});

describe('sh without one is busybox', () => {
  test.each([
    ['nosuch', 'sh: nosuch: not found\n', 127],
    ['cat < /nosuch', "sh: can't open /nosuch: no such file\n", 1],
    ['echo a)', 'sh: syntax error: unexpected ")"\n', 2],
    ['a=(1)', 'sh: syntax error: unexpected "("\n', 2],
    ['[[ a == a ]] && x=abc && [ ${x:1} = bc ]', '', 0],
    ['set -u; echo $x', 'sh: x: parameter not set\n', 2],
  ])('%s', (script, stderr, status) => {
    expect(run('', { argv: ['sh', '-c', script], world: newWorld({ bash: false }) })).toEqual({ stdout: '', stderr, status });
  });
});
