/** A lesson as a screen shows it: facts of the run with the prose of one language, all of it ready to be drawn or read out. */
import { toldIn, type Verdict } from '../grading/verdict.ts';
import { type Language, pointsOf, type Quiz, type Step, type StepKind, type StepProse } from '../lessons/lesson.ts';
import { fillAll } from '../lessons/variables.ts';
import { hintsAhead, type LessonRun, type StepState } from './lesson-run.ts';
import type { Elsewhere } from './place.ts';
import type { Session } from './session.ts';

export { toldIn };

/** A hidden check is not among them. */
export type CheckView = {
  readonly id: string;
  /** What it looks for, in the learner's language. */
  readonly text: string;
  /** `open`: does not hold yet, and nothing was tried. */
  readonly state: Verdict['state'] | 'open';
  readonly expected?: string;
  readonly found?: string;
  readonly where?: string;
};
/** `id` is what an answer gives back. */
export type Choice = { readonly id: string; readonly text: string };
type Feedback = { readonly choice: string; readonly text: string; readonly right: boolean };

/** What is not to be seen yet is undefined. */
export type StepView = {
  readonly id: string;
  readonly kind: StepKind;
  readonly task: string;
  /** Shown once the step is passed. */
  readonly note: string | undefined;
  readonly done: boolean;
  /** The prompt stands on another machine than the step is about. */
  readonly elsewhere?: Elsewhere | undefined;
  readonly points: number;
  readonly of: number;
  readonly checks: readonly CheckView[];
  readonly hints: readonly string[];
  readonly hintsLeft: number;
  readonly situations: readonly string[];
  /** The step cannot be passed in this world any more; going back to its beginning is offered. */
  readonly deadEnd?: string | undefined;
  readonly ask: Quiz | undefined;
  readonly choices: readonly Choice[];
  /** What is matched to the choices. */
  readonly matches?: readonly Choice[] | undefined;
  readonly feedback: readonly Feedback[];
  /** Of a prediction whose outcome has been seen. */
  readonly outcome: { readonly said: string; readonly came: string; readonly right: boolean } | undefined;
  /** Of a prediction just made. */
  readonly said: string | undefined;
};

/** Made anew after each change; compared by identity. */
export type LessonView = {
  readonly title: string;
  readonly story: string;
  readonly steps: readonly StepView[];
  readonly current: number;
  readonly finished: boolean;
  readonly points: number;
  readonly pointsPossible: number;
  readonly debrief: readonly string[];
};

/** `tried`: something was typed since the step began, so what does not hold has failed and is not merely open. */
export function lessonView(session: Session, language: Language, tried: boolean): LessonView | undefined {
  const { run, options, values } = session;
  if (!run || !options.lesson) return undefined;
  const prose = fillAll(options.lesson.prose[language], values);
  return {
    title: prose.title,
    story: prose.story,
    steps: run.lesson.steps.map((step, index) => {
      const view = stepView(run, index, step, prose.steps[step.id], tried && index === run.current, language);
      return index === run.current ? { ...view, elsewhere: session.elsewhere } : view;
    }),
    current: run.current,
    finished: run.finished,
    // Of what is passed: a check that holds already at a step's beginning is no point yet.
    points: run.steps.reduce((sum, { done }, index) => sum + (done ? run.pointsEarned(index) : 0), 0),
    pointsPossible: run.pointsPossible,
    debrief: run.lesson.debrief.map((key) => prose.debrief[key] ?? ''),
  };
}

function stepView(run: LessonRun, index: number, step: Step, prose: StepProse | undefined, tried: boolean, language: Language): StepView {
  const state = run.steps[index] as StepState;
  const texts = prose?.choices ?? {};
  const quiz: Quiz | undefined = step.kind === 'predict' ? { type: 'single', choices: step.choices ?? [], answer: step.answer ?? '' } : step.quiz;
  return {
    id: step.id,
    kind: step.kind,
    task: prose?.task ?? step.id,
    note: prose?.note,
    done: state.done,
    points: run.pointsEarned(index),
    of: pointsOf(step),
    checks: (step.checks ?? [])
      .filter((check) => !('visibility' in check && check.visibility === 'grader'))
      .map(({ id = '' }) => ({ id, text: prose?.checks?.[id] ?? id.replaceAll('-', ' '), ...checkView(id, state, tried, language, prose?.checks?.[id]) })),
    hints: state.hints.map((key) => prose?.hints?.[key] ?? key),
    hintsLeft: hintsAhead(step, state).length,
    // What is not so any more is not said any more; but the newest stays until the next command, for whoever has yet to read it.
    situations: state.situations
      .filter((key, index, all) => (state.unread && index === all.length - 1) || state.holding.includes(key))
      .map((key) => prose?.situations?.[key] ?? key),
    deadEnd: state.deadEnd === undefined || state.done ? undefined : (prose?.deadEnds?.[state.deadEnd] ?? state.deadEnd),
    ask: step.kind === 'quiz' || step.kind === 'predict' ? quiz : undefined,
    choices: quiz && 'choices' in quiz ? quiz.choices.map((id) => ({ id, text: texts[id] ?? id })) : [],
    matches: quiz?.type === 'match' ? quiz.matches.map((id) => ({ id, text: texts[id] ?? id })) : undefined,
    // Why a prediction was right or wrong is told with what came of it.
    feedback: quiz && (step.kind === 'quiz' || isSettled(run, index, state)) ? feedbackOf(quiz, state, prose, step.kind === 'predict') : [],
    ...predictionOf(run, index, step, state, texts),
  };
}

/** What the lesson's own words expect need not be said again in the checker's. */
function checkView(id: string, state: StepState, tried: boolean, language: Language, said: string | undefined): Omit<CheckView, 'id' | 'text'> {
  const verdict = state.verdicts.get(id);
  if (!verdict || (verdict.state === 'failed' && !tried)) return { state: 'open' };
  if (verdict.state === 'failed') return { state: 'failed', ...toldIn(language, verdict, said !== undefined) };
  return verdict.state === 'impossible' ? { state: 'impossible', found: verdict.reason } : { state: verdict.state };
}

/** What is said about each choice that was taken, and, once all is right, about the others too. */
function feedbackOf(quiz: Quiz, state: StepState, prose: StepProse | undefined, predicted: boolean): Feedback[] {
  const given = state.answer;
  if (!given || (predicted && !prose?.feedback)) return [];
  const right = (choice: string): boolean =>
    quiz.type === 'single' ? quiz.answer === choice : quiz.type === 'multi' ? quiz.answer.includes(choice) : state.done;
  if ((quiz.type === 'match' || quiz.type === 'order') && !state.done) {
    // How many of them fit is said, so that another try is more than a guess.
    const wanted = quiz.type === 'match' ? quiz.choices.map((choice) => `${choice}=${quiz.answer[choice]}`) : quiz.answer;
    const fits = given.filter((each, place) => (quiz.type === 'match' ? wanted.includes(each) : wanted[place] === each)).length;
    return [{ choice: `${fits}/${quiz.choices.length}`, text: prose?.feedback?.['wrong'] ?? '', right: false }];
  }
  const choices = 'choices' in quiz && quiz.type !== 'order' && quiz.type !== 'match' ? quiz.choices : [];
  const told = choices
    .filter((choice) => given.includes(choice) || state.done)
    .map((choice) => ({ choice, text: prose?.feedback?.[choice] ?? '', right: right(choice) }));
  // Without words for single choices there still is an answer.
  const whole = quiz.type === 'order' || quiz.type === 'match' ? '' : given.join(', ');
  return told.length > 0 ? told : [{ choice: whole, text: prose?.feedback?.[state.done ? 'right' : 'wrong'] ?? '', right: state.done }];
}

/** The world has shown what comes of it. */
const isSettled = (run: LessonRun, index: number, { answer }: StepState): boolean => answer !== undefined && run.current > index + 1;

/** A prediction is told right or wrong only after the world has shown it: when the next step is done. */
function predictionOf(
  run: LessonRun,
  index: number,
  step: Step,
  state: StepState,
  texts: Readonly<Record<string, string>>,
): Pick<StepView, 'outcome' | 'said'> {
  const said = step.kind === 'predict' && state.answer?.[0] !== undefined ? state.answer[0] : undefined;
  if (said === undefined) return { outcome: undefined, said: undefined };
  const seen = isSettled(run, index, state);
  const came = step.answer ?? '';
  return { said: texts[said] ?? said, outcome: seen ? { said: texts[said] ?? said, came: texts[came] ?? came, right: said === came } : undefined };
}
