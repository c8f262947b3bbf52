import { rfc3339 } from '../../../apimachinery/time.ts';
import type { Routine } from '../../../sim/routine.ts';
import { visitAll } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, obj, objs, text, withPath } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { operationPrinter } from '../printers/operation.ts';

/** kubernetes kubectl/pkg/cmd/certificates/certificates.go. */
export const certificate: CommandEntry = { path: 'certificate', short: 'Modify certificate resources' };

function* decide(k: Kubectl, type: 'Approved' | 'Denied', verb: string): Routine {
  const print = operationPrinter(k);
  if (k.args.length === 0 && k.flags.list('filename').length === 0) throw new KubectlError('one or more CSRs must be specified as <name> or -f <filename>');
  for (const info of yield* visitAll(k, { args: k.args, defaultType: 'certificatesigningrequests' })) {
    const conditions = objs(at(info.object, 'status.conditions'));
    const other = type === 'Approved' ? 'Denied' : 'Approved';
    if (conditions.some((each) => each['type'] === other)) throw new KubectlError(`certificate signing request "${info.name}" is already ${other}`);
    const known = conditions.some((each) => each['type'] === type);
    if (known && !k.flags.bool('force')) {
      yield* print(info.object, verb);
      continue;
    }
    const time = rfc3339(k.now);
    const condition = {
      type,
      status: 'True',
      reason: type === 'Approved' ? 'KubectlApprove' : 'KubectlDeny',
      message: `This CSR was ${verb} by kubectl certificate ${type === 'Approved' ? 'approve' : 'deny'}.`,
      lastUpdateTime: time,
      lastTransitionTime: time,
    };
    const body = withPath(info.object, ['status', 'conditions'], [...conditions.filter((each) => text(each['type']) !== type), condition]);
    const path = `/apis/certificates.k8s.io/v1/certificatesigningrequests/${info.name}/approval`;
    yield* print(obj(yield* k.api.request({ method: 'PUT', path, body })), verb);
  }
}

export const certificateApprove: CommandEntry = {
  path: 'certificate approve',
  short: 'Approve a certificate signing request',
  examples: '# Let the signer issue it\nkubectl certificate approve amy',
  *run(k) {
    yield* decide(k, 'Approved', 'approved');
  },
};

export const certificateDeny: CommandEntry = {
  path: 'certificate deny',
  short: 'Deny a certificate signing request',
  *run(k) {
    yield* decide(k, 'Denied', 'denied');
  },
};
