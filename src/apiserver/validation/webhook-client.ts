/** Where webhooks are called (kubernetes apiserver/pkg/util/webhook/validation.go). */
import { invalidValue, required } from '../../apimachinery/field-error.ts';
import { validateDnsSubdomain, validatePortNumber } from '../../apimachinery/names.ts';
import type { Errors } from './report.ts';

/** clientConfig of a webhook. */
export type WebhookClient = {
  readonly url?: string;
  readonly service?: { readonly namespace?: string; readonly name?: string; readonly path?: string; readonly port?: number };
};

/** One of url and service, and that one right. */
export function checkWebhookClient(errors: Errors, path: string, client: WebhookClient | undefined): void {
  const { url, service } = client ?? {};
  if ((url === undefined) === (service === undefined)) errors.push(required(path, 'exactly one of url or service is required'));
  else if (url !== undefined) checkUrl(errors, `${path}.url`, url);
  else if (service) checkService(errors, `${path}.service`, service);
}

const form = '; desired format: https://host[/path]';

function checkUrl(errors: Errors, path: string, url: string): void {
  const [, scheme = '', host = '', query, fragment] = /^(?:([a-zA-Z][-+.a-zA-Z0-9]*):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/.exec(url) ?? [];
  const [user, server] = host.includes('@') ? host.split('@') : [undefined, host];
  if (scheme.toLowerCase() !== 'https') errors.push(invalidValue(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${form}`));
  if (!server) errors.push(invalidValue(path, '', `host must be provided${form}`));
  if (user !== undefined) errors.push(invalidValue(path, user, 'user information is not permitted in the URL'));
  if (fragment) errors.push(invalidValue(path, fragment, 'fragments are not permitted in the URL'));
  if (query) errors.push(invalidValue(path, query, 'query parameters are not permitted in the URL'));
}

/** Upstream hands namespace and name over in the wrong order, so that each is missed under the other's name. */
function checkService(errors: Errors, path: string, { namespace, name, path: url = '', port = 443 }: NonNullable<WebhookClient['service']>): void {
  if (!namespace) errors.push(required(`${path}.name`, 'service name is required'));
  if (!name) errors.push(required(`${path}.namespace`, 'service namespace is required'));
  const wrong = validatePortNumber(port);
  if (wrong.length > 0) errors.push(invalidValue(`${path}.port`, port, `port is not valid: ${wrong.join(', ')}`));
  if (url === '' || url === '/') return;
  const at = `${path}.path`;
  if (url === '//') {
    errors.push(invalidValue(at, url, 'segment[0] may not be empty'));
    return;
  }
  if (!url.startsWith('/')) errors.push(invalidValue(at, url, "must start with a '/'"));
  for (const [i, step] of url.slice(1).replace(/\/$/, '').split('/').entries()) {
    const texts = step === '' ? [`segment[${i}] may not be empty`] : validateDnsSubdomain(step).map((text) => `segment[${i}]: ${text}`);
    for (const text of texts) errors.push(invalidValue(at, url, text));
  }
}
