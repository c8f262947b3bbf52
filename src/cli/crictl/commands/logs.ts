/** logs: reads the container's log file on the node (kubernetes pkg/kubelet/kuberuntime/logs). */
import { parseGoDuration } from '../../../apimachinery/duration.ts';
import { tryParseTime } from '../../../apimachinery/time.ts';
import { isErrno } from '../../../linux/errno.ts';
import type { FileNode } from '../../../linux/inode.ts';
import type { Routine } from '../../../sim/routine.ts';
import { bool, type CrictlCommand, int, text } from '../command.ts';
import { type Context, calls, Fatal } from '../context.ts';

export const logs: CrictlCommand = {
  name: 'logs',
  short: 'Fetch the logs of a container',
  usage: 'CONTAINER-ID',
  flags: [
    bool('follow', 'f', 'Follow log output'),
    int('limit-bytes', '', 'Maximum bytes of logs to return', '-1'),
    bool('previous', 'p', 'Print the logs for the previous instance of the container in a pod if it exists'),
    bool('reopen', 'r', 'Indicates the container to reopen its log file'),
    text('since', '', 'Only return logs newer than a relative duration like 5s, 2m, or 3h'),
    text('stream', 's', 'Which stream to print, one of: all, stdout, stderr', 'all'),
    int('tail', '', 'Number of lines to show from the end of the logs. Defaults to all', '-1'),
    bool('timestamps', 't', 'Show timestamps'),
  ],
  run: function* (context) {
    const [id] = context.args;
    if (id === undefined) throw new Fatal('ID cannot be empty');
    const { flags } = context;
    if (flags.number('tail') >= 0 && flags.has('stream') && flags.text('stream') !== 'all') throw new Fatal('--tail and --stream are mutually exclusive');
    const runtime = yield* context.runtime();
    if (flags.bool('reopen')) {
      yield* context.call(calls.plain, 'reopen container logs: ', () => runtime.reopenContainerLog(id));
      return yield* context.print(`${id}\n`);
    }
    const status = yield* context.call(calls.containerStatus(id), '', () => runtime.containerStatus(id));
    if (status.logPath === '') throw new Fatal('the container has not set log path');
    const path = flags.bool('previous') ? previousPath(status.logPath) : status.logPath;
    const file = open(context, path);
    let position = yield* print(context, file, 0, true);
    while (flags.bool('follow')) {
      if (file.read().length > position) position = yield* print(context, file, position, false);
      else if (runtime.listContainers({ id: status.id })[0]?.state !== 'CONTAINER_RUNNING') return;
      else yield { on: [file.changed], timeout: 200 };
    }
  },
};

function open(context: Context, path: string): FileNode {
  try {
    const inode = context.process.fs.stat(path);
    context.process.fs.check(inode, 4, path);
    if (inode.type === 'file') return inode;
    throw new Fatal(`failed to open log file ${JSON.stringify(path)}: is a directory`);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new Fatal(`failed to try resolving symlinks in path ${JSON.stringify(path)}: lstat ${path}: ${error.message.toLowerCase()}`);
  }
}

/** `…/1.log` → `…/0.log`. */
function previousPath(path: string): string {
  const attempt = Number(/(\d+)\.log$/.exec(path)?.[1] ?? 0);
  return path.replace(/\d+\.log$/, `${Math.max(0, attempt - 1)}.log`);
}

type Line = { readonly time: string; readonly stream: 'stdout' | 'stderr'; readonly partial: boolean; readonly text: string };

function parse(line: string): Line | undefined {
  if (line.startsWith('{')) return parseDocker(line);
  const match = /^(\S+) (stdout|stderr) ([FP]) ?(.*)$/s.exec(line);
  return match ? { time: match[1] as string, stream: match[2] as 'stdout' | 'stderr', partial: match[3] === 'P', text: match[4] ?? '' } : undefined;
}

/** Docker's own format, behind dockershim and cri-dockerd. */
function parseDocker(line: string): Line {
  const { log, stream, time } = JSON.parse(line) as { readonly log: string; readonly stream: 'stdout' | 'stderr'; readonly time: string };
  return { time, stream, partial: !log.endsWith('\n'), text: log.replace(/\n$/, '') };
}

/** Prints what stands after `from`; gives where it stopped. */
function* print(context: Context, file: FileNode, from: number, first: boolean): Routine<number> {
  const { flags, process } = context;
  const content = file.read();
  const end = content.lastIndexOf('\n') + 1;
  let lines = content.slice(from, end).split('\n').slice(0, -1);
  const tail = flags.number('tail');
  if (first && tail >= 0) lines = tail === 0 ? [] : lines.slice(-tail);
  const since = flags.text('since') === '' ? undefined : sinceTime(flags.text('since'), process.now);
  const stream = flags.text('stream');
  let left = flags.number('limit-bytes');
  for (const line of lines.map(parse)) {
    if (!line || (stream !== 'all' && stream !== '' && line.stream !== stream)) continue;
    if (since !== undefined && (tryParseTime(line.time) ?? 0) < since) continue;
    let out = `${flags.bool('timestamps') ? `${line.time} ` : ''}${line.text}${line.partial ? '' : '\n'}`;
    if (left >= 0) {
      out = out.slice(0, left);
      left -= out.length;
    }
    yield* line.stream === 'stdout' ? process.print(out) : process.printError(out);
    if (left === 0) break;
  }
  return end;
}

const sinceTime = (text: string, now: number): number => tryParseTime(text) ?? now - parseGoDuration(text);
