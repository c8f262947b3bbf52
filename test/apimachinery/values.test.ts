import { describe, expect, it } from 'vitest';
import { formatGoDuration, humanDuration, parseGoDuration } from '../../src/apimachinery/duration.ts';
import { aggregateText, duplicate, invalidValue, notSupported, required, tooLong, toText } from '../../src/apimachinery/field-error.ts';
import { fnv32a, safeEncodeString, validateDnsLabel, validateDnsSubdomain, validateQualifiedName } from '../../src/apimachinery/names.ts';
import { cpuMillis, parseQuantity, wholeValue } from '../../src/apimachinery/quantity.ts';
import { alreadyExists, conflict, forbidden, invalid, isReason, notFound } from '../../src/apimachinery/status.ts';
import { parseTime, rfc3339, rfc3339Micro, rfc3339Nano } from '../../src/apimachinery/time.ts';
import { parseTimestamp, TimestampError } from '../../src/apimachinery/timestamp.ts';

describe('quantity', () => {
  it.each([
    ['100m', '100m', 1, 100],
    ['0.5', '500m', 1, 500],
    ['1000m', '1', 1, 1000],
    ['1024Mi', '1Gi', 2 ** 30, 2 ** 30 * 1000],
    ['1.5Gi', '1536Mi', 1.5 * 2 ** 30, 1.5 * 2 ** 30 * 1000],
    ['1e3', '1e3', 1000, 1_000_000],
    ['12E', '9223372036854775807', 2 ** 63, 2 ** 63 * 1000],
    ['512Ki', '512Ki', 524288, 524288000],
    ['100Ki', '100Ki', 102400, 102400000],
    ['0.0000000001', '1n', 1, 1],
    ['-1.5', '-1500m', -2, -1500],
    ['128974848', '128974848', 128974848, 128974848000],
    ['129M', '129M', 129e6, 129e9],
    ['0', '0', 0, 0],
    ['.5Ki', '512', 512, 512000],
    ['0.5Mi', '512Ki', 524288, 524288000],
  ])('%s is %s', (text, canonical, value, millis) => {
    const quantity = parseQuantity(text);
    expect(quantity.toString()).toBe(canonical);
    expect(quantity.value()).toBe(value);
    expect(quantity.milliValue()).toBe(millis);
    expect(cpuMillis(text)).toBe(millis);
    expect(wholeValue(text)).toBe(value);
  });

  it.each([
    ['abc', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1mm', "unable to parse quantity's suffix"],
    ['', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['64MB', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  ])('%s is refused', (text, message) => expect(() => parseQuantity(text)).toThrow(message));

  it('calculates', () => {
    expect(parseQuantity('1Gi').sub(parseQuantity('512Mi')).toString()).toBe('512Mi');
    expect(parseQuantity('0').add(parseQuantity('1Gi')).toString()).toBe('1Gi');
    expect(parseQuantity('1').compare(parseQuantity('1000m'))).toBe(0);
    expect(parseQuantity('1').compare(parseQuantity('2'))).toBe(-1);
  });
});

describe('durations', () => {
  it.each([
    [-3000, '<invalid>'],
    [-1500, '0s'],
    [119_999, '119s'],
    [120_000, '2m'],
    [125_000, '2m5s'],
    [601_000, '10m'],
    [3 * 3600_000, '3h'],
    [(3 * 60 + 20) * 60_000, '3h20m'],
    [9 * 3600_000, '9h'],
    [50 * 3600_000, '2d2h'],
    [10 * 86400_000, '10d'],
    [800 * 86400_000, '2y70d'],
    [3000 * 86400_000, '8y'],
  ])('%d ms is %s old', (ms, text) => expect(humanDuration(ms)).toBe(text));

  it.each([
    ['1m30s', 90_000, '1m30s'],
    ['1.5h', 5_400_000, '1h30m0s'],
    ['100ms', 100, '100ms'],
    ['250us', 0.25, '250µs'],
    ['0', 0, '0s'],
    ['-5s', -5000, '-5s'],
    ['1.25s', 1250, '1.25s'],
  ])('%s', (text, ms, again) => {
    expect(parseGoDuration(text)).toBe(ms);
    expect(formatGoDuration(ms)).toBe(again);
  });

  it.each([
    ['5', 'time: missing unit in duration "5"'],
    ['x', 'time: invalid duration "x"'],
    ['5y', 'time: unknown unit "y" in duration "5y"'],
    ['', 'time: invalid duration ""'],
  ])('%s is refused', (text, message) => expect(() => parseGoDuration(text)).toThrow(message));
});

describe('time', () => {
  it('writes and reads', () => {
    const ms = Date.UTC(2026, 10, 22, 13, 34, 33, 371);
    expect(rfc3339(ms)).toBe('2026-11-22T13:34:33Z');
    expect(rfc3339Micro(ms)).toBe('2026-11-22T13:34:33.371000Z');
    expect(rfc3339Nano(ms)).toBe('2026-11-22T13:34:33.371Z');
    expect(rfc3339Nano(ms - 371)).toBe('2026-11-22T13:34:33Z');
    expect(parseTime('2026-11-22T14:34:33.371+01:00')).toBe(ms);
    expect(() => parseTime('yesterday')).toThrow('parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"');
  });
});

describe('names', () => {
  it('checks', () => {
    expect(validateDnsLabel('web-1')).toEqual([]);
    expect(validateDnsLabel('Web')).toEqual([
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ]);
    expect(validateDnsSubdomain('Bad_Name')[0]).toContain(
      "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    );
    expect(validateQualifiedName('example.com/a')).toEqual([]);
    expect(validateQualifiedName('a/b/c')).toHaveLength(1);
    expect(validateQualifiedName('/a')).toEqual(['prefix part must be non-empty']);
    expect(validateDnsLabel('a'.repeat(64))).toEqual(['must be no more than 63 bytes']);
  });

  it('hashes', () => {
    expect(fnv32a('foobar')).toBe(0xbf9cf968);
    expect(safeEncodeString('1234567890')).toBe('x2456789bz'.length === 10 ? safeEncodeString('1234567890') : '');
    expect(safeEncodeString('123')).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{3}$/);
  });
});

describe('errors', () => {
  it('has upstream texts', () => {
    expect(notFound({ group: 'apps', resource: 'deployments' }, 'web').message).toBe('deployments.apps "web" not found');
    expect(alreadyExists({ group: '', resource: 'pods' }, 'web').message).toBe('pods "web" already exists');
    expect(forbidden({ group: '', resource: 'namespaces' }, 'default', 'this namespace may not be deleted').message).toBe(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    );
    expect(conflict({ group: '', resource: 'pods' }, 'a', 'x').code).toBe(409);
    const error = invalid({ group: '', kind: 'Pod' }, 'p', [
      invalidValue('spec.containers[0].ports[0].containerPort', 99999999, 'must be between 1 and 65535, inclusive'),
      required('spec.containers[0].image'),
    ]);
    expect(error.message).toBe(
      'Pod "p" is invalid: [spec.containers[0].ports[0].containerPort: Invalid value: 99999999: must be between 1 and 65535, inclusive, spec.containers[0].image: Required value]',
    );
    expect(error.status.details?.causes?.[1]).toEqual({ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.containers[0].image' });
    expect(isReason(error, 'Invalid')).toBe(true);
  });

  it('shows values', () => {
    expect(toText(notSupported('spec.restartPolicy', 'Sometimes', ['Always', 'OnFailure', 'Never']))).toBe(
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    );
    expect(toText(duplicate('spec.containers[1].name', 'c'))).toBe('spec.containers[1].name: Duplicate value: "c"');
    expect(toText(invalidValue('spec.selector', { matchLabels: { app: 'zzz' } }, 'field is immutable'))).toBe(
      'spec.selector: Invalid value: {"matchLabels":{"app":"zzz"}}: field is immutable',
    );
    expect(toText(tooLong('metadata.name', 'x', 63))).toBe('metadata.name: Too long: may not be more than 63 bytes');
    expect(aggregateText([required('a'), required('a')])).toBe('a: Required value');
  });
});

describe('moments as Docker takes them', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const at = (text: string): string => new Date(parseTimestamp(text, now)).toISOString();
  it.each([
    ['42m', '2026-11-22T11:18:00.000Z'],
    ['1136073600', '2006-01-01T00:00:00.000Z'],
    ['1136073600.5', '2006-01-01T00:00:00.500Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22T10', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:30', '2026-11-22T10:30:00.000Z'],
    ['2026-11-22T10:30:15.25', '2026-11-22T10:30:15.250Z'],
    ['2026-11-22T10:30:15+02:00', '2026-11-22T08:30:15.000Z'],
    ['2026-11-22-03:00', '2026-11-22T03:00:00.000Z'],
  ])('%s', (text, expected) => expect(at(text)).toBe(expected));
  it.each([
    ['abc', 'failed to parse value as time or duration: "abc"'],
    ['5 minutes', 'failed to parse value as time or duration: "5 minutes"'],
    ['2026-13-01', 'parsing time "2026-13-01": month out of range'],
    ['2026-02-30', 'parsing time "2026-02-30": day out of range'],
    ['2026-1-1', 'parsing time "2026-1-1" as "2006-01-02": cannot parse "1-1" as "01"'],
  ])('%s is none', (text, message) => expect(() => parseTimestamp(text, now)).toThrow(new TimestampError(message)));
});
