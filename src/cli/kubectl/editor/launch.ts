/** The user's editor on a file in /tmp: kubernetes kubectl/pkg/cmd/util/editor/editor.go. */
import { Errno } from '../../../linux/errno.ts';
import type { Routine } from '../../../sim/routine.ts';
import { KubectlError } from '../errors.ts';
import type { Kubectl } from '../kubectl.ts';

/** What came back, and the file that it is still in. */
type Edited = { readonly content: string; readonly path: string };

/** Writes the file, waits for the editor, reads the file. Throws KubectlError when the editor fails; the file then stays. */
export function* launchEditor(k: Kubectl, content: string, extension: string): Routine<Edited> {
  const path = `/tmp/kubectl-edit-${k.process.sim.random.int(4e9)}${extension}`;
  k.process.fs.write(path, content, { mode: 0o600 });
  const { argv, shown } = commandLine(k, path);
  let status: number;
  try {
    status = yield* k.process.wait(k.process.spawn({ argv }));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new KubectlError(argv[0]?.includes('/') ? `there was a problem with the editor "${shown}"` : `unable to launch the editor "${shown}"`);
  }
  if (status !== 0) throw new KubectlError(`there was a problem with the editor "${shown}"`);
  try {
    return { content: k.process.fs.read(path), path };
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new KubectlError(`open ${path}: ${error.message.toLowerCase()}`);
  }
}

/** Words are split at spaces; with quotes among them they are for a shell. */
function commandLine({ process: { env } }: Kubectl, path: string): { readonly argv: readonly string[]; readonly shown: string } {
  const editor = env['KUBE_EDITOR'] || env['EDITOR'] || 'vi';
  const words = editor.includes(' ') && /["'\\]/.test(editor) ? [env['SHELL'] || '/bin/bash', '-c', editor] : editor.split(' ');
  const argv = words.length > 1 && words[2] === editor ? [...words.slice(0, 2), `${editor} "${path}"`] : [...words, path];
  return { argv, shown: words.join(' ') };
}
