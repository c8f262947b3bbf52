/** One object by its name: kubernetes cli-runtime/pkg/resource/visitor.go Info.Get. */
import { typeOf } from '../../api/schema.ts';
import { type ApiResource, formatGroupVersion } from '../../apimachinery/resources.ts';
import { isReason, StatusError } from '../../apimachinery/status.ts';
import { isConnectPath } from '../../interfaces/rest.ts';
import { isSession } from '../../interfaces/streams.ts';
import type { Routine } from '../../sim/routine.ts';
import { ErrorList, KubectlError } from './errors.ts';
import { at, type Obj, obj, objs, text } from './json.ts';
import { type Kubectl, objectPath } from './kubectl.ts';

type How = { readonly subresource?: string; readonly query?: Readonly<Record<string, string>>; readonly accept?: string };

/** What is not there may be so because its namespace is not: then that is what is said. */
export function* getObject(k: Kubectl, resource: ApiResource, namespace: string, name: string, { subresource = '', ...more }: How = {}): Routine<Obj> {
  const path = objectPath(resource, namespace, name, subresource);
  try {
    if (isConnectPath(path)) {
      const answer = yield* k.api.connect({ method: 'GET', path });
      if (isSession(answer)) answer.close();
      throw new KubectlError("serializer for text/plain doesn't exist");
    }
    const object = obj(yield* k.api.request({ method: 'GET', path, ...more }));
    mustBeTyped(k, resource);
    return object;
  } catch (error) {
    if (isReason(error, 'NotFound') && resource.namespaced && namespace !== '' && namespace !== 'default') {
      try {
        yield* k.api.request({ method: 'GET', path: `/api/v1/namespaces/${namespace}` });
      } catch (other) {
        if (isReason(other, 'NotFound')) throw other;
      }
    }
    throw error;
  }
}

/** One object as its list has it, and what to watch it with from then on: its own version may be too old for that. */
export function* listedOne(
  k: Kubectl,
  path: string,
  name: string,
): Routine<{ readonly object: Obj | undefined; readonly query: Readonly<Record<string, string>> }> {
  const query = { fieldSelector: `metadata.name=${name}` };
  const list = obj(yield* k.api.request({ method: 'GET', path, query }));
  return { object: objs(list['items'])[0], query: { ...query, resourceVersion: text(at(list, 'metadata.resourceVersion')) } };
}

/** Where Go's decoder of each command's own types was made; the others take any object. */
const schemes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['rollout', 'set', 'logs', 'exec', 'attach', 'debug', 'expose', 'create job'].map((word) => [word, 'pkg/scheme/scheme.go:28'])),
  'port-forward': 'k8s.io/client-go/kubernetes/scheme/register.go:84',
};

/** Commands that work with Go's own types know no custom resources. */
export function mustBeTyped(k: Kubectl, resource: ApiResource, source?: string): void {
  const scheme = schemes[k.path] ?? schemes[k.path.split(' ')[0] ?? ''];
  const version = formatGroupVersion(resource);
  if (scheme !== undefined && !typeOf(version, resource.kind))
    throw new KubectlError(
      `${source === undefined ? '' : `unable to decode "${source}": `}no kind "${resource.kind}" is registered for version "${version}" in scheme "${scheme}"`,
    );
}

/** Does it for each: what goes wrong with one does not keep the others from it. Throws all of `errors` and what went wrong. */
export function* forEach<T>(all: { readonly infos: readonly T[]; readonly errors: readonly unknown[] }, act: (info: T) => Routine): Routine {
  const failures = [...all.errors];
  for (const info of all.infos) {
    try {
      yield* act(info);
    } catch (error) {
      if (!(error instanceof StatusError) && !(error instanceof KubectlError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new ErrorList(failures);
}
