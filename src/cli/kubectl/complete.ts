import type { Process } from '../../linux/process.ts';
export function completeKubectl(_words: readonly string[], _index: number, _process: Process): string[] | undefined { return undefined; }
