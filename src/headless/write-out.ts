/** Output of the simulated world to this process's own descriptors. */
import { writeSync } from 'node:fs';
import { encodeUtf8 } from '../sim/stream.ts';

/**
 * Written at once, straight to the descriptor: streams are no part of a snapshot, and tell that a reader has gone only when the world has
 * stopped, which an endless command never does. Then the process ends as SIGPIPE would end it.
 */
export function writeOut(descriptor: 1 | 2, text: string): void {
  const bytes = encodeUtf8(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(141);
      if (code === 'EBADF') return; // It was closed before we began (`>&-`): nobody wants to know.
      if (code !== 'EAGAIN') giveUp(descriptor, message);
      wait();
    }
  }
}

/** A full disk, say: there is nowhere left to go. */
function giveUp(descriptor: 1 | 2, message: string): never {
  if (descriptor === 1) writeOut(2, `k8s-lab: write error: ${message}\n`);
  process.exit(1);
}

/** A reader that is slow gets a moment. */
const wait = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
