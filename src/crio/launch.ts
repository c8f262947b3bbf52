/** Starting a container: conmon, and the OCI runtime behind it (CRI-O internal/oci/runtime_oci.go). */
import type { CriContainer } from '../cri/records.ts';
import { OciError, type OciSpec } from '../interfaces/oci.ts';
import { FileNode, JsonFile } from '../linux/file-node.ts';
import type { Routine } from '../sim/routine.ts';
import type { RuntimeHandler } from './config.ts';
import { Conmon } from './conmon.ts';
import type { Context } from './context.ts';
import { unknown } from './references.ts';
import { runDirectory, userdata } from './storage.ts';

type Launch = {
  readonly id: string;
  readonly name: string;
  readonly handler: RuntimeHandler;
  readonly spec: OciSpec;
  readonly logPath: string;
  readonly podCgroup: string;
  /** Absent for a pod's own process, whose output nobody keeps. */
  readonly container?: CriContainer;
};

/** `config.json` where the runtime reads it, and beside the container's data. */
export function writeBundle(context: Context, id: string, spec: OciSpec): void {
  const attributes = { mode: 0o600, uid: 0, gid: 0, mtime: context.now };
  for (const folder of [userdata(id), runDirectory(id)]) context.directory(folder, 0o700).add('config.json', new JsonFile(attributes, () => spec));
}

/** As CreateContainer does it: conmon runs, the runtime has made the container, which waits for its start. Throws CriError. */
export function* launch(context: Context, { id, name, handler, spec, logPath, podCgroup, container }: Launch): Routine<Conmon> {
  const { kernel, files, config, runtime } = context;
  const bundle = runDirectory(id);
  writeBundle(context, id, spec);
  const { monitorCgroup } = handler;
  const slice = monitorCgroup === 'pod' ? podCgroup : monitorCgroup;
  const streams = container?.config.tty ? ['-t'] : container?.config.stdin ? [...(container.config.stdinOnce ? [] : ['--leave-stdin-open']), '-i'] : [];
  const conmon = new Conmon(kernel, files, {
    id,
    name,
    path: handler.monitorPath,
    bundle,
    persist: userdata(id),
    logPath,
    exitsDir: config.exitsDir,
    runtimePath: handler.path,
    runtimeRoot: handler.root,
    systemd: config.systemdCgroup,
    streams,
    cgroup: `${slice === '' ? '/system.slice/crio.service' : slice}/crio-conmon-${id}.scope`,
  });
  try {
    if (!files.exists(handler.path)) throw new OciError(`error reading container (probably exited) json message: EOF`);
    const init = yield* runtime.create(handler.root, id, bundle, container?.stdio ?? {}, conmon.process.pid);
    conmon.attach(init, bundle, container);
    context.conmons.set(id, conmon);
    return conmon;
  } catch (error) {
    conmon.end();
    if (!(error instanceof OciError)) throw error;
    const text = createError(handler, error);
    context.log('error', text.replace(/^container create failed/, 'Container creation error'));
    throw unknown(text);
  }
}

/** What the runtime printed, in the words of the one that is used: crun has others than runc. */
function createError({ path }: RuntimeHandler, error: OciError): string {
  if (error.message.startsWith('error reading')) return error.message;
  if (!path.endsWith('/crun')) return `container create failed: time="" level=error msg=${JSON.stringify(error.message)}\n`.replace('time="" ', '');
  const missing = /exec: "([^"]+)": (executable file not found in \$PATH|stat .*: no such file or directory)$/.exec(error.message);
  if (missing)
    return `container create failed: executable file \`${missing[1]}\` not found${missing[1]?.includes('/') ? '' : ' in $PATH'}: No such file or directory\n`;
  return `container create failed: ${error.reason.replace(/^unable to start container process: (?:error during container init: )?/, '')}\n`;
}

/** The record goes: what runs is killed, its directories are removed. */
export function* discard(context: Context, id: string, handler: RuntimeHandler): Routine {
  yield* context.runtime.delete(handler.root, id, true);
  context.conmons.get(id)?.end();
  context.conmons.delete(id);
  context.storage.removeContainer(id);
  for (const path of [runDirectory(id), userdata(id)]) {
    const shm = context.files.find(`${path}/shm`);
    if (shm?.type === 'directory') shm.disk?.charge(-shm.disk.usedBytes);
    const folder = path.slice(0, path.lastIndexOf('/'));
    const above = context.files.find(folder.slice(0, folder.lastIndexOf('/')));
    if (above?.type === 'directory') above.remove(id);
  }
  const exits = context.files.find(context.config.exitsDir);
  if (exits?.type === 'directory' && exits.lookup(id)) exits.remove(id);
}

/** Whether a log file can be written: an empty one stands before the first line. */
export function touch(context: Context, path: string): void {
  if (path === '') return;
  const folder = context.directory(path.slice(0, path.lastIndexOf('/')));
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!folder.lookup(name)) folder.add(name, new FileNode({ mode: 0o640, uid: 0, gid: 0, mtime: context.now }, ''));
}
