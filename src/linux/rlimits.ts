/** Soft and hard, by the kernel's names (`RLIMIT_NOFILE`), where they are not the node's own; a child inherits them. */
export type Rlimits = Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
