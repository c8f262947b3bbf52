/** What can be said against a lesson without playing it. */
import { isWorldName, worlds } from '../cluster/worlds/index.ts';
import { ExpressionError, Expressions, freeNames, parseExpression } from '../grading/cel.ts';
import { conditionWords } from '../grading/expression-words.ts';
import { wordings } from '../grading/wording.ts';
import { type Check, hintKey, type Language, type LoadedLesson, languages, type Problem, pointsOf, type Solution, type Step } from '../lessons/lesson.ts';
import { drawVariables, fill } from '../lessons/variables.ts';
import { own } from '../sim/own.ts';

const totalPoints = 100;
/** A hint may name a tool and a verb, not hand over a whole line; the last one may. */
const longestGivenLine = 15;

/** An empty list: nothing against it; file, line and remedy of each. */
export const staticProblems = (loaded: LoadedLesson): Problem[] => [
  ...worldProblems(loaded),
  ...expressionProblems(loaded),
  ...hintProblems(loaded),
  ...feedbackProblems(loaded),
  ...scriptProblems(loaded),
  ...pointProblems(loaded),
];

type Said = { readonly pointer: string; readonly message: string; readonly remedy: string; readonly file?: `${Language}.yaml` };

/** A problem with the place where it stands, as far as the lesson's files are at hand. */
export function problemAt({ lesson, at }: LoadedLesson, { pointer, message, remedy, file = undefined }: Said): Problem {
  const name = file ?? 'lesson.yaml';
  return { ...(at?.(name, pointer) ?? { file: `${lesson.track}/${lesson.id}/${name}`, line: 1 }), message, remedy };
}

function worldProblems(loaded: LoadedLesson): Problem[] {
  const { name } = loaded.lesson.world;
  if (isWorldName(name)) return [];
  return [problemAt(loaded, { pointer: '/world/name', message: `there is no world "${name}"`, remedy: `Use one of ${Object.keys(worlds).join(', ')}` })];
}

/** What an expression may speak of, by the source that it stands with. */
const namesOf: Readonly<Record<string, readonly string[]>> = {
  object: ['object'],
  objects: ['items'],
  cri: ['items'],
  containerd: ['items'],
  node: ['items'],
  file: ['content', 'mode', 'type'],
  probe: ['ok', 'body'],
  access: ['allowed'],
};

type Found = { readonly text: string; readonly names: readonly string[] };

/** Every expression, by the place where it stands. */
function expressionsOf({ lesson }: LoadedLesson): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  const collect = (checks: readonly Check[] | undefined, pointer: string): void => {
    for (const [index, check] of (checks ?? []).entries()) one(check, `${pointer}/${index}`);
  };
  const one = (check: Check, pointer: string): void => {
    const names = Object.keys(check).flatMap((key) => own(namesOf, key) ?? []);
    if ('that' in check && check.that) found.set(`${pointer}/that`, { text: check.that, names });
    if ('all' in check) collect(check.all, `${pointer}/all`);
    if ('any' in check) collect(check.any, `${pointer}/any`);
    if ('atLeast' in check) collect(check.atLeast.of, `${pointer}/atLeast/of`);
    if ('not' in check) one(check.not, `${pointer}/not`);
  };
  collect(lesson.world.ready, '/world/ready');
  for (const [number, step] of lesson.steps.entries()) {
    collect(step.checks, `/steps/${number}/checks`);
    for (const key of ['situations', 'deadEnds'] as const)
      for (const [index, { when }] of (step[key] ?? []).entries()) one(when, `/steps/${number}/${key}/${index}/when`);
  }
  for (const [number, { checks }] of (lesson.trials ?? []).entries()) collect(checks, `/trials/${number}/checks`);
  return found;
}

function expressionProblems(loaded: LoadedLesson): Problem[] {
  // A placeholder may stand where a number does.
  const values = drawVariables(loaded.lesson, 1);
  return [...expressionsOf(loaded)].flatMap(([pointer, { text, names }]) => {
    try {
      const { ast } = parseExpression(fill(text, values));
      const unknown = freeNames(ast).find((name) => !names.includes(name));
      if (unknown !== undefined)
        return [
          problemAt(loaded, {
            pointer,
            message: `the expression "${shortened(text)}" speaks of ${unknown}, which is not there`,
            remedy: names.length > 0 ? `Here there is ${names.join(', ')}` : 'This kind of check takes no expression',
          }),
        ];
      // What a learner reads when it does not hold.
      const words = conditionWords(ast, { words: wordings.en, expressions: new Expressions(), variables: {}, items: 'entries', loop: [] });
      if (!pointer.includes('/checks/') || !/&&|\|\||[=!]=| \?|\w\(/.test(words.replace(/"[^"]*"/g, ''))) return [];
      const message = `there are no words for the expression "${shortened(text)}": a learner would read ${words}`;
      return [
        problemAt(loaded, {
          pointer,
          message,
          remedy: 'Put it in comparisons of fields, contains, startsWith, endsWith, matches, exists, all, filter and size',
        }),
      ];
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return [
        problemAt(loaded, {
          pointer,
          message: `the expression "${shortened(text)}" is wrong: ${error.message}`,
          remedy: 'Correct it; it is CEL, as Kubernetes uses it',
        }),
      ];
    }
  });
}

const shortened = (text: string): string => (text.length > 100 ? `${text.slice(0, 99)}…` : text);

function hintProblems(loaded: LoadedLesson): Problem[] {
  const { lesson, prose } = loaded;
  const lines = lesson.solutions
    .flatMap(({ script }) => script.split('\n').map((line) => line.trim()))
    .filter((line, index, all) => line.length > longestGivenLine && !line.startsWith('@') && all.indexOf(line) === index);
  return lesson.steps.flatMap((step) =>
    languages.flatMap((language) =>
      (step.hints ?? []).map(hintKey).flatMap((key, index, keys): Problem[] => {
        const hint = prose[language].steps[step.id]?.hints?.[key] ?? '';
        const say = (message: string, remedy: string): Problem =>
          problemAt(loaded, { pointer: `/steps/${step.id}/hints/${key}`, message, remedy, file: `${language}.yaml` });
        if (hint.trim().length < 5) return [say(`step ${step.id} has an empty hint`, 'Write it, or take it out')];
        const given = index < keys.length - 1 ? lines.filter((line) => hint.includes(line)) : [];
        return given.map((line) => say(`a hint of step ${step.id} gives away "${line}" before the last one`, 'Only the last hint may give the line'));
      }),
    ),
  );
}

/** What answers can be spoken to: a choice by its name, an order, a match and a value by `right` and `wrong`. */
export const feedbackKeys = ({ kind, choices = [], quiz }: Step): readonly string[] =>
  kind === 'predict' ? choices : !quiz ? [] : quiz.type === 'single' || quiz.type === 'multi' ? quiz.choices : ['right', 'wrong'];

/** Words that no answer brings up would never be read. */
function feedbackProblems(loaded: LoadedLesson): Problem[] {
  const { lesson, prose } = loaded;
  return lesson.steps.flatMap((step) =>
    languages.flatMap((language): Problem[] => {
      const keys = feedbackKeys(step);
      const unread = Object.keys(prose[language].steps[step.id]?.feedback ?? {}).filter((key) => !keys.includes(key));
      const remedy = keys.length > 0 ? `Use ${keys.join(', ')}` : 'Write a note instead';
      return unread.map((key) =>
        problemAt(loaded, {
          pointer: `/steps/${step.id}/feedback/${key}`,
          message: `nobody ever reads the feedback "${key}" of step ${step.id}`,
          remedy,
          file: `${language}.yaml`,
        }),
      );
    }),
  );
}

/** Words of a script that no step understands would be passed over in silence. */
function scriptProblems(loaded: LoadedLesson): Problem[] {
  const { steps, solutions, wrong } = loaded.lesson;
  const of = (key: 'solutions' | 'wrong', scripts: readonly Solution[]): Problem[] =>
    scripts.flatMap(({ name, script }, index) =>
      [...script.matchAll(/^\s*@(?:answer|hint|next)\s+(\S+)(.*)$/gm)].flatMap(([line, id = '', words = '']) => {
        const say = (message: string, remedy: string): Problem => problemAt(loaded, { pointer: `/${key}/${index}`, message: `${name}: ${message}`, remedy });
        const step = steps.find((each) => each.id === id);
        if (!step) return [say(`"${line.trim()}" speaks of a step that is not there`, `Name one of ${steps.map((each) => each.id).join(', ')}`)];
        const choices = step.choices ?? (step.quiz && 'choices' in step.quiz && step.quiz.type !== 'match' ? step.quiz.choices : undefined);
        const other = choices && words.split(/\s+/).find((word) => word !== '' && !word.includes('{{') && !choices.includes(word));
        return other === undefined || !line.includes('@answer') ? [] : [say(`"${other}" is no choice of ${id}`, `Use ${choices?.join(', ')}`)];
      }),
    );
  return [...of('solutions', solutions), ...of('wrong', wrong)];
}

function pointProblems(loaded: LoadedLesson): Problem[] {
  const sum = loaded.lesson.steps.reduce((total, step) => total + pointsOf(step), 0);
  if (sum === totalPoints) return [];
  return [problemAt(loaded, { pointer: '/steps', message: `the steps' points add up to ${sum}, not ${totalPoints}`, remedy: 'Change the points of a step' })];
}
