import { describe, expect, test } from 'vitest';
import { ExpressionError, holds, parseExpression } from '../../src/grading/cel.ts';

const says = (text: string, context: Readonly<Record<string, unknown>> = {}): boolean => holds(parseExpression(text), context);

describe('what holds', () => {
  const pod = { metadata: { name: 'web', labels: { app: 'web' } }, status: { phase: 'Running', containerStatuses: [{ ready: true, restartCount: 2 }] } };
  test('fields, lists, texts', () => {
    expect(says("object.status.phase == 'Running'", { object: pod })).toBe(true);
    expect(says('object.status.containerStatuses.all(c, c.ready)', { object: pod })).toBe(true);
    expect(says('object.status.containerStatuses[0].restartCount >= 1', { object: pod })).toBe(true);
    expect(says("object.metadata.labels.exists(k, k == 'app')", { object: pod })).toBe(true);
    expect(says('items.size() == 0', { items: [] })).toBe(true);
  });

  test('a key, an index, a variable that is not there means no, and so does what is no truth value', () => {
    for (const text of [
      'object.spec.nodeName == "a"',
      'object.status.containerStatuses[7].ready',
      'nosuch == 1',
      'object.status.phase',
      '1',
      'object.status.phase > 3',
    ])
      expect(says(text, { object: pod }), text).toBe(false);
  });

  test("nothing of JavaScript's own can be reached", () => {
    for (const text of [
      'object.constructor != null',
      'object.__proto__ != null',
      "object.toString() == ''",
      'object.constructor.constructor("return process")() != null',
      'process.env.size() > 0',
      'globalThis != null',
    ])
      expect(
        (() => {
          try {
            return says(text, { object: pod });
          } catch (error) {
            if (error instanceof ExpressionError) return false;
            throw error;
          }
        })(),
        text,
      ).toBe(false);
  });
});

describe('expressions that are wrong or would never end are refused', () => {
  const refused: Readonly<Record<string, string>> = {
    'five loops in one another': 'x.all(a, x.all(b, x.all(c, x.all(d, x.all(e, true)))))',
    'four loops': 'x.map(a, x.filter(b, x.exists(c, x.all(d, true))))',
    'too long': `${'true && '.repeat(300)}true`,
    'too deep': `${'('.repeat(200)}true${')'.repeat(200)}`,
    'too many values': `[${'1,'.repeat(400)}1].size() == 1`,
    'no expression': '',
    'half of one': 'object.status ==',
    'an assignment': 'object.status = 1',
    'two of them': 'true; true',
    'a text without end': "object == 'x",
  };
  for (const [name, text] of Object.entries(refused)) test(name, () => expect(() => parseExpression(text)).toThrow(ExpressionError));

  test('three loops over a large world end', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    expect(says('items.all(a, items.all(b, items.exists(c, c == a)))', { items })).toBe(true);
  });
});
