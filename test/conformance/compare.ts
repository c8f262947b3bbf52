import { appendFileSync } from 'node:fs';
import type { Outcome, Sides } from './sides.ts';

export type Tally = {
  equal: number;
  total: number;
  readonly different: string[] /** Of the equal ones, those where a clock had moved on between the two. */;
  ages: number;
};

/** Lines that cannot be equal, and why. */
const reasons: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^kubectl (create secret|create service|set|rollout|auth|config|options extra)$/, "help is in the lab's own words"],
  [/^kubectl describe limitranges/, 'Go lists resources in an order of chance'],
  [/\{\.\.image\}/, 'Go walks maps in an order of chance'],
  [/^kubectl drain node01 --dry-run/, 'Go lists what holds a node in an order of chance'],
  [/^kubectl wait pods --all/, "the real client's own rate limit uses up the time"],
  [/^kubectl get --raw/, 'the order of keys in JSON'],
  [/\.labels\.\*|containers\[0\]\.\*|^kubectl label node node01 --list/, 'Go walks maps in an order of chance'],
  [/^kubectl rollout (pause deploy|resume deploy\/web)$/, 'both change the same object, and the second finds it done'],
  [/^kubectl debug -f pod.json/, 'the real one ends in a panic'],
];

/** Why a line is left out of the count of what must be equal. */
export const excuseOf = (line: string): string | undefined => reasons.find(([pattern]) => pattern.test(line))?.[1];

/** What differs for no fault of either: addresses, times of logging, and the two namespaces of a scenario. */
export function newMask(sides: Sides): (text: string) => string {
  const url = sides.served.url;
  return (text) =>
    text
      .replaceAll(url, 'https://SERVER')
      .replace(/\bdebugger-(node01-)?[a-z0-9]{5}\b/g, 'debugger-$1ID')
      .replace(/\b(LIVE|MERGED)-\d+/g, '$1-N')
      .replace(/^((?:---|\+\+\+) \S+\t).*$/gm, '$1TIME')
      .replace(/^(\+ +uid: ).*$/gm, '$1UID')
      .replace(/\/tmp\/(?:[\w-]+\/)*k8s-lab-conformance-\w+\/work/g, '/root')
      .replace(/0xc000[0-9a-f]{6}/g, '0xPOINTER')
      .replaceAll('https://172.30.1.2:6443', 'https://SERVER')
      .replace(/^[IWE]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /gm, 'KLOG ');
}

/** Further masks for lines that change something: each side has objects of its own. */
export const maskOwn = (text: string): string =>
  text
    .replace(/\b(ours|real)\b/g, 'SIDE')
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UID')
    .replace(/(resourceVersion"?: )"\d+"/g, '$1"N"')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replace(/\b10\.\d+\.\d+\.\d+\b/g, '10.X.X.X')
    .replace(/(pod-template-hash[=:] ?|ReplicaSet "web-)[0-9a-f]+/g, '$1HASH')
    .replace(/kubectl-edit-\d+/g, 'kubectl-edit-ID')
    .replace(/kube-api-access-\w{5}/g, 'kube-api-access-ID')
    .replace(/containerd:\/\/[0-9a-f]{64}/g, 'containerd://ID')
    .replace(/node0[12]|172\.30\.1\.[34]/g, 'NODE')
    .replace(/-[0-9a-f]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-HASH-ID')
    .replace(/\b(\d+[smh])+\b/g, 'AGE')
    .replace(/ +/g, ' ');

const maskAges = (text: string): string =>
  text
    .replace(/\b(\d+[dhms])+\b/g, 'AGE')
    .replace(/-{3,}/g, '---')
    .replace(/ +/g, ' ');

const same = (a: Outcome, b: Outcome, mask: (text: string) => string): boolean =>
  mask(a.stdout) === mask(b.stdout) && mask(a.stderr) === mask(b.stderr) && a.status === b.status;

/** Runs lines on both sides, some at a time; what reads may be asked twice, for a second may pass between the two. */
export async function compareAll(sides: Sides, lines: readonly string[], options: { readonly workers: number; readonly attempts: number }): Promise<Tally> {
  const mask = newMask(sides);
  const tally: Tally = { equal: 0, total: 0, ages: 0, different: [] };
  const queue = lines.filter((line) => excuseOf(line) === undefined);
  const worker = async (): Promise<void> => {
    for (let line = queue.shift(); line !== undefined; line = queue.shift()) {
      let outcomes: [Outcome, Outcome] | undefined;
      for (let attempt = 0; attempt < options.attempts && !(outcomes && same(...outcomes, mask)); attempt++)
        outcomes = await Promise.all([sides.ours(line), sides.real(line)]);
      if (outcomes) count(tally, line, outcomes, mask);
    }
  };
  await Promise.all(Array.from({ length: options.workers }, worker));
  return tally;
}

/** One line after another, each side in its own namespace. */
export async function compareInTurn(sides: Sides, lines: readonly string[]): Promise<Tally> {
  const plain = newMask(sides);
  const mask = (text: string): string => maskOwn(plain(text));
  const tally: Tally = { equal: 0, total: 0, ages: 0, different: [] };
  for (const line of lines) {
    const on = (side: string): string => line.replaceAll('kubectl ', `kubectl -n ${side} `).replaceAll('SIDE', side);
    const outcomes = await Promise.all([sides.ours(on('ours')), sides.real(on('real'))]);
    count(tally, line, outcomes, mask);
  }
  return tally;
}

function count(tally: Tally, line: string, [ours, real]: readonly [Outcome, Outcome], mask: (text: string) => string): void {
  tally.total++;
  if (same(ours, real, mask)) {
    tally.equal++;
    return;
  }
  // A busy machine holds the world back while the real client reads the clock on the wall.
  if (same(ours, real, (text) => maskAges(mask(text)))) {
    tally.equal++;
    tally.ages++;
    return;
  }
  tally.different.push(line);
  const report = process.env['K8S_LAB_CONFORMANCE_REPORT'];
  const shown = (each: Outcome): Outcome => ({ ...each, stdout: mask(each.stdout), stderr: mask(each.stderr) });
  if (report) appendFileSync(report, `${JSON.stringify({ line, ours: shown(ours), real: shown(real) })}\n`);
}
