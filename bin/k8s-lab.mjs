#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

// A lab is many short bursts of new code. A nursery that stays small and functions optimised later cost no time and a fifth less memory. V8 is told in
// flags which its versions name differently, and it complains of one that it does not know: so they are set only where they were tried.
const flags = { 20: ['--semi-space-growth-factor=1', '--interrupt-budget=500000'], 22: ['--semi-space-growth-factor=1'], 24: ['--semi-space-growth-factor=1'] };
// Grading in bulk is one long burst of the same code.
if (process.argv[2] !== 'grade') for (const flag of flags[process.versions.node.split('.')[0]] ?? []) setFlagsFromString(flag);

module.enableCompileCache?.();
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const bundle = existsSync(join(dist, 'start.mjs')) ? dist : (await import('./unpack.mjs')).unpack(dist);
await import(pathToFileURL(join(bundle, 'start.mjs')).href);
