/** Folders one by one: where one that is missing cannot be made either (below /proc), Node's own recursive way never ends. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** As `mkdir -p`; throws Node's errors. */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse())
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      // Another lab may have been quicker.
      if (!existsSync(folder)) throw error;
    }
}
