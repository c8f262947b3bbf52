// Writes THIRD_PARTY_LICENSES from what is really in the bundle.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Packages whose data (not code) ends up in the bundle through generated files. */
const generatedFrom = ['@kubernetes/client-node'];

export function writeLicenses(root, metafile) {
  const names = new Set(generatedFrom);
  for (const output of Object.values(metafile.outputs))
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const match = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input);
      if (match && bytesInOutput > 0) names.add(match[1]);
    }
  /** Many packages have the same licence to the letter: it is printed once, below the names of all of them. */
  const packages = new Map();
  for (const name of [...names].sort()) {
    const folder = `${root}/node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text =
      file && existsSync(`${folder}/${file}`)
        ? readFileSync(`${folder}/${file}`, 'utf8').trim()
        : `(no licence file in the package; its package.json says ${license})`;
    packages.set(text, [...(packages.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...packages].map(([text, titles]) => `${titles.join('\n')}\n${'-'.repeat(72)}\n${text}\n`);
  writeFileSync(`${root}/THIRD_PARTY_LICENSES`, `k8s-lab contains the following packages.\n\n${parts.join('\n\n')}`);
}
