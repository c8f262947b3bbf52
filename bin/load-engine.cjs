// The package carries the engine packed, a fifth smaller than npm would make it. The first start unpacks it beside itself, where a snapshot of a
// world can be made of it; where nothing may be written, each start unpacks it in memory.
const { existsSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { brotliDecompressSync } = require('node:zlib');

const file = join(__dirname, '..', 'dist', 'engine.cjs');
module.exports = existsSync(file) ? require(file) : unpacked();

function unpacked() {
  const source = brotliDecompressSync(readFileSync(`${file}.br`));
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, source);
    renameSync(temporary, file);
    return require(file);
  } catch {
    rmSync(temporary, { force: true });
    const engine = new Module(file, module);
    engine.filename = file;
    engine.paths = [];
    engine._compile(source.toString('utf8'), file);
    return engine.exports;
  }
}
