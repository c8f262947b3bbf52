/** Containers and images by what a user types: names, ids, their beginnings (pkg/idutil). */

import type { ContainerdContainer, ContainerdImage, ContainerdTask } from '../../interfaces/containerd.ts';
import { ContainerdError, isMissing } from '../../interfaces/containerd.ts';
import { partsOf as contentParts, type ImageParts } from '../../interfaces/image-content.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Context, NerdctlError } from './context.ts';
import { labels } from './labels.ts';
import { wholeName } from './reference.ts';

/** `web`, or `k8s://NS/POD/CONTAINER` for what the CRI made. */
export function nameOf({ labels: own }: Pick<ContainerdContainer, 'labels'>): string {
  const name = own[labels.name];
  if (name !== undefined) return name;
  const namespace = own[labels.podNamespace];
  const pod = own[labels.podName];
  if (namespace === undefined || pod === undefined) return '';
  const container = own[labels.podContainer];
  return `k8s://${namespace}/${pod}${container === undefined ? '' : `/${container}`}`;
}

/** All that a request means. */
export const findContainers = (context: Context, request: string): ContainerdContainer[] => {
  const all = context.client().containers.list(context.namespace);
  const named = all.filter((each) => each.labels[labels.name] === request || each.id === request);
  if (named.length > 0) return named;
  return /^[0-9a-f]+$/.test(request) ? all.filter(({ id }) => id.startsWith(request)) : [];
};

const ambiguous = (request: string): NerdctlError => new NerdctlError(`multiple IDs found with provided prefix: ${request}`);

/** The one container; throws `no such container web` (exec, logs, port …). */
export function oneContainer(context: Context, request: string, missing = (name: string) => `no such container ${name}`): ContainerdContainer {
  const found = findContainers(context, request);
  if (found.length > 1) throw ambiguous(request);
  const [container] = found;
  if (!container) throw new NerdctlError(missing(request));
  return container;
}

/** containerwalker.WalkAll: does something with each, and ends with all errors in one. */
export function* eachContainer(context: Context, act: (container: ContainerdContainer, request: string) => Routine): Routine<number> {
  const errors: string[] = [];
  for (const request of context.args) {
    try {
      yield* act(
        oneContainer(context, request, (name) => `no such container: ${name}`),
        request,
      );
    } catch (error) {
      if (!(error instanceof NerdctlError) && !(error instanceof ContainerdError)) throw error;
      errors.push(error.message);
    }
  }
  if (errors.length > 0) throw new NerdctlError(`${errors.length} errors:\n${errors.join('\n')}`);
  return 0;
}

/** undefined for a container that was never started. */
export const taskOf = (context: Context, id: string): ContainerdTask | undefined => {
  try {
    return context.client().tasks.get(context.namespace, id);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Images by name, or by the beginning of their digest or of their configuration's. */
export function findImages(context: Context, request: string): ContainerdImage[] {
  const all = context.client().images.list(context.namespace);
  const whole = nameOrNone(request);
  const named = all.filter(({ name }) => name === whole || name === request);
  if (named.length > 0) return named;
  const hex = request.replace(/^sha256:/, '');
  if (!/^[0-9a-f]+$/.test(hex)) return [];
  return all.filter(
    (image) => image.target.digest.startsWith(`sha256:${hex}`) || (partsOf(context, image).manifest?.config.digest ?? '').startsWith(`sha256:${hex}`),
  );
}

function nameOrNone(request: string): string | undefined {
  try {
    return wholeName(request);
  } catch (error) {
    if (error instanceof NerdctlError) return undefined;
    throw error;
  }
}

/** Index, manifest and config behind an image; undefined for what is missing. */
export const partsOf = (context: Context, image: Pick<ContainerdImage, 'target'>): ImageParts =>
  contentParts(context.client().content, context.namespace, image.target.digest);
