import { isSession, type StreamOutcome } from '../../../interfaces/streams.ts';
import type { ExitCode } from '../../../linux/program.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { Query } from '../api.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, nameOf, namespaceOf, type Obj, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { readManifests } from '../manifests.ts';
import { runSession } from '../streams.ts';
import { chooseContainer, podFor, streamError } from './containers.ts';

/** kubernetes kubectl/pkg/cmd/exec/exec.go. */
export const exec: CommandEntry = {
  path: 'exec',
  short: 'Execute a command in a container',
  examples: '# One command\nkubectl exec web -- date\n\n# A shell, in one of several containers\nkubectl exec -it web -c sidecar -- sh',
  *run(k) {
    const { word, command } = yield* target(k);
    const pod = yield* podFor(k, word);
    const phase = text(at(pod, 'status.phase'));
    if (phase === 'Succeeded' || phase === 'Failed') throw new KubectlError(`cannot exec into a container in a completed pod; current phase is ${phase}`);
    const container = yield* chooseContainer(k, pod, k.flags.bool('quiet'));
    const stdin = k.flags.bool('stdin');
    const tty = yield* wantsTty(k, stdin);
    const query = { command: [...command], container, ...(stdin && { stdin: 'true' }), stdout: 'true', ...(tty ? { tty: 'true' } : { stderr: 'true' }) };
    const outcome = yield* stream(k, pod, 'exec', query, { stdin, tty });
    return ended(outcome);
  },
};

function* target(k: Kubectl): Routine<{ readonly word: string; readonly command: readonly string[] }> {
  const filenames = k.flags.list('filename');
  const before = k.dash >= 0 ? k.args.slice(0, k.dash) : k.args;
  const after = k.dash >= 0 ? k.args.slice(k.dash) : [];
  if (filenames.length > 0) {
    const manifests = yield* readManifests(k, { filenames });
    if (manifests.length > 1) throw new KubectlError('cannot exec into multiple objects at a time');
    const object = manifests[0]?.object ?? {};
    return { word: `${text(object['kind'])}/${nameOf(object)}`, command: k.dash >= 0 ? after : before };
  }
  if (!before[0]) throw new KubectlError('pod, type/name or --filename must be specified');
  if (before.length > 1 && k.dash < 0) throw k.usage('exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead');
  if (after.length === 0) throw new KubectlError('you must specify at least one command for the container');
  return { word: before[0] as string, command: after };
}

/** -t needs a terminal at this end. */
export function* wantsTty(k: Kubectl, stdin: boolean): Routine<boolean> {
  if (!k.flags.bool('tty')) return false;
  if (stdin && k.process.stdin.tty) return true;
  if (stdin) yield* k.printError('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  return false;
}

/** Opens exec or attach and stays until it ends. */
export function* stream(
  k: Kubectl,
  pod: Obj,
  subresource: string,
  query: Query,
  how: { readonly stdin: boolean; readonly tty: boolean },
): Routine<StreamOutcome> {
  const path = `/api/v1/namespaces/${namespaceOf(pod) || k.namespace}/pods/${nameOf(pod)}/${subresource}`;
  let answer: unknown;
  try {
    answer = yield* k.api.connect({ method: 'POST', path, query });
  } catch (error) {
    throw streamError(error);
  }
  if (typeof answer !== 'object' || answer === null || !isSession(answer)) throw new KubectlError('unable to upgrade connection');
  return yield* runSession(k.process, answer, how);
}

/** The remote command's exit status is ours. */
export function ended(outcome: StreamOutcome): ExitCode {
  if (outcome.error !== undefined) throw new KubectlError(outcome.error, { exitCode: outcome.exitCode === 0 ? 1 : outcome.exitCode });
  if (outcome.exitCode !== 0) throw new KubectlError(`command terminated with exit code ${outcome.exitCode}`, { exitCode: outcome.exitCode, bare: true });
  return 0;
}
