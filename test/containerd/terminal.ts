/** A shell on the test node: types lines, gives what they print. */
import { crictl } from '../../src/cli/crictl/index.ts';
import { newCtr } from '../../src/cli/ctr/index.ts';
import { Cni } from '../../src/cni/cni.ts';
import { SpecialNode } from '../../src/linux/inode.ts';
import { type OpenFile, Sink, StreamReader } from '../../src/linux/open-file.ts';
import type { Program } from '../../src/linux/program.ts';
import { programs } from '../../src/programs/index.ts';
import { shellPrograms } from '../../src/shell/index.ts';
import { newByteStream } from '../../src/sim/stream.ts';
import { newWorld, type World } from './world.ts';

export type Shell = {
  readonly world: World;
  /** Output (both streams) and status of a command. */
  type(line: string): { readonly output: string; readonly status: number };
};

export function newShell(config: Parameters<typeof newWorld>[0] = {}, more: Readonly<Record<string, Program>> = {}): Shell {
  const world = newWorld(config, { ...programs, ...shellPrograms, crictl, ctr: newCtr(({ kernel }) => new Cni({ kernel, sim: kernel.sim })), ...more });
  world.files().mkdir('/bin');
  world.files().mkdir('/dev');
  world.files().mknod('/dev/null', new SpecialNode('character', { mode: 0o666, uid: 0, gid: 0, mtime: 0 }, 'null'));
  for (const name of ['sh', 'bash']) world.files().symlink(`/usr/bin/${name}`, `/bin/${name}`);
  const stdin = newByteStream(Number.POSITIVE_INFINITY);
  let all = '';
  const sink = new Sink((text) => {
    all += text;
  });
  const fds = new Map<number, OpenFile>([
    [0, new StreamReader(stdin)],
    [1, sink],
    [2, sink.retain()],
  ]);
  world.init.spawn({ argv: ['bash'], program: shellPrograms.bash, fds, cwd: '/root', env: { PATH: '/usr/bin', HOME: '/root' } });
  return {
    world,
    type(line) {
      all = '';
      stdin.push(`${line}\nprintf '\\001%s\\002' $?\n`);
      if (!world.sim.advanceUntil(() => /\x01\d+\x02/.test(all), 120_000)) throw new Error(`${line}: does not end`);
      const end = /\x01(\d+)\x02/.exec(all)!;
      return { output: all.slice(0, end.index), status: Number(end[1]) };
    },
  };
}
