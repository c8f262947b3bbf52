/** Aliases: the first word of a command is replaced, as text, before it is read. */
import { forEachChild, parse, type SyntaxNode } from 'unbash';

/** A text that grew past this is an alias that feeds itself. */
const maxLength = 100_000;

type Region = { start: number; end: number; readonly name: string };

/** The text with its aliases expanded. An alias is not expanded again inside its own expansion. */
export function expandAliases(aliases: ReadonlyMap<string, string>, source: string): string {
  let text = source;
  const regions: Region[] = [];
  for (;;) {
    const found = firstAlias(aliases, text, regions);
    if (!found || text.length > maxLength) return text;
    const value = aliases.get(found.name) ?? '';
    const grown = value.length - (found.end - found.start);
    for (const region of regions) {
      if (region.start > found.start) region.start += grown;
      if (region.end >= found.end) region.end += grown;
    }
    regions.push({ start: found.start, end: found.start + value.length, name: found.name });
    text = text.slice(0, found.start) + value + text.slice(found.end);
  }
}

function firstAlias(aliases: ReadonlyMap<string, string>, text: string, regions: readonly Region[]): Region | undefined {
  let found: Region | undefined;
  const consider = (name: string, start: number): void => {
    const end = start + name.length;
    const inside = regions.some((region) => region.name === name && region.start <= start && end <= region.end);
    if (!found && !inside && aliases.has(name)) found = { start, end, name };
  };
  const visit = (node: SyntaxNode): void => {
    if (found) return;
    if (node.type === 'Command' && node.name && node.name.text === node.name.value) {
      consider(node.name.text, node.name.pos);
      // An alias that ends in a blank lets the next word be one too: `alias sudo='sudo '`.
      const next = node.suffix[0];
      const blank = regions.some((region) => region.end <= (next?.pos ?? 0) && region.end > node.pos && (aliases.get(region.name) ?? '').endsWith(' '));
      if (next?.type === 'Word' && blank && next.text === next.value) consider(next.text, next.pos);
    }
    if (node.type !== 'Word') forEachChild(node, visit);
  };
  visit(parse(text));
  return found;
}
