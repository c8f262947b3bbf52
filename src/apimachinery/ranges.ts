/** Ranges of IPv4 addresses as whole numbers. */

/** Both ends included. */
export type Range = { readonly first: number; readonly last: number };

/** Of `10.96.0.0/12`; undefined for what is no range of IPv4 addresses. */
export function rangeOf(cidr: string): Range | undefined {
  const [, base, bits] = /^(\d+(?:\.\d+){3})\/(\d+)$/.exec(cidr) ?? [];
  if (base === undefined || Number(bits) > 32) return undefined;
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(parseIp(base) / size) * size;
  return { first, last: first + size - 1 };
}

export const parseIp = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

export const formatIp = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
