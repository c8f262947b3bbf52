/** The check of a login (pkg/cmd/login). */

import { type Client, GoHttpError, goRequest, header } from '../../client/go-http.ts';
import { registryAddress } from '../../interfaces/image-name.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Credentials } from '../docker-config.ts';
import { type Context, NerdctlError } from './context.ts';

/** Asks the registry's /v2/ until it lets one in, or there is no sense in it. */
export function* checkLogin(context: Context, host: string, { username, password }: Credentials): Routine {
  const { process, flags } = context;
  const client: Client = { sim: process.sim, network: process.namespaces.network, files: process.fs };
  const authority = registryAddress(host);
  const open = flags.bool('insecure-registry') || /^(localhost|127\.)/.test(host);
  const headers = { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  const ask = (place: string, path: string, more: Readonly<Record<string, string>>): ReturnType<typeof goRequest> =>
    goRequest(client, { scheme: 'https', authority: place, path, fallback: open, skipVerify: open }, { method: 'GET', headers: more });
  let problem: string;
  try {
    const first = yield* ask(authority, '/v2/', {});
    const realm = /realm="https?:\/\/([^/"]+)([^"]*)"/.exec(header(first, 'www-authenticate') ?? '');
    const bearer = /^bearer/i.test(header(first, 'www-authenticate') ?? '');
    const last = first.status !== 401 ? first : bearer ? yield* ask(realm?.[1] ?? '', realm?.[2] ?? '/', headers) : yield* ask(authority, '/v2/', headers);
    if (last.status === 200) return;
    problem =
      last.status === 401
        ? bearer
          ? 'failed to call rh.Authorizer.AddResponses: failed to fetch oauth token: unexpected status: 401 Unauthorized'
          : 'too many 401 (probably)'
        : `unexpected status code ${last.status}`;
  } catch (error) {
    if (!(error instanceof GoHttpError)) throw error;
    problem = `failed to call rh.Client.Do: Get "https://${authority}/v2/": ${error.message}`;
  }
  yield* context.log('error', 'failed to call tryLoginWithRegHost', { error: problem, i: '0' });
  throw new NerdctlError(problem);
}
