/** logs: reads the container's log file on the node (kubernetes pkg/kubelet/kuberuntime/logs). */
import { parseGoDuration } from '../../../apimachinery/duration.ts';
import { tryParseTime } from '../../../apimachinery/time.ts';
import type { ContainerStatus } from '../../../interfaces/cri.ts';
import { isErrno } from '../../../linux/errno.ts';
import type { FileNode } from '../../../linux/file-node.ts';
import type { Routine } from '../../../sim/routine.ts';
import { calls } from '../calls.ts';
import { bool, type CrictlCommand, int, text } from '../command.ts';
import { type Context, Fatal, ShowHelp } from '../context.ts';

export const logs: CrictlCommand = {
  name: 'logs',
  short: 'Fetch the logs of a container',
  usage: 'CONTAINER-ID',
  combineShort: true,
  flags: [
    bool('follow', 'f', 'Follow log output'),
    int('limit-bytes', '', 'Maximum bytes of logs to return. Defaults to no limit', '-1'),
    bool('previous', 'p', 'Print the logs for the previous instance of the container in a pod if it exists'),
    bool('reopen', 'r', 'Reopen the container logs for the provided container'),
    text('since', '', 'Show logs since timestamp (e.g. 2013-01-02T13:23:37) or relative (e.g. 42m for 42 minutes)'),
    text('stream', 's', 'Show specified stream (stdout or stderr). Defaults to both.'),
    int('tail', '', 'Number of lines to show from the end of the logs. Defaults to all', '-1'),
    bool('timestamps', 't', 'Show timestamps'),
  ],
  run: function* (context) {
    const [id = ''] = context.args;
    if (id === '') throw new Fatal('ID cannot be empty');
    if (context.args.length > 1) throw new ShowHelp();
    const { flags } = context;
    const runtime = yield* context.runtime();
    if (flags.bool('reopen')) {
      yield* context.call(calls.reopenLog(id), 'reopen container logs: ', () => runtime.reopenContainerLog(id));
      yield* context.log('info', 'Container logs reopened');
    }
    const since = flags.text('since') === '' ? undefined : sinceTime(flags.text('since'), context.process.now);
    const stream = flags.text('stream');
    if (!['', 'stdout', 'stderr'].includes(stream)) throw new Fatal(`invalid stream ${JSON.stringify(stream)}, must be "stdout" or "stderr"`);
    if (flags.has('tail') && flags.has('stream')) throw new Fatal('--tail and --stream are mutually exclusive');
    const status = yield* context.call(calls.containerStatus(id), '', () => runtime.containerStatus(id));
    if (status.logPath === '') throw new Fatal('the container has not set log path');
    const path = flags.bool('previous') ? previousPath(status) : status.logPath;
    const file = open(context, path);
    const print = newPrinter(context, since);
    let position = yield* print(file, 0, true);
    while (flags.bool('follow')) {
      if (file.read().length > position) position = yield* print(file, position, false);
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

/** `…/1.log` → `…/0.log`: the attempt before. */
function previousPath({ logPath, metadata }: ContainerStatus): string {
  if (!metadata.attempt) throw new Fatal(`previous terminated container ${metadata.name} not found`);
  return `${logPath.slice(0, logPath.lastIndexOf('/') + 1)}${metadata.attempt - 1}${logPath.slice(logPath.lastIndexOf('.'))}`;
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

/** Prints what stands after a place in the file; gives where it stopped. */
function newPrinter({ flags, process }: Context, since: number | undefined) {
  const stream = flags.text('stream');
  const tail = flags.number('tail');
  let left = flags.number('limit-bytes');
  return function* (file: FileNode, from: number, first: boolean): Routine<number> {
    const content = file.read();
    const end = content.lastIndexOf('\n') + 1;
    let lines = content.slice(from, end).split('\n').slice(0, -1);
    if (first && tail >= 0) lines = tail === 0 ? [] : lines.slice(-tail);
    for (const line of lines.map(parse)) {
      if (left === 0) break;
      if (!line || (stream !== '' && line.stream !== stream)) continue;
      if (since !== undefined && (tryParseTime(line.time) ?? 0) < since) continue;
      let out = `${flags.bool('timestamps') ? `${line.time} ` : ''}${line.text}${line.partial ? '' : '\n'}`;
      if (left >= 0) {
        out = out.slice(0, left);
        left -= out.length;
      }
      yield* line.stream === 'stdout' ? process.print(out) : process.printError(out);
    }
    return end;
  };
}

/** A time, seconds since 1970, or how long ago (moby api/types/time). */
function sinceTime(text: string, now: number): number {
  try {
    return now - parseGoDuration(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const at =
      tryParseTime(text) ?? tryParseTime(`${text}Z`) ?? tryParseTime(`${text}T00:00:00Z`) ?? (/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : undefined);
    if (at !== undefined) return at;
    if (text.includes('-')) throw new Fatal(`parsing time ${JSON.stringify(text)} as "2006-01-02": cannot parse ${JSON.stringify(text)} as "2006"`);
    throw new Fatal(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
  }
}
