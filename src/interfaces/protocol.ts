/** Names a wall, so that whoever dials an address and whoever listens there agree on what is spoken, types included. */
export type Protocol<Server> = {
  readonly name: string;
  /** Never set: carries the type. */
  readonly server?: Server;
};

export const defineProtocol = <Server>(name: string): Protocol<Server> => ({ name });
