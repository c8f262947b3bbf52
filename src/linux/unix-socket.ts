/** Servers behind unix sockets. */
import { Errno } from './errno.ts';
import type { SpecialNode } from './inode.ts';
import type { SpokenProtocol } from './network.ts';
import type { Process } from './process.ts';

/** Puts a server behind a unix socket's inode. */
export function listenUnix<Server>(socket: SpecialNode, protocols: ReadonlyMap<string, unknown>): void {
  socket.listener = protocols as ReadonlyMap<string, Server>;
}

/** The server behind a unix socket; ECONNREFUSED when nobody listens, ENOTSOCK for another kind of file, EPROTO when it speaks something else. */
export function dialUnix<Server>(
  protocol: SpokenProtocol<Server>,
  inode: { readonly type: string; readonly listener?: object | undefined },
  /** Who calls, where its machine is to hear of it. */
  caller?: Process,
  path = '',
): Server {
  if (inode.type !== 'socket') throw new Errno('ENOTSOCK');
  if (!inode.listener) throw new Errno('ECONNREFUSED');
  const server = (inode.listener as ReadonlyMap<string, unknown>).get(protocol.name);
  if (server === undefined) throw new Errno('EPROTO');
  return (caller?.kernel.onDial(caller, path, protocol.name, server) ?? server) as Server;
}
