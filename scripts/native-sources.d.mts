import type { Plugin } from 'vitest/config';

export function nativeSources(): Promise<Plugin>;
