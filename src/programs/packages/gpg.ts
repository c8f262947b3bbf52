/** gpg, as far as keys of package repositories are brought into the form that apt wants. */
import { Errno } from '../../linux/errno.ts';
import { openInput } from '../input.ts';
import { Failure, tool } from '../tool.ts';

/** `--dearmor [-o FILE] [FILE]` */
export const gpg = tool({
  usage: '[options] [files]',
  summary: 'gpg: encryption and signing tool.',
  options: [
    ['dearmor', 'remove the ASCII armor'],
    ['o,output=FILE', 'write to this file'],
    ['yes', 'replace files without asking'],
    ['batch', 'ask nothing'],
    ['no-tty', ''],
  ],
  *run(call) {
    const { process } = call;
    if (!call.has('dearmor')) throw new Failure(`k8s-lab: gpg ${process.argv.slice(1).join(' ')} is not simulated`, 70, true);
    let text = '';
    const lines = call.lines(openInput(process, call.operands[0] ?? '-'));
    for (let line = yield* lines.next(); line !== undefined; line = yield* lines.next()) text += `${line}\n`;
    const [, body = ''] = /-----BEGIN [^\n]*-----\n(?:\w+:[^\n]*\n)*\n([\s\S]*?)(?:\n=[^\n]*)?\n-----END/.exec(text) ?? [];
    if (body === '') throw new Failure('gpg: no valid OpenPGP data found.\ngpg: dearmoring failed: Unknown system error', 2, true);
    const key = Buffer.from(body, 'base64').toString('latin1');
    const file = call.value('o');
    if (file === undefined) yield* call.print(key);
    else
      try {
        process.fs.write(file, key);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        throw new Failure(`gpg: can't create '${file}': ${error.message}\ngpg: dearmoring failed: ${error.message}`, 2, true);
      }
    return 0;
  },
});
