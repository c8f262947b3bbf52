/** While a world comes up or is played again. */
import type { Style } from '../text/style.ts';
import { wrapSpans } from '../text/wrap.ts';
import type { Say, WordKey } from '../words.ts';

/** `title` is undefined for a shell; `share` is 0 to 1. */
export type Opening = { readonly title: string | undefined; readonly stage: WordKey; readonly share: number };

/** With a bar. */
export function openingRows({ title, stage, share }: Opening, width: number, style: Style, say: Say): string[] {
  const text = title === undefined ? say('openingShell') : say('opening', { title });
  const rows = [
    ...wrapSpans([{ text, look: 'title' }], width - 2, style),
    ...wrapSpans([{ text: say(stage), look: 'plain' }], width - 2, style),
    progressBar(share, width),
  ];
  return ['', ...rows.map((row) => ` ${row}`)];
}

const widest = 40;

/** `━━━━──── 50 %` */
function progressBar(share: number, width: number): string {
  const room = Math.max(1, Math.min(widest, width - 9));
  const full = Math.round(share * room);
  return `${'━'.repeat(full)}${'─'.repeat(room - full)} ${Math.round(share * 100)} %`;
}
