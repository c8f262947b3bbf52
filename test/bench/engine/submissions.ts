/** Submissions to grade, and the course they are of: `node submissions.mjs WORLD LINES COUNT FOLDER`. One session is typed, and handed in by so many learners. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chainOf, learnerSeed, sealOf } from '../../../src/grading/chain.ts';
import { type Submission, type SubmittedEvent, submissionText } from '../../../src/grading/submission.ts';
import { loadLesson } from '../../../src/lessons/load.ts';
import { playScript } from '../../../src/session/play.ts';
import { Session } from '../../../src/session/session.ts';
import { newSubmission } from '../../../src/session/submit.ts';

const made = '2026-11-22T10:00:00.000Z';
const [world = 'node', lines = '30', count = '1', folder = '.'] = process.argv.slice(2);

const commands: Readonly<Record<string, readonly string[]>> = {
  node: ['ls /etc', 'echo a note > note', 'cat note', 'ps aux | head -5', 'grep -c root /etc/passwd', 'crictl images', 'ctr version', 'mkdir -p a/b; ls -R a'],
  'kubeadm-3': ['kubectl get nodes', 'kubectl get pods -A', 'ls /etc/kubernetes', 'kubectl create configmap c --from-literal=a=b', 'kubectl get cm c -o yaml'],
};
const own = commands[world];
if (!own) throw new Error(`there is ${Object.keys(commands).join(', ')}`);
const script = Array.from({ length: Number(lines) }, (_, i) => own[i % own.length]).join('\n');

const prose = `title: T
summary: S.
story: A story.
steps: { look: { task: Look around., checks: { looked: you looked } } }
debrief: { why: Because. }
`;
const files = {
  'lesson.yaml': `apiVersion: k8s-lab/v1
kind: Lesson
id: look
track: bench
minutes: 5
world: { name: ${world} }
steps:
  - { id: look, kind: do, checks: [{ id: looked, command: { tool: ls, status: 0 } }] }
solutions: [{ name: one, script: ls }]
wrong: [{ name: none, script: pwd, fails: looked }]
debrief: [why]
`,
  'en.yaml': prose,
  'ko.yaml': prose,
};

function write(name: string, text: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const lesson = loadLesson({ folder, files });
if (!('lesson' in lesson)) throw new Error(JSON.stringify(lesson));
for (const [name, text] of Object.entries(files)) write(`course/bench/look/${name}`, text);

const session = new Session({ world: world as 'node', seed: learnerSeed('first'), lesson });
if (!playScript(session, script).finished) throw new Error('the script does not do what the lesson asks');
const [first] = newSubmission('first', [session.record('0.1.0')], made).lessons;
if (!first) throw new Error('nothing was recorded');

for (let i = 0; i < Number(count); i++) {
  const who = `learner ${i}`;
  const head = { ...first, seed: learnerSeed(who) };
  const { links, chain } = chainOf(who, head, head.events, head);
  const events = head.events.map((event, index) => ({ ...event, link: links[index] }) as SubmittedEvent);
  const submission: Submission = {
    format: 'k8s-lab/submission',
    version: 1,
    who,
    made,
    lessons: [{ ...head, events, chain }],
    seal: sealOf(who, made, [chain]),
  };
  write(`in/${i}.json`, submissionText(submission));
}
