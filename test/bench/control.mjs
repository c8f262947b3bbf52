// A control for figures with several threads: work that shares nothing, needs no engine and makes little rubbish, in one worker and in two. What
// two workers are worth here is what this machine can give; a program cannot do better.

import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const file = fileURLToPath(import.meta.url);

/** About a second of whole numbers and of small objects, as an interpreter's work is mixed. */
function work() {
  let sum = 1;
  const kept = new Map();
  for (let i = 0; i < workerData.rounds; i++) {
    sum = (Math.imul(sum, 1103515245) + 12345) | 0;
    if (i % 16 === 0) kept.set(i % 1000, { value: sum, list: [i] });
  }
  return sum + kept.size;
}

if (!isMainThread && workerData?.control) {
  work();
  parentPort.postMessage('warm');
  parentPort.on('message', () => parentPort.postMessage(work()));
}

/** Seconds in which so many workers do so much work each, once they are warm. */
async function timed(workers, rounds) {
  const all = Array.from({ length: workers }, () => new Worker(file, { workerData: { control: true, rounds } }));
  const answer = (worker) => new Promise((resolve) => worker.once('message', resolve));
  await Promise.all(all.map(answer));
  const began = process.hrtime.bigint();
  await Promise.all(
    all.map((worker) => {
      const done = answer(worker);
      worker.postMessage('go');
      return done;
    }),
  );
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  await Promise.all(all.map((worker) => worker.terminate()));
  return seconds;
}

/** How much faster two workers do the same work than one: 2 on two free cores. */
export async function twoWorkers(rounds = 1e8) {
  const one = await timed(1, rounds);
  const two = await timed(2, rounds);
  return (2 * one) / two;
}
