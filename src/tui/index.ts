/** The terminal interface, from the first frame to the exit status. The first frame is drawn without Ink: reading that takes longer than all else. */

import type { Services } from './services.ts';
import { type Holder, Host } from './terminal/host.ts';
import type { KeyEvent } from './terminal/keys.ts';
import { Painter } from './terminal/painter.ts';
import { newStyle } from './text/style.ts';
import { firstChoice, menuEntries, menuRows } from './view/menu-view.ts';
import { openingRows } from './view/opening-view.ts';
import { newSay } from './words.ts';

/** Takes the terminal over, and gives it back when the learner is done. */
export async function runTui(services: Services): Promise<number> {
  const { stdin, stdout } = process;
  const painter = new Painter(stdout);
  const early: KeyEvent[] = [];
  let holder: Holder = {
    keys: (events) => void early.push(...events),
    keepNow: () => {},
    suspend: () => painter.pause(true),
    resume: () => painter.pause(false),
  };
  const host = new Host({
    stdin,
    stdout,
    onKeys: (events) => holder.keys(events),
    onEnd: () => holder.keepNow(),
    onSuspend: () => holder.suspend(),
    onResume: () => holder.resume(),
  });
  host.open();
  painter.write(firstRows(services, painter).join('\n'));
  painter.flush();
  const { interact } = await import('./interact.ts');
  return new Promise((resolve) => {
    holder = interact(services, painter, (status) => {
      painter.close();
      host.close();
      resolve(status);
    });
    // What was typed meanwhile.
    if (early.length > 0) holder.keys(early);
  });
}

/** What will be drawn again, with keys, in a moment. */
function firstRows({ tracks, language, colours, target, kept }: Services, { columns, rows }: Painter): string[] {
  const say = newSay(language);
  const style = newStyle(colours);
  if (columns < 20 || rows < 5) return [];
  if (!target) {
    const context = { tracks, kept: kept(), language, size: { columns, rows }, style, say };
    const entries = menuEntries(context);
    return menuRows(entries, firstChoice(entries, context.kept), undefined, context).map((row) => (row === '' ? '' : ` ${row}`));
  }
  const lesson = target === 'shell' ? undefined : tracks.flatMap(({ lessons }) => lessons).find(({ key }) => key === target.lesson);
  return openingRows({ title: lesson?.title[language], stage: 'stageLoad', share: 0 }, columns, style, say);
}
