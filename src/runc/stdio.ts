/** Descriptors 0 to 2 of a container's process, on the ends that its shim holds. */
import type { OciStdio } from '../interfaces/oci.ts';
import type { Kernel } from '../linux/kernel.ts';
import { Device, type OpenFile, StreamReader, StreamWriter } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import { TerminalFile, Tty } from '../linux/tty.ts';
import type { Routine } from '../sim/routine.ts';
import type { ByteStream } from '../sim/stream.ts';

type Stdio = { readonly fds: Map<number, OpenFile>; readonly tty: Tty | undefined };

/** `index` numbers the terminal (/dev/pts/N); `caller` is who started runc. */
export function openStdio(kernel: Kernel, stdio: OciStdio, index: number, caller: Process): Stdio {
  if (stdio.inherit) return { fds: new Map([0, 1, 2].map((fd) => [fd, caller.fd(fd).retain()])), tty: undefined };
  if (stdio.terminal) {
    const tty = new Tty(`pts/${index}`, stdio.terminal);
    const file = new TerminalFile(tty);
    return { fds: new Map<number, OpenFile>([0, 1, 2].map((fd) => [fd, fd === 0 ? file : file.retain()])), tty };
  }
  const nothing = (): OpenFile => new Device('null', kernel.sim.random);
  return {
    fds: new Map<number, OpenFile>([
      [0, stdio.stdin ? new StreamReader(stdio.stdin) : nothing()],
      [1, stdio.stdout ? new StreamWriter(stdio.stdout) : nothing()],
      [2, stdio.stderr ? new StreamWriter(stdio.stderr) : nothing()],
    ]),
    tty: undefined,
  };
}

/** The master side of a pty, in the shim: what is written to the terminal goes out, what comes in is typed. */
export function bridgeTerminal(shim: Process, process: Process, tty: Tty, stdio: OciStdio): void {
  tty.foreground = process.group;
  tty.signal = (signal) => {
    process.kernel.signalGroup(tty.foreground, signal);
  };
  shim.sim.go(copyOut(process, tty, stdio), 'pty-out');
  if (stdio.stdin) shim.sim.go(copyIn(tty, stdio.stdin), 'pty-in');
}

function* copyOut(process: Process, tty: Tty, { stdout, stdin }: OciStdio): Routine {
  for (;;) {
    const text = tty.output.take();
    if (text !== undefined) stdout?.push(text);
    else if (process.exitStatus !== undefined) break;
    else yield { on: [tty.output.changed, process.changed] };
  }
  stdout?.close();
  stdin?.break();
}

function* copyIn(tty: Tty, stdin: ByteStream): Routine {
  for (let text = yield* stdin.receive(); text !== undefined; text = yield* stdin.receive()) tty.type(text);
}
