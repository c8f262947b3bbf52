// The package carries the bundle and the lessons packed, a quarter smaller than npm would make of their files: the first start unpacks them in their
// place. Where that may not be written (a package that root installed) it goes into the cache folder, and where there is none, into a folder that lasts
// as long as the process.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { unpacked } from './unpacking.mjs';

/** The folder with the bundle. Ends the process with a message where it can be written nowhere. */
export function unpack(dist) {
  const name = readdirSync(dist).find((each) => each.endsWith('.packed'));
  if (!name) fail(`${dist} has no bundle: install the package again, or, in a checkout, run npm start`);
  const cache = process.env.K8S_LAB_NO_CACHE ? [] : [join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'k8s-lab', name.slice(0, -7))];
  const kept = cache.find(isWhole);
  if (kept) return kept;
  const files = filesIn(join(dist, name));
  const reasons = [];
  for (const folder of [() => dist, ...cache.map((each) => () => each), forThisProcess]) {
    try {
      return written(folder(), files);
    } catch (error) {
      reasons.push(error.message);
    }
  }
  fail(`no place to unpack to (${reasons.join('; ')}): set XDG_CACHE_HOME to a folder that may be written`);
}

/** What a start begins with is written last. */
const isWhole = (folder) => existsSync(join(folder, 'start.mjs'));

/** Path → content. The file, named by its own hash, is a line of JSON with names and lengths in bytes, and then the contents. */
function filesIn(path) {
  const packed = readFileSync(path);
  const hash = createHash('sha256').update(packed).digest('hex').slice(0, 12);
  if (basename(path) !== `${hash}.packed`) fail(`${path} is damaged: install the package again`);
  const bytes = unpacked(packed);
  const end = bytes.indexOf('\n');
  let at = end + 1;
  return JSON.parse(bytes.toString('utf8', 0, end)).map(([name, length]) => {
    at += length;
    return [name, bytes.subarray(at - length, at)];
  });
}

/** Each file whole or not at all: another start may do the same at this moment. */
function written(folder, files) {
  for (const [name, content] of files) {
    const path = join(folder, name);
    makeFolder(dirname(path));
    const temporary = `${path}.${process.pid}`;
    try {
      writeFileSync(temporary, content);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }
  return folder;
}

/** One by one: Node's own recursive way never ends where a folder that is missing cannot be made (below /proc). */
function makeFolder(path) {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}

function forThisProcess() {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function fail(message) {
  process.stderr.write(`k8s-lab: ${message}\n`);
  process.exit(1);
}
