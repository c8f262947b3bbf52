/** Questions that stand over everything else, and their answers. */
import type { KeptLesson } from '../../session/kept.ts';
import type { TroubleText } from '../troubles.ts';
import type { Say } from '../words.ts';
import type { ChoiceState } from './state.ts';

/** A lesson that was begun before, or done. */
export const resumeQuestion = (say: Say, title: string, begun: boolean, kept: KeptLesson | undefined): ChoiceState => ({
  question: `${title}: ${begun ? say('resumeQuestion') : say('doneQuestion', { n: kept?.points ?? 0 })}`,
  options: [
    ...(begun ? [{ id: 'resume', label: say('resume') }] : []),
    ...(kept?.record ? [{ id: 'readAgain', label: say('readAgain') }] : []),
    { id: 'startOver', label: say(begun ? 'startOver' : 'againLesson') },
    { id: 'back', label: say('back') },
  ],
});

/** `stuck`: the step cannot be passed in this world any more, and its beginning is what one wants. */
export const restartQuestion = (say: Say, stuck: boolean): ChoiceState => {
  const step = { id: 'step', label: say('restartStep') };
  const others = [
    { id: 'no', label: say('no') },
    { id: 'yes', label: say('restartLesson') },
  ];
  return { question: say('confirmRestart'), options: stuck ? [step, ...others] : others.toSpliced(1, 0, step) };
};

/** `no` stands first: the world would be lost. */
export const restartShellQuestion = (say: Say): ChoiceState => ({
  question: say('confirmRestartShell'),
  options: (['no', 'yes'] as const).map((id) => ({ id, label: say(id) })),
});

/** `unsaved`: what was done last is on no disk. */
export const leaveQuestion = (say: Say, inLesson: boolean, unsaved: boolean): ChoiceState => ({
  question: say(!inLesson ? 'confirmLeaveShell' : unsaved ? 'confirmQuitUnsaved' : 'confirmQuit'),
  options: [...(inLesson ? [{ id: 'menu', label: say('back') }] : []), { id: 'quit', label: say('quitProgram') }, { id: 'no', label: say('no') }],
});

/** In a world out of a replay there is no menu to go to. */
export const leaveVisitQuestion = (say: Say): ChoiceState => ({
  question: say('confirmLeaveVisit'),
  options: [
    { id: 'quit', label: say('backToReplay') },
    { id: 'no', label: say('no') },
  ],
});

/** The learner has left the shell by `exit`. */
export const endedQuestion = (say: Say): ChoiceState => ({
  question: say('shellEnded'),
  options: [
    { id: 'undo', label: say('undoLast') },
    { id: 'restart', label: say('startOver') },
    { id: 'back', label: say('back') },
  ],
});

/** Something is wrong with a file of the learner's own. */
export const troubleQuestion = (say: Say, { question, note, goOn }: TroubleText): ChoiceState => ({
  question,
  note: goOn ? `${note} ${goOn}` : note,
  options: [{ id: 'on', label: say('goOn') }],
});

/** A world that could not be opened. */
export const failedQuestion = (say: Say, message: string): ChoiceState => ({ question: message, options: [{ id: 'back', label: say('back') }] });
