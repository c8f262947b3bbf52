/** `--record`: the command line as an annotation (kubernetes cli-runtime pkg/genericclioptions/record_flags.go). */
import { type Obj, obj } from './json.ts';
import type { Kubectl } from './kubectl.ts';

const annotation = 'kubernetes.io/change-cause';

/** The object with the command that changes it; the object itself without the flag. */
export function recorded(k: Kubectl, object: Obj): Obj {
  if (!k.flags.bool('record')) return object;
  const metadata = obj(object['metadata']);
  return { ...object, metadata: { ...metadata, annotations: { ...obj(metadata['annotations']), [annotation]: changeCause(k) } } };
}

/** `kubectl set image deploy/web nginx=nginx:1.28 --record=true`. */
const changeCause = (k: Kubectl): string => `kubectl ${k.path}${k.args.map((arg) => ` ${arg}`).join('')}${k.flags.line}`;
