import type { Pod } from '../../api/types.ts';
import { type FieldError, forbiddenField } from '../../apimachinery/field-error.ts';
import { quote } from '../../apimachinery/go-text.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import type { RequestContext } from '../context.ts';
import { semanticEqual } from '../objects.ts';
import { validatePod } from '../validation/pod.ts';
import { writePart } from './write-part.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** pods/ephemeralcontainers: what `kubectl debug` adds to a running pod. Only that list may change, and only grow. */
export const ephemeralContainers = (context: RequestContext): RestResponse => writePart<Pod>(context, { part: withList, validate });

/** A patch keeps no order: those that are there stay where they are. */
function withList({ spec: { ephemeralContainers: list = [] } }: Pod, old: Pod): Pod {
  const there = old.spec.ephemeralContainers ?? [];
  const kept = there.flatMap(({ name }) => list.filter((each) => each.name === name));
  const added = list.filter(({ name }) => !there.some((each) => each.name === name));
  return { ...old, spec: { ...old.spec, ephemeralContainers: [...kept, ...added] } };
}

/** ValidatePodEphemeralContainersUpdate; the differences themselves are not listed. */
function validate(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined) return [forbiddenField('', 'static pods do not support ephemeral containers')];
  const list = pod.spec.ephemeralContainers ?? [];
  const wrong = (old.spec.ephemeralContainers ?? []).flatMap((container) => {
    const now = list.find(({ name }) => name === container.name);
    if (now !== undefined && semanticEqual(container, now)) return [];
    const text = `existing ephemeral containers ${quote(container.name)} may not be ${now === undefined ? 'removed' : 'changed'}\n`;
    return [forbiddenField('spec.ephemeralContainers', text)];
  });
  return [...validatePod(pod), ...wrong];
}
