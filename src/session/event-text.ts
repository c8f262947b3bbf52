/** Events of a submission, as a learner or a teacher reads them. */
import type { SubmittedEvent } from '../grading/submission.ts';

/** Virtual time since the start, as a clock shows it. */
export const clock = (at: number): string => {
  const seconds = Math.floor(at / 1000);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
};

/** What somebody did, for people. */
export function eventText(event: SubmittedEvent): string {
  if ('line' in event) return `$ ${event.line.replaceAll('\n', '\n              ')}`;
  if ('keys' in event) return `keys ${JSON.stringify(event.keys)}`;
  if ('interrupt' in event) return 'Ctrl-C';
  if ('endOfFile' in event) return 'Ctrl-D';
  if ('resize' in event) return `window ${event.resize.join('×')}`;
  if ('answer' in event) return `answer to ${event.step}: ${event.answer.join(', ')}`;
  if ('hint' in event) return `hint for ${event.hint}`;
  return 'next' in event ? `read ${event.next}` : `took back ${event.undo}`;
}
