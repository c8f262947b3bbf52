// The engine as a module, beside the bundle. What V8 compiled of it is kept in the cache folder at the first end: a third of the time of a start.
// K8S_LAB_NO_CACHE=1 switches that off.
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { homedir } = require('node:os');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { isMainThread } = require('node:worker_threads');

const file = join(__dirname, 'engine.cjs');
const source = readFileSync(file);
const folder = process.env.K8S_LAB_NO_CACHE ? undefined : join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'k8s-lab');
module.exports = folder === undefined ? evaluated(compiled()) : evaluated(compiledBefore(folder));

function evaluated(script) {
  const engine = { exports: {} };
  script.runInThisContext().call(engine.exports, engine.exports, require, engine, file, dirname(file));
  return engine.exports;
}

function compiled(cachedData) {
  return new Script(Module.wrap(source.toString('utf8')), { filename: file, ...(cachedData ? { cachedData } : {}) });
}

function compiledBefore(folder) {
  const { createHash } = require('node:crypto');
  const digest = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
  const name = `engine-${digest(source, process.version, process.arch).toString('hex', 0, 8)}.code`;
  // V8 does not see every damage to what it is given, so a digest stands before it.
  const kept = read(join(folder, name));
  const whole = kept && digest(kept.subarray(32)).equals(kept.subarray(0, 32));
  const script = compiled(whole ? kept.subarray(32) : undefined);
  if ((!whole || script.cachedDataRejected) && isMainThread && !process.env.CI) process.once('exit', () => keep(script.createCachedData()));
  return script;

  function keep(code) {
    // Those of other builds are of no use any more.
    if (writeWhole(join(folder, name), Buffer.concat([digest(code), code])))
      for (const other of readdirSync(folder)) if (/^engine-.*\.code$/.test(other) && other !== name) rmSync(join(folder, other), { force: true });
  }
}

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** One by one: Node's own recursive way never ends where a folder that is missing cannot be made (below /proc). */
function makeFolder(path) {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** Whether it could be written: a full disk or a folder that is not ours costs the next start some time, nothing more. */
function writeWhole(path, data) {
  const temporary = `${path}.${process.pid}`;
  try {
    makeFolder(dirname(path));
    writeFileSync(temporary, data);
    renameSync(temporary, path);
    return true;
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // A folder that may not even be looked into.
    }
    return false;
  }
}
