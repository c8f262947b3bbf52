// Grading in bulk: submissions a second of processor time, what a second worker is worth, and how memory grows.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { twoWorkers } from './control.mjs';
import { median, ratios, row } from './measure.mjs';

/** Keeps a process with all its threads on one core, where the system can. */
const pinned = spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? ['taskset', '-c', '0'] : [];

/** Said at the end by the process itself: processor time of all its threads, and the most memory it had. */
const watch =
  "process.on('exit',()=>{const{userCPUTime:u,systemCPUTime:s,maxRSS}=process.resourceUsage();process.stderr.write('\\nUSED '+(u+s)/1e6+' '+maxRSS/1024+'\\n')})";

/** `run` runs a program with these words; `bin` is the lab; `temporary` has submissions.mjs. */
export function gradingParts({ run, bin, temporary, rounds, rows }) {
  const folderOf = (name) => join(temporary, `submissions-${name}`);

  async function handIn(world, lines, count, name = `${world}-${count}`) {
    const folder = folderOf(name);
    await run(process.execPath, [join(temporary, 'submissions.mjs'), world, String(lines), String(count), folder]);
    return folder;
  }

  async function grade(folder, count, jobs, before = []) {
    const out = join(folder, 'out.csv');
    const words = ['grade', join(folder, 'in'), '--lessons', join(folder, 'course'), '--jobs', String(jobs), '--format', 'csv', '-o', out];
    const env = { XDG_STATE_HOME: join(folder, 'state'), CI: '' };
    const [program, ...args] = [...before, process.execPath, '--import', `data:text/javascript,${encodeURIComponent(watch)}`, bin, ...words];
    const { wall, stderr } = await run(program, args, { env });
    if (!stderr.includes(`${count} grades of ${count} learners\n`)) throw new Error(`not ${count} grades:\n${stderr.slice(-500)}`);
    const [, cpu, peak] = /USED (\S+) (\S+)/.exec(stderr);
    return { cpu: Number(cpu), peak: Number(peak), wall: wall / 1000 };
  }

  /** All of it counts: starting Node, reading the course, writing the table. */
  async function grading(world, count) {
    const folder = await handIn(world, 30, count);
    const [one, two, control] = [[], [], []];
    for (let round = 0; round < Math.min(rounds, 3); round++) {
      // One job alone has a second core for V8's compiler and collector threads, if it is let.
      one.push(await grade(folder, count, 1, pinned));
      control.push(await twoWorkers());
      two.push(await grade(folder, count, 2));
    }
    const cpu = (results) => results.map((result) => result.cpu);
    const wall = (results) => results.map((result) => result.wall);
    const gain = ratios(wall(one), wall(two));
    rows.push(
      row(
        `submissions of 30 commands graded in a CPU-second, ${world}`,
        one.map((result) => count / result.cpu),
        { atLeast: 60, note: `${count} files, starting Node included; ${(median(cpu(one)) * (1000 / count)).toFixed(1)} ms each` },
      ),
      row(`--jobs 2 on two cores ÷ --jobs 1 on ${pinned.length > 0 ? 'one' : 'as many'}, by the clock, ${world}`, gain, {
        unit: '×',
        atLeast: 1.7,
        note: `processor time of two jobs ÷ one ${median(ratios(cpu(two), cpu(one))).toFixed(2)}`,
      }),
      row('the control: two workers ÷ one, of work that shares nothing', control, { unit: '×', note: 'what this machine can give now' }),
      row(`--jobs 2 of what the control gets, ${world}`, ratios(gain, control), { atLeast: 0.85 }),
    );
    rmSync(folder, { recursive: true });
  }

  /** SUBMISSIONS=10000 for the number that the bar is about. */
  async function classroom() {
    const most = Number(process.env.SUBMISSIONS ?? 1000);
    const peaks = {};
    for (const count of [most / 10, most]) {
      const folder = await handIn('node', 1, count);
      peaks[count] = await grade(folder, count, 1);
      rmSync(folder, { recursive: true });
    }
    const { peak, cpu } = peaks[most];
    rows.push(
      row(`memory for ${most} submissions of one line`, [peak], {
        unit: ' MB',
        atMost: 300,
        note: `peak; ${peaks[most / 10].peak.toFixed(0)} MB for ${most / 10}; ${cpu.toFixed(0)} CPU-s`,
      }),
    );
  }

  // A worker's first hundred cost three times what a thousandth does: V8 has yet to see what is worth compiling, in each worker anew (1.6 CPU-s). A course of
  // a hundred learners and thirty lessons is measured, where that does not hide what is asked.
  return { grading: () => grading('node', Number(process.env.SUBMISSIONS ?? 3000)), 'grading-cluster': () => grading('kubeadm-3', 60), classroom };
}
