/** Names: how they are made, hashed and checked. Texts are those of kubernetes apimachinery/pkg/util/validation. */

import { encodeUtf8 } from '../sim/stream.ts';

/** Kubernetes leaves out vowels and look-alike characters, so that a suffix never spells a word (apimachinery/pkg/util/rand). */
const podSuffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** What `generateName` and the pods of a ReplicaSet end with. */
export const randomSuffix = (random: { text(alphabet: string, length: number): string }, length = 5): string => random.text(podSuffixAlphabet, length);

/** names.SimpleNameGenerator: the base is cut so that base and suffix fit in 63 characters. */
export const generateName = (base: string, random: { text(alphabet: string, length: number): string }): string => `${base.slice(0, 58)}${randomSuffix(random)}`;

/** rand.SafeEncodeString: digits to the safe alphabet. */
export function safeEncodeString(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) out += podSuffixAlphabet[text.charCodeAt(i) % podSuffixAlphabet.length];
  return out;
}

/** FNV-1a, 32 bits, over the UTF-8 bytes. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encodeUtf8(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** A value as text in which the order of keys does not matter: what object hashes are made over. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

/** The `pod-template-hash` and `controller-revision-hash`: pkg/controller ComputeHash, over our own canonical text. */
export const hashObject = (value: unknown, collisionCount?: number): string =>
  safeEncodeString(String(fnv32a(canonicalJson(value) + (collisionCount === undefined ? '' : `#${collisionCount}`))));

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';

type Rule = { readonly pattern: RegExp; readonly message: string; readonly max: number };

const rule = (source: string, message: string, max: number, ...examples: readonly string[]): Rule => ({
  pattern: new RegExp(`^(?:${source})$`),
  message: regexText(message, source, examples),
  max,
});

const regexText = (message: string, source: string, examples: readonly string[]): string =>
  `${message} (e.g. ${examples.map((example) => `'${example}'`).join(',  or ')}, regex used for validation is '${source}')`;

const rules = {
  dnsLabel: rule(
    label,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    63,
    'my-name',
    '123-abc',
  ),
  dnsSubdomain: rule(
    subdomain,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    253,
    'example.com',
  ),
  dns1035: rule(
    '[a-z]([-a-z0-9]*[a-z0-9])?',
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    63,
    'my-name',
    'abc-123',
  ),
  configMapKey: rule('[-._a-zA-Z0-9]+', "a valid config key must consist of alphanumeric characters, '-', '_' or '.'", 253, 'key.name', 'KEY_NAME', 'key-name'),
  envVarName: rule(
    '[-._a-zA-Z][-._a-zA-Z0-9]*',
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
    Number.POSITIVE_INFINITY,
    'my.env-name',
    'MY_ENV.NAME',
    'MyEnvName1',
  ),
  wildcard: rule(
    `\\*\\.${subdomain}`,
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    253,
    '*.example.com',
  ),
  percent: rule('[0-9]+%', "a valid percent string must be a numeric string followed by an ending '%'", Number.POSITIVE_INFINITY, '1%', '93%'),
  httpHeaderName: rule('[-A-Za-z0-9]+', "a valid HTTP header must consist of alphanumeric characters or '-'", Number.POSITIVE_INFINITY, 'X-Header-Name'),
  labelValue: rule(
    '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    63,
    'MyValue',
    'my_value',
    '12345',
  ),
  qualifiedName: rule(
    '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    63,
    'MyName',
    'my.name',
    '123-abc',
  ),
} satisfies Record<string, Rule>;

/** validation.MaxLenError. */
const maxLengthText = (max: number): string => `must be no more than ${max} bytes`;

/** validation.InclusiveRangeError. */
export const rangeText = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

function check({ pattern, message, max }: Rule, value: string): string[] {
  const errors: string[] = [];
  if (value.length > max) errors.push(maxLengthText(max));
  if (!pattern.test(value)) errors.push(message);
  return errors;
}

/** Names of namespaces, containers, ports of services …: [] when the name is good, else what is wrong. */
export const validateDnsLabel = (value: string): string[] => check(rules.dnsLabel, value);
/** Names of most objects. */
export const validateDnsSubdomain = (value: string): string[] => check(rules.dnsSubdomain, value);
/** Names of Services until 1.34, of fields that become environment variables. */
export const validateDns1035 = (value: string): string[] => check(rules.dns1035, value);

/** Values of labels. */
export const validateLabelValue = (value: string): string[] => check(rules.labelValue, value);
/** Names of environment variables, by the rule that kubectl applies. */
export const validateEnvVarName = (value: string): string[] => check(rules.envVarName, value);

/** Names of environment variables in a pod: nearly anything that can be printed (validation.IsRelaxedEnvVarName). */
export const validateRelaxedEnvVarName = (value: string): string[] =>
  /^[ -<>-~]+$/.test(value) ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
/** Hosts of an Ingress that begin with a star. */
export const validateWildcard = (value: string): string[] => check(rules.wildcard, value);
/** `25%` */
export const validatePercent = (value: string): string[] => check(rules.percent, value);
/** Names of headers that a probe sends. */
export const validateHttpHeaderName = (value: string): string[] => check(rules.httpHeaderName, value);

const isIpv4 = (text: string): boolean => /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
const isIpv6 = (text: string): boolean => text.includes(':') && /^[0-9a-fA-F:]+(?:\d{1,3}(?:\.\d{1,3}){3})?$/.test(text) && text.split('::').length <= 2;
/** An IPv4 or IPv6 address. */
export const isIp = (text: string): boolean => isIpv4(text) || isIpv6(text);
/** Addresses (validation.IsValidIP). */
export const validateIp = (text: string): string[] => (isIp(text) ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']);
/** Ranges of addresses (validation.IsValidCIDR). */
export function validateCidr(text: string): string[] {
  const [address = '', bits = '', ...more] = text.split('/');
  const good = more.length === 0 && /^\d{1,3}$/.test(bits) && (isIpv4(address) ? Number(bits) <= 32 : isIpv6(address) && Number(bits) <= 128);
  return good ? [] : ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
}

/** Keys of ConfigMaps and Secrets. */
export function validateConfigMapKey(value: string): string[] {
  const errors = check(rules.configMapKey, value);
  if (value === '.') errors.push("must not be '.'");
  else if (value === '..') errors.push("must not be '..'");
  else if (value.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

/** Keys of labels, annotations and resources: `name` or `example.com/name`. */
export function validateQualifiedName(value: string): string[] {
  const parts = value.split('/');
  const errors: string[] = [];
  if (parts.length > 2) {
    const message = `a valid label key ${rules.qualifiedName.message} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
    return [message];
  }
  const name = parts[parts.length - 1] ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix === '') errors.push('prefix part must be non-empty');
  else if (prefix !== undefined) errors.push(...validateDnsSubdomain(prefix).map((text) => `prefix part ${text}`));
  if (name === '') errors.push('name part must be non-empty');
  errors.push(...check(rules.qualifiedName, name).map((text) => `name part ${text}`));
  return errors;
}

/** Names of container ports: validation.IsValidPortName. */
export function validatePortName(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 15) errors.push(maxLengthText(15));
  if (!/^[-a-z0-9]+$/.test(value)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (/^-|-$/.test(value)) errors.push('must not begin or end with a hyphen');
  return errors;
}

/** Numbers of ports. */
export const validatePortNumber = (port: number): string[] => (port >= 1 && port <= 65535 ? [] : [rangeText(1, 65535)]);
