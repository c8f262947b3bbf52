#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

// A lab is many short bursts of new code. A nursery that stays small, a heap that grows by halves and functions optimised later cost no time and a
// quarter less memory. V8 is told in flags which its versions name differently, and it complains of one that it does not know: so they are set only
// where they were tried.
const small = ['--semi-space-growth-factor=1', '--heap-growing-percent=50'];
const flags = { 20: [...small, '--interrupt-budget=500000'], 22: small, 24: small };
// Grading in bulk is one long burst of the same code.
if (process.argv[2] !== 'grade') for (const flag of flags[process.versions.node.split('.')[0]] ?? []) setFlagsFromString(flag);

module.enableCompileCache?.();
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const bundle = existsSync(join(dist, 'start.mjs')) ? dist : (await import('./unpack.mjs')).unpack(dist);
await import(pathToFileURL(join(bundle, 'start.mjs')).href);
