/** The little Markdown that lessons use: paragraphs, **bold**, `code`, *emphasis*, lists, fenced code. */
import type { Look, Style } from './style.ts';
import { type Span, wrapSpans } from './wrap.ts';

/** Rows of a width. `margin` stands before each of them. */
export function markdownRows(text: string, width: number, style: Style, margin = ''): string[] {
  const rows: string[] = [];
  for (const block of blocksOf(text)) {
    if (rows.length > 0 && block.apart) rows.push('');
    if (block.code !== undefined)
      for (const line of block.code) rows.push(...wrapSpans([{ text: line, look: 'code' }], width, style, { first: `${margin}  `, rest: `${margin}    ` }));
    else {
      const rest = margin + ' '.repeat(block.bullet.length);
      rows.push(...wrapSpans(inline(block.text, block.look), width, style, { first: margin + block.bullet, rest }));
    }
  }
  return rows;
}

/** The spans of one paragraph. */
export function inline(text: string, look: Look = 'plain'): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const match of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?!\*)/g)) {
    if (match.index > at) spans.push({ text: text.slice(at, match.index), look });
    const [whole, code, strong, emphasis] = match;
    spans.push(
      code !== undefined ? { text: code, look: 'code' } : strong !== undefined ? { text: strong, look: 'strong' } : { text: emphasis ?? '', look: 'emphasis' },
    );
    at = match.index + whole.length;
  }
  if (at < text.length) spans.push({ text: text.slice(at), look });
  return spans;
}

/** The text alone, for plain lines: marks of emphasis go, those of code stay, since they say what is to be typed. */
export const withoutMarks = (text: string): string => text.replace(/\*\*([^*]+)\*\*/g, '$1').replace(/(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?!\*)/g, '$1');

type Block = {
  readonly text: string;
  readonly look: Look;
  readonly bullet: string;
  readonly code: readonly string[] | undefined /** A blank line before it. */;
  readonly apart: boolean;
};

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  let fence: string[] | undefined;
  let apart = false;
  const add = (block: Partial<Block>): void => {
    blocks.push({ text: '', look: 'plain', bullet: '', code: undefined, apart, ...block });
    apart = false;
  };
  const close = (): void => {
    if (paragraph.length > 0) add({ text: paragraph.join(' ') });
    paragraph = [];
  };
  for (const line of text.trim().split('\n')) {
    const item = /^\s*([-*•]|\d+\.)\s+(.*)$/.exec(line);
    const heading = /^#+\s+(.*)$/.exec(line);
    if (/^\s*```/.test(line)) {
      if (fence) add({ code: fence });
      else close();
      fence = fence ? undefined : [];
    } else if (fence) fence.push(line);
    else if (line.trim() === '') {
      close();
      apart = true;
    } else if (heading) {
      close();
      add({ text: heading[1] ?? '', look: 'title', apart: true });
    } else if (item) {
      close();
      paragraph = [item[2] ?? ''];
      add({ text: item[2] ?? '', bullet: /\d/.test(item[1] ?? '') ? `${item[1]} ` : '• ' });
      paragraph = [];
    } else paragraph.push(line.trim());
  }
  close();
  return blocks;
}
