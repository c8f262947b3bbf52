/** Dockerfiles with mistakes: the line and the words of BuildKit. */
import { expect, test } from 'vitest';
import { configure, parseDockerfile } from '../../src/interfaces/dockerfile.ts';

const problemOf = (text: string): string | undefined => {
  try {
    for (const instruction of parseDockerfile(text)) configure({}, instruction);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};
const parsing = (why: string): string => `dockerfile parse error on line 2: ${why}`;

test.each([
  ['', 'the Dockerfile (Dockerfile) cannot be empty'],
  ['# nothing\n', 'file with no instructions'],
  ['RUN ls\n', 'no build stage in current context'],
  ['FROM\n', 'dockerfile parse error on line 1: FROM requires either one or three arguments'],
  ['FROM alpine AS 1x\n', `dockerfile parse error on line 1: invalid name for build stage: "1x", name can't start with a number or contain symbols`],
])('%j', (text, problem) => expect(problemOf(text)).toBe(problem));

test.each([
  ['RUNN ls', parsing('unknown instruction: RUNN (did you mean RUN?)')],
  ['COPY a', parsing('COPY requires at least two arguments, but only one was provided. Destination could not be determined')],
  ['COPY --foo=1 a b', parsing('unknown flag: --foo')],
  ['COPY --from a b', parsing('missing a value on flag: --from')],
  ['COPY --link=maybe a b', parsing('expecting boolean value for flag --link, not: maybe')],
  ['WORKDIR', parsing('WORKDIR requires exactly one argument')],
  ['ARG', parsing('ARG requires at least one argument')],
  ['SHELL sh', parsing('SHELL requires the arguments to be in JSON form')],
  ['ONBUILD FROM x', parsing("FROM isn't allowed as an ONBUILD trigger")],
  ['HEALTHCHECK foo', parsing('Unknown type "foo" in HEALTHCHECK (try CMD)')],
  ['ENV A', 'ENV must have two arguments'],
  ['LABEL a', 'LABEL must have two arguments'],
  ['ENV a=b c', `Syntax error - can't find = in "c". Must be of the form: name=value`],
  ['CMD [1, 2]', 'when using JSON array syntax, arrays must be comprised of strings only'],
  ['EXPOSE abc', 'invalid containerPort: abc'],
  ['EXPOSE 80/foo', 'invalid proto: foo'],
  ['STOPSIGNAL FOO', 'invalid signal: FOO'],
  ['RUN <<EOF\necho', parsing('unterminated heredoc')],
  ['EXPOSE 8000-8001/udp 80', undefined],
  ['STOPSIGNAL SIGRTMIN+3', undefined],
  ['HEALTHCHECK --interval=5s CMD true', undefined],
  ['RUN --mount=type=cache,target=/x ls', undefined],
  ['ENV A 1 2', undefined],
  ['VOLUME ["/a", "/b"]', undefined],
])('%j', (line, problem) => expect(problemOf(`FROM alpine\n${line}\n`)).toBe(problem));
