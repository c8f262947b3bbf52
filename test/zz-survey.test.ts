import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import type { LoadedLesson } from '../src/lessons/lesson.ts';
import { loadLesson } from '../src/lessons/load.ts';
import { lessonView } from '../src/session/lesson-view.ts';
import { Session } from '../src/session/session.ts';

test('x', () => {
  const out: string[] = [];
  for (const track of readdirSync('lessons')) {
    if (/schema|yaml/.test(track)) continue;
    for (const id of readdirSync(`lessons/${track}`)) {
      const files: Record<string, string> = {};
      for (const f of ['lesson.yaml', 'en.yaml', 'ko.yaml']) files[f] = readFileSync(`lessons/${track}/${id}/${f}`, 'utf8');
      const lesson = loadLesson({ folder: id, files }) as LoadedLesson;
      const session = new Session({ world: lesson.lesson.world.name as never, seed: 3, lesson });
      const views = (['en', 'ko'] as const).map((l) => lessonView(session, l, true)!);
      const run = session.run!;
      // evaluate all steps
      session.look();
      for (let i = 0; i < run.lesson.steps.length; i++) {
        const { evaluate } = require_;
        const ex = new E();
        for (const check of run.lesson.steps[i]!.checks ?? []) {
          const v = evaluate(check, session.worldView(), ex);
          if (v.state !== 'failed') continue;
          const en = views[0]!.steps[i]!.checks.find((c) => c.id === check.id)?.text,
            ko = views[1]!.steps[i]!.checks.find((c) => c.id === check.id)?.text;
          if (!en) continue;
          if (v.untold) continue;
          out.push(
            `${track}/${id} ${check.id}\n  en: ${en}\n    E ${v.expected}\n    F ${v.found}\n    W ${v.where}\n  ko: ${ko}\n    E ${v.ko.expected}\n    F ${v.ko.found}`,
          );
        }
      }
    }
  }
  writeFileSync('/tmp/survey.txt', out.join('\n'));
}, 200000);

import { Expressions as E } from '../src/grading/cel.ts';
import { evaluate as ev } from '../src/grading/evaluate.ts';

const require_ = { evaluate: ev };
