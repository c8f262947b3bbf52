/** Name rules with a short way for what is plainly right; what is not goes to the full rules and their texts. */
import { validateLabelValue as labelValue, validateDnsSubdomain as subdomain, validateQualifiedName } from '../../apimachinery/names.ts';

export { validateDns1035, validateDnsLabel } from '../../apimachinery/names.ts';

/** A name as most objects have it: RFC 1123 subdomain. */
export const validateDnsSubdomain = (name: string): string[] => (simpleName.test(name) ? [] : subdomain(name));
/** A label's or an annotation's key. */
export const validateLabelKey = (key: string): string[] => (simpleKey.test(key) ? [] : validateQualifiedName(key));
/** A label's value. */
export const validateLabelValue = (value: string): string[] => (value === '' || simpleValue.test(value) ? [] : labelValue(value));

const simpleName = /^[a-z0-9](?:[-a-z0-9]{0,60}[a-z0-9])?$/;
const simpleKey = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,60}[A-Za-z0-9])?$/;
const simpleValue = simpleKey;
