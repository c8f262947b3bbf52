/** YAML as somebody else wrote it: bounded in size and depth, with the line of every value. */
import type { Document, Node } from 'yaml';
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from '../apimachinery/yaml-library.ts';
import { largestFile, tooLarge } from './file-size.ts';
import type { Problem } from './lesson.ts';

const mostNodes = 20_000;
/** Levels of maps, lists and pairs. */
const deepest = 200;

/** `data` is plain JSON values. */
export type Source = {
  readonly file: string;
  readonly data: unknown /** Line of the value at a JSON pointer (`/steps/0/id`), or of its nearest parent. */;
  readonly lineOf: (pointer: string) => number;
};

/** The data, or what is wrong with the text. Anchors and aliases are refused: a lesson has no use for them, and bombs are made of them. */
export function readYaml(file: string, text: string): Source | readonly Problem[] {
  const size = Buffer.byteLength(text);
  if (size > largestFile) return [tooLarge(file, size)];
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', uniqueKeys: true, logLevel: 'error' });
  const lineAt = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  if (document.errors.length > 0)
    return document.errors.slice(0, 5).map((error) => ({
      file,
      line: lineAt(error.pos[0]),
      ...yamlWords((error.message.split('\n')[0] ?? '').replace(/ at line \d+.*$/, '')),
    }));
  const trouble = aliasOrSize(document);
  if (trouble) return [{ file, line: lineAt(trouble.offset), message: trouble.message, remedy: trouble.remedy }];
  return { file, data: document.toJS() as unknown, lineOf: (pointer) => lineAt(find(document, pointer)?.range?.[0]) };
}

const tooDeep = { message: 'the values are nested too deep', remedy: 'Make it flatter' };

function yamlWords(message: string): Pick<Problem, 'message' | 'remedy'> {
  if (/call stack/.test(message)) return tooDeep;
  if (/multiple documents/.test(message)) return { message: 'there is more than one document (---)', remedy: 'A file is one document: take the others out' };
  if (/unique/.test(message)) return { message: 'a key stands here twice', remedy: 'Keep one of them' };
  if (/Tabs/.test(message)) return { message, remedy: 'Indent with spaces' };
  return { message, remedy: 'Mend the YAML; indentation and colons are the usual suspects' };
}

function aliasOrSize(document: Document): { readonly offset: number | undefined; readonly message: string; readonly remedy: string } | undefined {
  let nodes = 0;
  let alias: number | undefined;
  let deep: number | undefined;
  visit(document, {
    Alias(_key, node) {
      alias ??= node.range?.[0] ?? 0;
      return visit.BREAK;
    },
    Node(_key, node, path) {
      nodes++;
      if (path.length > deepest) deep = node.range?.[0] ?? 0;
      return nodes > mostNodes || deep !== undefined ? visit.BREAK : undefined;
    },
  });
  if (alias !== undefined) return { offset: alias, message: 'an alias (*name) stands here', remedy: 'Write the value out: lessons have no aliases' };
  if (deep !== undefined) return { offset: deep, ...tooDeep };
  return nodes > mostNodes ? { offset: 0, message: `the file has more than ${mostNodes} values`, remedy: 'Make it smaller' } : undefined;
}

function find(document: Document, pointer: string): Node | undefined {
  let node = document.contents as Node | null;
  for (const part of pointer.split('/').filter(Boolean)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    let next: Node | undefined;
    if (isMap(node)) {
      const pair = node.items.find((each) => isPair(each) && isScalar(each.key) && String(each.key.value) === key);
      next = (pair?.value ?? pair?.key) as Node | undefined;
    } else if (isSeq(node)) next = node.items[Number(key)] as Node | undefined;
    if (!next) break;
    node = next;
  }
  return node ?? undefined;
}
