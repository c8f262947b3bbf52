/** IP addresses, CIDRs, URLs and versions in CEL: apiserver/pkg/cel/library ip.go, cidr.go, urls.go, semver.go. Addresses are IPv4's. */

/** An address, or with a length a range of them. */
class IpValue {
  readonly bits: number;
  constructor(bits: number) {
    this.bits = bits;
  }
}
class CidrValue {
  readonly bits: number;
  readonly length: number;
  constructor(bits: number, length: number) {
    this.bits = bits;
    this.length = length;
  }
}
class UrlValue {
  readonly url: URL;
  constructor(url: URL) {
    this.url = url;
  }
}
class SemverValue {
  readonly parts: readonly [number, number, number];
  readonly pre: string;
  constructor(parts: readonly [number, number, number], pre: string) {
    this.parts = parts;
    this.pre = pre;
  }
}

/** What an argument must be and is not. */
export class ValueError extends Error {}

const parseIp = (text: string): number | undefined => {
  const parts = text.split('.').map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return parts.length === 4 && parts.every((part) => part < 256) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
};
const ipText = (bits: number): string => [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
const masked = (bits: number, length: number): number => Math.floor(bits / 2 ** (32 - length)) * 2 ** (32 - length);
const parseCidr = (text: string): CidrValue | undefined => {
  const [, address = '', length = ''] = /^([\d.]+)\/(\d|[12]\d|3[0-2])$/.exec(text) ?? [];
  const bits = parseIp(address);
  return bits === undefined ? undefined : new CidrValue(bits, Number(length));
};
const parseUrl = (text: string): URL | undefined => (/^[a-z][a-z0-9+.-]*:\/\/[^\s]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined);
const parseSemver = (text: string): SemverValue | undefined => {
  const [, major, minor, patch, pre = ''] = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text) ?? [];
  return major === undefined ? undefined : new SemverValue([Number(major), Number(minor), Number(patch)], pre);
};

function orRefuse<T>(value: T | undefined, why: string): T {
  if (value === undefined) throw new ValueError(why);
  return value;
}
const ip = (text: string): IpValue =>
  new IpValue(orRefuse(parseIp(text), `IP Address "${text}" parse error during conversion from string: unable to parse IP`));
const cidr = (text: string): CidrValue => orRefuse(parseCidr(text), 'network address parse error during conversion from string');
const contains = (range: CidrValue, bits: number): boolean => masked(range.bits, range.length) === masked(bits, range.length);
const within = (a: CidrValue, b: CidrValue): boolean => b.length >= a.length && contains(a, b.bits);
const inRange = (range: string, { bits }: IpValue): boolean => contains(cidr(range), bits);
const order = (a: SemverValue, b: SemverValue): number =>
  a.parts.map((part, i) => part - (b.parts[i] ?? 0)).find((each) => each !== 0) ??
  (a.pre === b.pre ? 0 : a.pre === '' ? 1 : b.pre === '' ? -1 : a.pre < b.pre ? -1 : 1);

const I = 'kubernetes.IP';
const C = 'kubernetes.CIDR';
const U = 'kubernetes.URL';
const S = 'kubernetes.Semver';

/** Names of types with the classes that stand for them. */
export const networkTypes = [
  [I, IpValue],
  [C, CidrValue],
  [U, UrlValue],
  [S, SemverValue],
] as const;

/** Signatures as the CEL library takes them, each with what it does. */
export const networkFunctions: readonly (readonly [signature: string, handler: (...values: never[]) => unknown])[] = [
  [`ip(string): ${I}`, ip],
  ['isIP(string): bool', (text: string) => parseIp(text) !== undefined || /^[0-9a-f:]*:[0-9a-f:]*$/i.test(text)],
  [`${I}.family(): int`, () => 4n],
  [`${I}.isUnspecified(): bool`, ({ bits }: IpValue) => bits === 0],
  [`${I}.isLoopback(): bool`, (value: IpValue) => inRange('127.0.0.0/8', value)],
  [`${I}.isLinkLocalUnicast(): bool`, (value: IpValue) => inRange('169.254.0.0/16', value)],
  [`${I}.isLinkLocalMulticast(): bool`, (value: IpValue) => inRange('224.0.0.0/24', value)],
  [
    `${I}.isGlobalUnicast(): bool`,
    (value: IpValue) => !['127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4'].some((range) => inRange(range, value)) && value.bits !== 0,
  ],
  [`string(${I}): string`, ({ bits }: IpValue) => ipText(bits)],
  [`cidr(string): ${C}`, cidr],
  ['isCIDR(string): bool', (text: string) => parseCidr(text) !== undefined],
  [`${C}.containsIP(string): bool`, (range: CidrValue, text: string) => contains(range, ip(text).bits)],
  [`${C}.containsIP(${I}): bool`, (range: CidrValue, { bits }: IpValue) => contains(range, bits)],
  [`${C}.containsCIDR(string): bool`, (range: CidrValue, text: string) => within(range, cidr(text))],
  [`${C}.containsCIDR(${C}): bool`, within],
  [`${C}.ip(): ${I}`, ({ bits }: CidrValue) => new IpValue(bits)],
  [`${C}.prefixLength(): int`, ({ length }: CidrValue) => BigInt(length)],
  [`${C}.masked(): ${C}`, ({ bits, length }: CidrValue) => new CidrValue(masked(bits, length), length)],
  [`string(${C}): string`, ({ bits, length }: CidrValue) => `${ipText(bits)}/${length}`],
  [
    `url(string): ${U}`,
    (text: string) => new UrlValue(orRefuse(parseUrl(text), `URL parse error during conversion from string: parse "${text}": invalid URI for request`)),
  ],
  ['isURL(string): bool', (text: string) => parseUrl(text) !== undefined || /^\/[^\s]*$/.test(text)],
  [`${U}.getScheme(): string`, ({ url }: UrlValue) => url.protocol.slice(0, -1)],
  [`${U}.getHost(): string`, ({ url }: UrlValue) => url.host],
  [`${U}.getHostname(): string`, ({ url }: UrlValue) => url.hostname],
  [`${U}.getPort(): string`, ({ url }: UrlValue) => url.port],
  [`${U}.getEscapedPath(): string`, ({ url }: UrlValue) => url.pathname],
  [`semver(string): ${S}`, (text: string) => orRefuse(parseSemver(text), `No Major.Minor.Patch elements found`)],
  ['isSemver(string): bool', (text: string) => parseSemver(text) !== undefined],
  [`${S}.major(): int`, ({ parts }: SemverValue) => BigInt(parts[0])],
  [`${S}.minor(): int`, ({ parts }: SemverValue) => BigInt(parts[1])],
  [`${S}.patch(): int`, ({ parts }: SemverValue) => BigInt(parts[2])],
  [`${S}.isGreaterThan(${S}): bool`, (a: SemverValue, b: SemverValue) => order(a, b) > 0],
  [`${S}.isLessThan(${S}): bool`, (a: SemverValue, b: SemverValue) => order(a, b) < 0],
  [`${S}.compareTo(${S}): int`, (a: SemverValue, b: SemverValue) => BigInt(Math.sign(order(a, b)))],
];
