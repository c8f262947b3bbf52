import { describe, expect, test } from 'vitest';
import { Expressions } from '../../src/grading/cel.ts';
import { explain } from '../../src/grading/explain.ts';
import { wordings } from '../../src/grading/wording.ts';
import type { Language } from '../../src/lessons/lesson.ts';

const pod = { metadata: { name: 'web', labels: { app: 'web' } }, spec: { nodeName: 'node01' }, status: { phase: 'Pending' } };
const units = [
  { name: 'containerd.service', active: 'active' },
  { name: 'kubelet.service', active: 'inactive' },
];

function why(text: string, variables: Readonly<Record<string, unknown>>, language: Language = 'en', items = 'units'): string {
  const expressions = new Expressions();
  const { expected, found } = explain(expressions.get(text).ast, { words: wordings[language], expressions, variables, items, loop: [] });
  return `${expected} | ${found}`;
}

describe('why an expression does not hold, in words', () => {
  test.each([
    ["object.status.phase == 'Running'", { object: pod }, 'status.phase is Running | Pending', 'status.phase 값이 Running | Pending'],
    ['object.status.readyReplicas >= 2', { object: pod }, 'status.readyReplicas is at least 2 | not set', 'status.readyReplicas 값이 2 이상 | 없음'],
    // Of several conditions the one that fails.
    ["object.spec.nodeName == 'node01' && !has(object.spec.nodeName)", { object: pod }, 'spec.nodeName is not set | node01', 'spec.nodeName 없음 | node01'],
    ["'disk' in object.metadata.labels", { object: pod }, 'metadata.labels contains disk | app', 'metadata.labels에 disk 있음 | app'],
    ["object.status.phase in ['A', 'B']", { object: pod }, 'status.phase is one of A, B | Pending', 'status.phase 값이 A, B 중 하나 | Pending'],
    // Of several things the one that is nearest.
    [
      "items.exists(u, u.name == 'kubelet.service' && u.active == 'active')",
      { items: units },
      'at least one unit where name is kubelet.service and active is active | kubelet.service: active is inactive',
      '유닛 하나 이상 (조건: name 값이 kubelet.service, active 값이 active) | kubelet.service: active 값이 inactive',
    ],
    [
      "items.exists(u, u.name == 'x')",
      { items: units },
      'at least one unit where name is x | none of 2 units fits',
      '유닛 하나 이상 (조건: name 값이 x) | 유닛 2개 중 맞는 것 없음',
    ],
    ["items.exists(u, u.name == 'x')", { items: [] }, 'at least one unit where name is x | no units at all', '유닛 하나 이상 (조건: name 값이 x) | 유닛 없음'],
    [
      "!items.exists(u, u.active == 'active')",
      { items: units },
      'no unit where active is active | containerd.service',
      '유닛 없음 (조건: active 값이 active) | containerd.service',
    ],
    [
      "items.all(u, u.active == 'active')",
      { items: units },
      'for every unit: active is active | kubelet.service: active is inactive',
      '모든 유닛: active 값이 active | kubelet.service: active 값이 inactive',
    ],
    ['items.size() == 3', { items: units }, 'exactly 3 units | 2', '유닛 3개 | 2'],
    [
      "items.filter(u, u.active == 'active').size() == 1 + 1",
      { items: units },
      'exactly 2 units where active is active | 1',
      '유닛 2개 (조건: active 값이 active) | 1',
    ],
    ["content.contains('crio.sock')", { content: 'a\nb' }, 'the content contains crio.sock | it says something else', '내용에 crio.sock 있음 | 내용이 다름'],
    // That a field is there goes without saying.
    [
      "'app' in object.metadata.labels && object.metadata.labels['app'] == 'x'",
      { object: pod },
      'metadata.labels["app"] is x | web',
      'metadata.labels["app"] 값이 x | web',
    ],
    [
      "items.exists(u, has(u.labels) && u.labels.app == 'x')",
      { items: units },
      'at least one unit where labels.app is x | none of 2 units fits',
      '유닛 하나 이상 (조건: labels.app 값이 x) | 유닛 2개 중 맞는 것 없음',
    ],
    ['allowed', { allowed: false }, 'allowed | not allowed', '허용됨 | 허용되지 않음'],
    ['!ok', { ok: true }, 'no answer | an answer', '응답 없음 | 응답 있음'],
    [
      "['a', 'b'].all(n, items.exists(u, u.name == n))",
      { items: [{ name: 'a' }] },
      'at least one unit where name is b | none of 1 unit fits',
      '유닛 하나 이상 (조건: name 값이 b) | 유닛 1개 중 맞는 것 없음',
    ],
  ])('%s', (text, variables, english, korean) => {
    expect(why(text, variables)).toBe(english);
    expect(why(text, variables, 'ko')).toBe(korean);
  });

  test('a field that is not there is no error, and a long text is not shown whole', () => {
    expect(why("object.a.b.c == 'x'", { object: {} })).toBe('a.b.c is x | not set');
    expect(why("content.trim() == 'x'", { content: 'y'.repeat(200) }).length).toBeLessThan(100);
  });
});
