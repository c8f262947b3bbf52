/** agnhost webhook: the server of Kubernetes' own tests of admission webhooks (test/images/agnhost/webhook). */

import type { Program } from '../../linux/program.ts';
import { type HttpRequest, type HttpResponse, type HttpServer, httpProtocol } from '../../linux/protocols.ts';
import { flag, listenWith, log, textResponse, waitForSignal } from './service.ts';

type Container = { readonly name?: string };
type Reviewed = {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly containers?: readonly Container[]; readonly initContainers?: readonly Container[] };
  readonly data?: Readonly<Record<string, string>>;
};
type Review = { readonly apiVersion?: string; readonly request?: { readonly uid?: string; readonly operation?: string; readonly object?: Reviewed | null } };
type Answer = { readonly allowed: boolean; readonly message?: string; readonly patch?: readonly object[] };
type Handler = (object: Reviewed) => Answer;

const deny = (message: string): Answer => ({ allowed: false, message });

const handlers: Readonly<Record<string, Handler>> = {
  '/always-allow-delay-5s': () => ({ allowed: true }),
  '/always-deny': () => deny('this webhook denies all requests'),
  '/add-label': ({ metadata }) => {
    const labels = metadata?.labels;
    if (labels?.['added-label'] === 'yes') return { allowed: true };
    const patch = labels
      ? { op: 'add', path: '/metadata/labels/added-label', value: 'yes' }
      : { op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } };
    return { allowed: true, patch: [patch] };
  },
  '/pods': ({ metadata, spec }) => {
    const unwantedLabel = metadata?.labels?.['webhook-e2e-test'] === 'webhook-disallow';
    const unwantedName = spec?.containers?.some(({ name }) => name?.includes('webhook-disallow')) ?? false;
    if (!unwantedLabel && !unwantedName) return { allowed: true };
    return deny(`${unwantedLabel ? 'the pod contains unwanted label; ' : ''}${unwantedName ? 'the pod contains unwanted container name; ' : ''}`.trim());
  },
  '/mutating-pods': ({ metadata, spec }) => {
    if (metadata?.name !== 'webhook-to-be-mutated' || spec?.initContainers?.length) return { allowed: true };
    const init = { image: 'webhook-added-image', name: 'webhook-added-init-container', resources: {} };
    return { allowed: true, patch: [{ op: 'add', path: '/spec/initContainers', value: [init] }] };
  },
  '/configmaps': ({ data }) => (data?.['webhook-e2e-test'] === 'webhook-disallow' ? deny('the configmap contains unwanted key and value') : { allowed: true }),
  '/mutating-configmaps': ({ data }) =>
    data?.['mutation-start'] === 'yes' ? { allowed: true, patch: [{ op: 'add', path: '/data/mutation-stage-1', value: 'yes' }] } : { allowed: true },
};

function answer({ path, body }: HttpRequest): HttpResponse {
  const [route = '/'] = path.split('?');
  if (route === '/readyz') return textResponse(200, 'ok');
  const handler = handlers[route];
  if (!handler) return textResponse(404, '404 page not found\n');
  let review: Review;
  try {
    review = JSON.parse(body) as Review;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return textResponse(400, 'Request could not be decoded');
  }
  const { allowed, message, patch } = handler(review.request?.object ?? {});
  const response = {
    uid: review.request?.uid ?? '',
    allowed,
    ...(message && { status: { metadata: {}, message } }),
    ...(patch && { patch: Buffer.from(JSON.stringify(patch)).toString('base64'), patchType: 'JSONPatch' }),
  };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'AdmissionReview', apiVersion: review.apiVersion ?? 'admission.k8s.io/v1', response }),
  };
}

const server: HttpServer = {
  tls: true,
  *handle(request) {
    // It takes its five seconds: longer than anybody waits who set a shorter time.
    if (request.path.startsWith('/always-allow-delay-5s')) yield { timeout: 5_000 };
    return answer(request);
  },
};

export const webhook: Program = function* (argv, process) {
  for (const name of ['tls-cert-file', 'tls-private-key-file']) {
    const path = flag(argv, name);
    if (path !== undefined && process.fs.exists(path)) continue;
    yield* log(process, `F ${path === undefined ? `open : no such file or directory` : `open ${path}: no such file or directory`}`, 2);
    return 255;
  }
  const listener = listenWith(process, Number(flag(argv, 'port') ?? 443), httpProtocol, server);
  try {
    yield* waitForSignal(process);
    return 0;
  } finally {
    listener.close();
  }
};
