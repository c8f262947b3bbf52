/** The page on which a submission is replayed, from the first frame until the teacher has seen enough. */

import { render } from 'ink';
import { createElement } from 'react';
import type { Language } from '../lessons/lesson.ts';
import { Replay, type ReplayEnd, type ReplayLesson } from './app/replay.ts';
import { ReplayPage } from './components/replay-page.tsx';
import { Host } from './terminal/host.ts';
import { InkInput } from './terminal/ink-input.ts';
import { Painter } from './terminal/painter.ts';
import type { Colours } from './text/style.ts';

type ReplayOptions = { readonly language: Language; readonly colours: Colours; readonly from: Exclude<ReplayEnd, 'quit'> };

/** Takes the terminal over, and gives it back at the end. */
export function runReplay(lessons: readonly ReplayLesson[], { language, colours, from }: ReplayOptions): Promise<ReplayEnd> {
  const { stdin, stdout } = process;
  return new Promise((resolve) => {
    const painter = new Painter(stdout);
    const size = () => ({ columns: painter.columns, rows: painter.rows });
    const finish = (end: ReplayEnd): void => {
      painter.close();
      instance.unmount();
      host.close();
      resolve(end);
    };
    const replay = new Replay(lessons, { size: size(), language, colours }, from, finish);
    painter.on('resize', () => replay.store.set({ size: size() }));
    const host = new Host({
      stdin,
      stdout,
      onKeys: (events) => replay.keys(events),
      onEnd: () => {},
      onSuspend: () => painter.pause(true),
      onResume: () => painter.pause(false),
    });
    host.open();
    const instance = render(createElement(ReplayPage, { store: replay.store }), {
      // What Ink asks of a terminal, and no more.
      stdout: painter as unknown as NodeJS.WriteStream,
      stdin: new InkInput() as unknown as NodeJS.ReadStream,
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
    setImmediate(() => void replay.show(from.frame));
  });
}
