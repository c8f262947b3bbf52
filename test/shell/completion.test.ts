import { expect, test } from 'vitest';
import { newWorld, Session } from './world.ts';

const completers = new Map([
  ['kubectl', (words: readonly string[], index: number) => (index === 1 ? ['describe', 'get'] : words[1] === 'get' ? ['pods', 'nodes'] : undefined)],
]);

test.each([
  ['ec', 0, ['echo']],
  ['kubectl g', 8, ['get']],
  ['k get p', 6, ['pods']],
  ['kk de', 3, ['describe']],
  ['kubectl describe f', 17, ['file1']],
  ['cat f', 4, ['file1']],
  ['cd ', 3, ['dir1/', 'my\\ dir/']],
  ['cat my', 4, ['my\\ dir/']],
  ['cat "my', 4, ['"my dir/']],
  ['echo $MYV', 6, ['MYVAR']],
  ['echo ${MYV', 7, ['MYVAR}']],
  ['ls /bi', 3, ['/bin/']],
  ['ls | sor', 5, ['sort']],
  ['ls ~/d', 3, ['~/dir1/']],
  ['./d', 0, ['./dir1/']],
  ['FOO=1 ec', 6, ['echo']],
])('%s', (line, from, candidates) => {
  const session = new Session(['bash'], newWorld({ completers }));
  session.type('alias k=kubectl; mkdir -p dir1 "my dir"; touch file1; complete -o default -F __start_kubectl kk; MYVAR=1');
  expect(session.tty.reader?.complete(line, line.length)).toEqual({ from, candidates });
});
