import { expect, test } from 'vitest';
import { Session } from '../../src/session/session.ts';
import { type } from '../robustness/lab.ts';

test('find by moments and other files; a loop that is left; JSON that ends too early', () => {
  const session = new Session({ world: 'node', seed: 1 });
  session.untilPrompt(60_000);
  const sh = (line: string): string => type(session, line).trim();
  sh("mkdir d; cd d; touch -d '2024-01-02' old; touch new; ln old same; ln -s nowhere dangling");
  expect(sh("find . -type f -newermt '2024-06-01'; find . -samefile old | sort; find . -xtype l; find . -uid 0 -nogroup; find . -newermt soon")).toBe(
    "./new\n./old\n./same\n./dangling\nfind: I cannot figure out how to interpret 'soon' as a date or time",
  );
  expect(sh('x=3; while true; do ((x--)) || break; done; echo $?')).toBe('0');
  expect(sh(`echo '{"a":1' | jq .; echo toString | jq .`)).toMatch(
    /^jq: parse error: Unfinished JSON term at EOF at line 2, column 0\njq: parse error: Invalid/,
  );
});
