/** docker top: the node's ps, for the processes of one container (moby daemon/top_unix.go). */
import { type Engine, moby } from './engine.ts';
import type { Container } from './state.ts';

const titles = ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'];

export function processTable(engine: Engine, container: Container): { readonly titles: readonly string[]; readonly processes: readonly (readonly string[])[] } {
  const names = new Map(
    (engine.files.find('/etc/passwd')?.type === 'file' ? engine.files.read('/etc/passwd') : '')
      .split('\n')
      .map((line) => [line.split(':')[2] ?? '', line.split(':')[0] ?? '']),
  );
  const rows = engine.containerd.tasks.pids(moby, container.id).flatMap(({ pid }) => {
    const process = engine.kernel.processes.get(pid);
    if (!process) return [];
    const uid = String(process.credentials.uid);
    const seconds = Math.floor(process.cpuMicros / 1e6);
    const two = (value: number): string => String(value).padStart(2, '0');
    const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    return [
      [
        names.get(uid) ?? uid,
        String(pid),
        String(process.parent?.pid ?? 0),
        '0',
        new Date(process.startedAt).toISOString().slice(11, 16),
        process.tty?.name ?? '?',
        time,
        process.argv.join(' '),
      ],
    ];
  });
  return { titles, processes: rows };
}
