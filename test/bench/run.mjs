// The benchmark: figures measured side by side in one run, as ratios where a machine's speed would otherwise decide. Nothing fails when it is slow.
// Usage: node test/bench/run.mjs [name…], after a build; ROUNDS=n for more or fewer rounds. Names: start, screen, deploy, sleep, memory, boot, worlds, idle, replay, images, api, lines, grading, grading-cluster, classroom.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { engineOptions } from '../../scripts/engine-options.mjs';
import { gradingParts } from './grading.mjs';
import { interleaved, median, ratios, row, run, skipped, table } from './measure.mjs';
import { firstFrame, keyToPaint, screenTools } from './screen.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'bin/k8s-lab.mjs');
const rounds = Number(process.env.ROUNDS ?? 5);
const chosen = process.argv.slice(2);
if (!existsSync(join(root, 'dist/start.mjs'))) {
  process.stderr.write('There is no bundle to measure: run "npm run bench", or "npm run build" first.\n');
  process.exit(2);
}
const temporary = mkdtempSync(join(tmpdir(), 'k8s-lab-bench-'));
const home = { XDG_CACHE_HOME: join(temporary, 'cache'), XDG_STATE_HOME: join(temporary, 'state'), XDG_CONFIG_HOME: join(temporary, 'config'), CI: '' };
const fresh = { ...home, K8S_LAB_NO_CACHE: '1' };
const rows = [];
// Where a machine names certificates of its own, Node reads them at each start, for longer than all the rest of a bare one takes: no yardstick. npm needs them.
const { NODE_EXTRA_CA_CERTS } = process.env;
delete process.env.NODE_EXTRA_CA_CERTS;

const node = (args, options) => run(process.execPath, args, options);
const bare = async () => (await node(['-e', '0'])).wall;
const engine = async (part, ...figure) => JSON.parse((await node([join(temporary, `${part}.mjs`), ...figure])).stdout);

async function bundleEngines() {
  await build({
    ...engineOptions,
    absWorkingDir: root,
    entryPoints: {
      lab: 'test/bench/engine/lab.ts',
      api: 'test/bench/engine/api.ts',
      webernetes: 'test/bench/engine/webernetes.ts',
      submissions: 'test/bench/engine/submissions.ts',
    },
    outdir: temporary,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    logLevel: 'warning',
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  });
}

async function start() {
  const line = ['sh', '-c', 'kubectl get nodes'];
  const answered = async (env) => {
    const { wall, stdout } = await node([bin, ...line], { env });
    if ((stdout.match(/ Ready /g) ?? []).length !== 3) throw new Error(`not three nodes Ready:\n${stdout}`);
    return wall;
  };
  const kept = await keepWorld(line);
  const results = await interleaved(rounds * 2, { bare, cold: () => answered(fresh), ...(kept ? { kept: () => answered(home) } : {}) });
  const figure = "sh -c 'kubectl get nodes' ÷ node -e 0";
  rows.push(
    kept
      ? row(`${figure}, with a kept world`, ratios(results.kept, results.bare), { unit: '×', atMost: 3, note: `${median(results.kept).toFixed(0)} ms` })
      : skipped(`${figure}, with a kept world`, 'no kept world was made within a minute'),
    row(`${figure}, without`, ratios(results.cold, results.bare), {
      unit: '×',
      note: `${median(results.cold).toFixed(0)} ms; node -e 0 ${median(results.bare).toFixed(0)} ms`,
    }),
  );
}

/** The first line makes the kept world in the background. */
async function keepWorld(line) {
  await node([bin, ...line], { env: home });
  const folder = join(home.XDG_CACHE_HOME, 'k8s-lab');
  for (let i = 0; i < 120; i++) {
    if (existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.blob'))) return true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return false;
}

async function screen() {
  const figures = ['first frame at 200×60 ÷ node -e 0', 'key to paint, 10,000 lines behind'];
  const tools = await screenTools(root);
  if (tools.reason) return void rows.push(...figures.map((figure) => skipped(figure, tools.reason)));
  const attempt = async (figure, work) => {
    try {
      rows.push(await work());
    } catch (error) {
      rows.push(skipped(figure, error.message.split('\n')[0]));
      process.stderr.write(`${error.message}\n`);
    }
  };
  await attempt(figures[0], async () => {
    const results = await interleaved(rounds * 2, { bare, frame: () => firstFrame(bin, home, tools) });
    return row(figures[0], ratios(results.frame, results.bare), { unit: '×', atMost: 4.5, note: `${median(results.frame).toFixed(0)} ms` });
  });
  await attempt(figures[1], async () => {
    const times = (await keyToPaint(bin, home, tools)).sort((a, b) => a - b);
    return row(figures[1], times, { unit: ' ms', atMost: 16, note: `p95 ${times[Math.floor(times.length * 0.95)].toFixed(1)} ms` });
  });
}

/** nginx, which does much more here than there, and one process that sleeps, which is the same on both sides. */
async function deploy(workload = 'deploy', text = '300 replicas to Running ÷ webernetes') {
  const results = await interleaved(Math.min(rounds, 3), { lab: () => engine('lab', workload), webernetes: () => engine('webernetes', workload) });
  const rate = (name, which) => results[name].map((measured) => 300_000 / measured[which].cpu);
  for (const [which, when] of [
    [0, 'first in a fresh process'],
    [1, 'second in the same process'],
  ]) {
    const lab = rate('lab', which);
    const other = rate('webernetes', which);
    const note = `pods per CPU-second: ${median(lab).toFixed(0)} against ${median(other).toFixed(1)}`;
    rows.push(row(`${text}, ${when}`, ratios(lab, other), { unit: '×', ...(workload === 'deploy' ? { atLeast: 50 } : {}), note }));
  }
}

const sleeping = () => deploy('sleep', '300 replicas of `sleep infinity`, the same on both sides, ÷ webernetes');

async function memory() {
  const lesson = join(root, 'lessons/tools/one-pod-six-views/lesson.yaml');
  const figure = 'memory after a lesson';
  if (!existsSync(lesson)) return void rows.push(skipped(figure, 'the lesson tools/one-pod-six-views is not there'));
  const { parse } = await import('yaml');
  const script = join(temporary, 'lesson.txt');
  writeFileSync(script, parse(readFileSync(lesson, 'utf8')).solutions[0].script);
  const watch = "process.on('exit',()=>process.stderr.write('\\nRSS '+process.memoryUsage.rss()+' '+process.resourceUsage().maxRSS+'\\n'))";
  const peaks = [];
  const results = await interleaved(rounds, {
    lesson: async () => {
      const args = ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, bin, 'lesson', 'play', 'tools/one-pod-six-views', '--script', script];
      const { stderr } = await node(args, { env: fresh });
      const [, end, peak] = /RSS (\d+) (\d+)/.exec(stderr);
      peaks.push(Number(peak) / 1024);
      return Number(end) / 1024 ** 2;
    },
  });
  rows.push(row(figure, results.lesson, { unit: ' MB', atMost: 130, note: `RSS at the end of tools/one-pod-six-views; peak ${median(peaks).toFixed(0)} MB` }));
}

async function boot() {
  const { lab } = await interleaved(rounds, { lab: () => engine('lab', 'boot') });
  const cpu = (which) => lab.map((measured) => measured[which].cpu);
  rows.push(
    row('boot of kubeadm-3, first in a process', cpu(0), { unit: ' ms CPU', atMost: 150 }),
    row('boot of kubeadm-3, tenth', cpu(1), { unit: ' ms CPU', atMost: 60 }),
  );
}

async function worlds() {
  const { lab } = await interleaved(Math.min(rounds, 3), { lab: () => engine('lab', 'worlds') });
  const heaviest = lab.map(([base, ...others]) => Math.max(...others.map(({ cpu }) => cpu)) / base.cpu);
  rows.push(row('boot of the heaviest other world ÷ kubeadm-3', heaviest, { unit: '×', atMost: 1.5 }));
}

async function idle() {
  const { lab } = await interleaved(Math.min(rounds, 3), { lab: () => engine('lab', 'idle') });
  const seconds = lab.map(([{ cpu }]) => cpu / 1000);
  rows.push(row('an idle hour of kubeadm-3', seconds, { unit: ' CPU-s', note: `${(3600 / median(seconds)).toFixed(0)} × faster than life` }));
}

async function replay() {
  const { lab } = await interleaved(rounds, { lab: () => engine('lab', 'replay') });
  rows.push(
    row(
      'replay of a session of 30 commands',
      lab.map(([, again]) => again.cpu),
      { unit: ' ms CPU', note: `typed first in ${median(lab.map(([typed]) => typed.cpu)).toFixed(0)} ms; the boot is in it` },
    ),
  );
}

async function images() {
  const { lab } = await interleaved(Math.min(rounds, 3), { lab: () => engine('lab', 'images') });
  rows.push(
    row(
      '200 images pulled, unpacked, listed',
      lab.map(([{ cpu }]) => cpu / 1000),
      { unit: ' CPU-s', atMost: 1 },
    ),
  );
}

async function api() {
  const { api: measured } = await interleaved(rounds, { api: () => engine('api', 'requests') });
  const of = (name) => measured.map((each) => each[name]);
  rows.push(
    row('API: GET of a pod', of('get'), { unit: ' µs', atMost: 30 }),
    row('API: create of a pod, the whole chain', of('create'), { unit: ' µs', atMost: 400 }),
    row('API: Table of 50 pods', of('table'), { unit: ' µs', atMost: 200 }),
    row('API: writes with 5 watchers', of('writes'), { unit: ' /CPU-s', atLeast: 15000 }),
  );
}

async function lines() {
  const justBash = await installed('just-bash@3');
  const { ours, theirs = [] } = await interleaved(rounds, {
    ours: () => engine('api', 'lines'),
    ...(justBash ? { theirs: () => engine('api', 'justBash', justBash) } : {}),
  });
  const middle = (times, share = 0.5) => [...times].sort((a, b) => a - b)[Math.floor(times.length * share)];
  const at = (name, share) => ours.map((each) => middle(each[name], share));
  const yardstick = theirs.map((times) => middle(times));
  for (const [name, text] of Object.entries({ get: 'get pods', describe: 'describe pod', apply: 'apply' })) {
    const figure = `Enter to prompt: kubectl ${text}, p50 ÷ just-bash's echo`;
    rows.push(
      justBash
        ? row(figure, ratios(at(name, 0.5), yardstick), { unit: '×', atMost: 1, note: `${median(yardstick).toFixed(2)} ms of just-bash` })
        : skipped(figure, 'just-bash cannot be had here'),
      row(`Enter to prompt: kubectl ${text}, p99`, at(name, 0.99), {
        unit: ' ms',
        atMost: 16,
        note: `p50 ${median(at(name, 0.5)).toFixed(2)} ms; echo ${median(at('echo', 0.5)).toFixed(2)} ms`,
      }),
    );
  }
}

/** A folder with a package that only this measures itself against: too large to be installed for every test. */
async function installed(name) {
  const folder = join(temporary, name);
  mkdirSync(folder);
  try {
    await run('npm', ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', name], {
      env: NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS } : {},
    });
    return folder;
  } catch {
    return undefined;
  }
}

const parts = {
  start,
  screen,
  deploy,
  sleep: sleeping,
  memory,
  boot,
  worlds,
  idle,
  replay,
  images,
  api,
  lines,
  ...gradingParts({ run, bin, temporary, rounds, rows }),
};
try {
  await bundleEngines();
  for (const [name, part] of Object.entries(parts)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    process.stderr.write(`${name}…\n`);
    try {
      await part();
    } catch (error) {
      // The other figures are worth having all the same.
      process.stderr.write(`${error.stack}\n`);
      rows.push(skipped(name, `failed: ${error.message.split('\n')[0].slice(0, 100)}`));
    }
  }
  console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${rounds} rounds\n\n${table(rows)}`);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
