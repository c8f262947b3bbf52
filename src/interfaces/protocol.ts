/** Names a wall, so that whoever dials an address and whoever listens there agree on what is spoken, types included. */
export type Protocol<Server> = {
  readonly name: string;
  /** Never set: carries the type. */
  readonly server?: Server;
};

/**
 * The value that both ends share: `listen` with `serve(protocol, server)` answers, `dial(protocol, …)` and `dialUnix` of linux/network.ts give a
 * typed `Server`. A peer that speaks another name is an Errno EPROTO. Names are unique.
 */
export const defineProtocol = <Server>(name: string): Protocol<Server> => ({ name });
