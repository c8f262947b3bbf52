import type { Strategy } from './strategy.ts';

/** What is particular to each built-in resource; a resource that is not here is stored as it comes. */
export const strategies: Readonly<Record<string, Strategy>> = {};
