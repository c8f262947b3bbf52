import { describe, expect, it } from 'vitest';
import { formatFieldSelector, matchesFields, parseFieldSelector } from '../../src/apimachinery/field-selector.ts';
import {
  formatLabelSelector,
  formatLabels,
  formatSelector,
  matches,
  matchesLabelSelector,
  parseSelector,
  selectorFromLabelSelector,
} from '../../src/apimachinery/labels.ts';

const labels = { app: 'web', tier: 'front', 'example.com/rank': '5' };

describe('label selectors', () => {
  it.each([
    ['app=web', true],
    ['app==web', true],
    ['app!=web', false],
    ['app in (web, api),tier', true],
    ['app notin (web)', false],
    ['missing notin (a)', true],
    ['!missing', true],
    ['!app', false],
    ['example.com/rank>4', true],
    ['example.com/rank<5', false],
    ['app=', false],
    ['', true],
    ['missing!=x', true],
  ])('%s matches: %s', (text, expected) => expect(matches(parseSelector(text), labels)).toBe(expected));

  it.each([
    ['app web', "unable to parse requirement: found 'web', expected: in, notin, =, ==, !=, gt, lt"],
    ['app=web,', "found '', expected: identifier after ','"],
    ['=web', "found '=', expected: !, identifier, or 'end of string'"],
    ['app in web', "unable to parse requirement: found 'web' expected: '('"],
    [
      'app=we/b',
      "unable to parse requirement: values[0][app]: Invalid value: \"we/b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
  ])('%s is refused', (text, message) => expect(() => parseSelector(text)).toThrow(message));

  it('formats', () => {
    expect(formatSelector(parseSelector('tier in (b,a), app=web,!x'))).toBe('app=web,tier in (a,b),!x');
    expect(formatLabels({ b: '2', a: '1' })).toBe('a=1,b=2');
    expect(formatLabels(undefined)).toBe('<none>');
    expect(formatLabelSelector({ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'Exists' }] })).toBe('a=b,c');
  });

  it('of objects', () => {
    expect(matchesLabelSelector(undefined, labels)).toBe(false);
    expect(matchesLabelSelector({}, labels)).toBe(true);
    expect(matchesLabelSelector({ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['back'] }] }, labels)).toBe(true);
    expect(matches(selectorFromLabelSelector(undefined), labels)).toBe(false);
  });
});

describe('field selectors', () => {
  it('reads and matches', () => {
    const parsed = parseFieldSelector('status.phase!=Running,spec.nodeName=node01');
    expect(parsed).toEqual([
      { field: 'status.phase', operator: '!=', value: 'Running' },
      { field: 'spec.nodeName', operator: '=', value: 'node01' },
    ]);
    expect(matchesFields(parsed, (path) => (path === 'spec.nodeName' ? 'node01' : 'Pending'))).toBe(true);
    expect(matchesFields(parsed, () => 'Running')).toBe(false);
    expect(parseFieldSelector('a==b\\,c')).toEqual([{ field: 'a', operator: '=', value: 'b,c' }]);
    expect(formatFieldSelector(parsed)).toBe('status.phase!=Running,spec.nodeName=node01');
    expect(() => parseFieldSelector('nonsense')).toThrow("invalid selector: 'nonsense'; can't understand 'nonsense'");
  });
});
