import type { StreamOutcome } from '../../../interfaces/streams.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, nameOf, type Obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { chooseContainer, podFor } from './containers.ts';
import { ended, stream, wantsTty } from './exec.ts';

/** kubernetes kubectl/pkg/cmd/attach/attach.go. */
export const attach: CommandEntry = {
  path: 'attach',
  short: 'Attach to a running container',
  examples: '# See what a container prints from now on\nkubectl attach web\n\n# Its terminal\nkubectl attach web -c shell -i -t',
  *run(k) {
    if (k.args.length === 0) throw new KubectlError('at least 1 argument is required for attach');
    if (k.args.length > 2) throw k.usage('expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ' + `${k.args.length}: [${k.args.join(' ')}]`);
    if (k.flags.duration('pod-running-timeout') <= 0) throw k.usage('--pod-running-timeout must be higher than zero');
    const pod = yield* podFor(k, k.args.length === 2 ? `${k.args[0]}/${k.args[1]}` : (k.args[0] as string));
    const phase = text(at(pod, 'status.phase'));
    if (phase === 'Succeeded' || phase === 'Failed') throw new KubectlError(`cannot attach a container in a completed pod; current phase is ${phase}`);
    const container = yield* chooseContainer(k, pod, k.flags.bool('quiet'));
    const stdin = k.flags.bool('stdin');
    const outcome = yield* attachTo(k, pod, container, { stdin, quiet: k.flags.bool('quiet') });
    yield* reattachHint(k, pod, container, stdin);
    if (outcome.error !== undefined) ended(outcome);
  },
};

/** Joins a container's streams; says so first when there is input. */
export function* attachTo(
  k: Kubectl,
  pod: Obj,
  container: string,
  { stdin, quiet }: { readonly stdin: boolean; readonly quiet: boolean },
): Routine<StreamOutcome> {
  const own = [...objs(at(pod, 'spec.containers')), ...objs(at(pod, 'spec.ephemeralContainers')), ...objs(at(pod, 'spec.initContainers'))].find(
    (each) => each['name'] === container,
  );
  if (!own) throw new KubectlError(`cannot attach to the container: container ${container} not found in pod ${nameOf(pod)}`);
  let tty = yield* wantsTty(k, stdin);
  if (tty && own['tty'] !== true) {
    tty = false;
    if (!quiet) yield* k.printError(`error: Unable to use a TTY - container ${container} did not allocate one\n`);
  }
  if (!quiet) {
    yield* k.printError(
      "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n",
    );
  }
  const query = { container, ...(stdin && { stdin: 'true' }), stdout: 'true', ...(tty ? { tty: 'true' } : { stderr: 'true' }) };
  return yield* stream(k, pod, 'attach', query, { stdin, tty });
}

/** How to come back to a container that goes on or starts again. */
export function* reattachHint(k: Kubectl, pod: Obj, container: string, stdin: boolean): Routine {
  if (!stdin || !k.flags.bool('tty') || k.flags.bool('quiet')) return;
  if (objs(at(pod, 'spec.ephemeralContainers')).some((each) => each['name'] === container)) {
    yield* k.printError(
      `Session ended, the ephemeral container will not be restarted but may be reattached using 'kubectl attach ${nameOf(pod)} -c ${container} -i -t' if it is still running\n`,
    );
  } else if (at(pod, 'spec.restartPolicy') === 'Always') {
    yield* k.printError(`Session ended, resume using 'kubectl attach ${nameOf(pod)} -c ${container} -i -t' command when the pod is running\n`);
  }
}
