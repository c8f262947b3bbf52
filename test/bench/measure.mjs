// Small tools of the benchmark: run a process, take medians, lay out the table.
import { spawn } from 'node:child_process';

export const now = () => Number(process.hrtime.bigint()) / 1e6;

/** Runs a program to its end: wall milliseconds, what it printed. A failure stops the benchmark: a figure of work not done is worth nothing. */
export function run(command, args, { env = {}, input, allowed = [0] } = {}) {
  return new Promise((resolve, reject) => {
    const began = now();
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      const wall = now() - began;
      if (allowed.includes(status)) resolve({ wall, stdout, stderr });
      else reject(new Error(`status ${status}: ${(stderr || stdout).trim()}\nof ${command} ${args.join(' ')}`));
    });
    child.stdin.end(input ?? '');
  });
}

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Each round runs every competitor once, one after another, so that a busy moment of the machine falls on all. */
export async function interleaved(rounds, competitors) {
  const results = Object.fromEntries(Object.keys(competitors).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) for (const [name, compete] of Object.entries(competitors)) results[name].push(await compete(round));
  return results;
}

export const ratios = (above, below) => above.map((value, round) => value / below[round]);

const digits = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2));
export const spread = (values, unit = '') => `${digits(median(values))}${unit} (${digits(Math.min(...values))}–${digits(Math.max(...values))})`;

/** `bar` is what the figure is meant to be: at most (or at least) so much. */
export function row(figure, values, { unit = '', atMost, atLeast, note = '' } = {}) {
  const middle = median(values);
  const bar = atMost !== undefined ? `≤ ${atMost}${unit}` : atLeast !== undefined ? `≥ ${atLeast}${unit}` : '';
  const met = bar === '' ? '' : (atMost === undefined || middle <= atMost) && (atLeast === undefined || middle >= atLeast) ? 'met' : 'not met';
  return [figure, spread(values, unit), bar, met, note];
}

export const skipped = (figure, reason) => [figure, 'skipped', '', '', reason];

export function table(rows) {
  const all = [['figure', 'median (range)', 'bar', '', 'note'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((cells) => [...cells[column]].length)));
  return all
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
