import type { core, Pod } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { parseTime } from '../../apimachinery/time.ts';
import type { Milliseconds } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import { nameOf, namespaceOf, uidOf } from '../pod.ts';
import { VolumeError } from './errors.ts';

type Token = { readonly text: string; readonly refreshAt: Milliseconds };
type TokenRequest = { readonly status?: { readonly token: string; readonly expirationTimestamp: string } };

const maxLifetime: Milliseconds = 24 * 3_600_000;

/** Tokens bound to pods, asked of the apiserver and renewed at 80 % of their life: kubernetes pkg/kubelet/token. */
export class ServiceAccountTokens {
  readonly #context: Context;
  /** By pod uid, then by audience and path. */
  readonly #tokens = new Map<string, Map<string, Token>>();

  constructor(context: Context) {
    this.#context = context;
  }

  get(pod: Pod, source: core.ServiceAccountTokenProjection): string {
    const { now, random } = this.#context.sim;
    let own = this.#tokens.get(uidOf(pod));
    if (!own) {
      own = new Map();
      this.#tokens.set(uidOf(pod), own);
    }
    const key = `${source.audience ?? ''}/${source.path}`;
    const known = own.get(key);
    if (known && known.refreshAt > now) return known.text;
    const account = pod.spec.serviceAccountName || 'default';
    const seconds = source.expirationSeconds ?? 3600;
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: nameOf(pod), uid: uidOf(pod) };
    const spec = { audiences: source.audience ? [source.audience] : [], expirationSeconds: seconds, boundObjectRef };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec };
    const path = `/api/v1/namespaces/${namespaceOf(pod)}/serviceaccounts/${account}/token`;
    try {
      const { status } = this.#context.client().send({ method: 'POST', path, body }).body as TokenRequest;
      if (!status) throw new VolumeError('failed to fetch token: the server gave no token');
      const life = Math.min(parseTime(status.expirationTimestamp) - now, maxLifetime);
      own.set(key, { text: status.token, refreshAt: now + life * 0.8 - random.between(0, 10_000) });
      return status.token;
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Forbidden')) throw error;
      throw new VolumeError(`failed to fetch token: ${error.message}`);
    }
  }

  /** When the first of a pod's tokens is to be renewed. */
  refreshAt(podUid: string): Milliseconds | undefined {
    const own = this.#tokens.get(podUid);
    return own && Math.min(...[...own.values()].map((token) => token.refreshAt));
  }

  forget(podUid: string): void {
    this.#tokens.delete(podUid);
  }
}
