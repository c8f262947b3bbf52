import type { ContainerSpec, Pod, Secret } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { type AuthConfig, CriError, type CriImage, type PodSandboxConfig } from '../../interfaces/cri.ts';
import type { Cause } from '../../sim/fiber.ts';
import { Condition, type Milliseconds, type Routine } from '../../sim/routine.ts';
import type { ConfigObjects } from '../config-objects.ts';
import type { Context } from '../context.ts';
import { namespaceOf, uidOf } from '../pod.ts';
import { Backoff } from './backoff.ts';
import { StartError } from './errors.ts';
import type { ContainerEvents } from './events.ts';

type Pull = {
  readonly image: string;
  readonly auth: AuthConfig | undefined;
  readonly sandbox: PodSandboxConfig;
  readonly done: Condition;
  readonly cause: Cause;
  result?: PullResult;
};
type PullResult = { readonly imageRef?: string; readonly error?: CriError; readonly took: Milliseconds };

const initialBackoff: Milliseconds = 10_000;
const maxBackoff: Milliseconds = 300_000;

/** Makes sure that an image is there: kubernetes pkg/kubelet/images/image_manager.go, with its one puller after the other. */
export class ImageManager {
  readonly #context: Context;
  readonly #objects: ConfigObjects;
  readonly #events: ContainerEvents;
  readonly #backoff: Backoff;
  readonly #lastError = new Map<string, string>();
  readonly #queue: Pull[] = [];
  #pulling = false;
  /** Counts the images pulled. */
  version = 0;

  constructor(context: Context, objects: ConfigObjects, events: ContainerEvents) {
    this.#context = context;
    this.#objects = objects;
    this.#events = events;
    this.#backoff = new Backoff(() => context.sim.now, initialBackoff, maxBackoff);
  }

  /** The image; throws StartError with why there is none. */
  *ensure(pod: Pod, container: ContainerSpec, sandbox: PodSandboxConfig): Routine<CriImage> {
    const image = withTag(container.image ?? '');
    if (image === undefined) {
      const message = `Failed to apply default image tag "${container.image}": couldn't parse image name "${container.image}": ${faultOf(container.image ?? '')}`;
      this.#events.warning(pod, container.name, 'InspectFailed', message);
      throw new StartError('InvalidImageName', message);
    }
    const present = this.#inspect(pod, container, image);
    const policy = container.imagePullPolicy ?? (image.endsWith(':latest') ? 'Always' : 'IfNotPresent');
    if (present && policy !== 'Always') {
      const may = this.#context.minor < 34 ? '' : ' and can be accessed by the pod';
      const text = `Container image "${container.image}" already present on machine${may}`;
      this.#events.normal(pod, container.name, 'Pulled', text);
      return present;
    }
    if (policy === 'Never') {
      const message = `Container image "${container.image}" is not present with pull policy of Never`;
      this.#events.warning(pod, container.name, 'ErrImageNeverPull', message);
      throw new StartError('ErrImageNeverPull', message);
    }
    return yield* this.#pullWithBackoff(pod, container, image, sandbox);
  }

  forget(pod: Pod): void {
    this.#backoff.forget(`${uidOf(pod)}_`);
  }

  #inspect(pod: Pod, container: ContainerSpec, image: string): CriImage | undefined {
    try {
      return this.#context.cri().image.imageStatus({ image }, false).image;
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      const message = `Failed to inspect image "${container.image}": ${error.message}`;
      this.#events.warning(pod, container.name, 'InspectFailed', message);
      throw new StartError('ImageInspectError', message);
    }
  }

  *#pullWithBackoff(pod: Pod, container: ContainerSpec, image: string, sandbox: PodSandboxConfig): Routine<CriImage> {
    const key = `${uidOf(pod)}_${container.image}`;
    if (this.#backoff.isInBackoff(key)) {
      const message = `Back-off pulling image "${container.image}"`;
      this.#events.normal(pod, container.name, 'BackOff', message);
      const last = this.#lastError.get(key);
      throw new StartError('ImagePullBackOff', last === undefined ? message : `${message}: ErrImagePull: ${last}`);
    }
    const began = this.#context.sim.now;
    this.#tellMissingSecrets(pod);
    this.#events.normal(pod, container.name, 'Pulling', `Pulling image "${container.image}"`);
    const result = yield* this.#pull({ image, auth: this.#auth(pod, image), sandbox, done: new Condition(), cause: this.#context.sim.cause });
    if (result.error) {
      this.#events.warning(pod, container.name, 'Failed', `Failed to pull image "${container.image}": ${result.error.message}`);
      this.#backoff.next(key, this.#context.sim.now);
      this.#lastError.set(key, result.error.message);
      throw new StartError('ErrImagePull', result.error.message);
    }
    const found = this.#inspect(pod, container, result.imageRef ?? image);
    const waited = this.#context.sim.now - began;
    const more = this.#context.minor < 27 ? '' : ` (${duration(waited)} including waiting). Image size: ${found?.size ?? 0} bytes.`;
    const text = `Successfully pulled image "${container.image}" in ${this.#context.minor < 27 ? goDuration(result.took) : duration(result.took)}${more}`;
    this.#events.normal(pod, container.name, 'Pulled', text);
    this.version++;
    this.#backoff.reset(key);
    this.#lastError.delete(key);
    if (!found) throw new StartError('ImageInspectError', `Failed to inspect image "${container.image}": image not found`);
    return found;
  }

  *#pull(pull: Pull): Routine<PullResult> {
    if (!this.#context.config.serializeImagePulls) return yield* this.#pullNow(pull);
    this.#queue.push(pull);
    if (!this.#pulling) {
      this.#pulling = true;
      this.#context.sim.go(this.#puller(), 'kubelet image puller');
    }
    while (!pull.result) yield { on: [pull.done] };
    return pull.result;
  }

  /** Runs while there is something to pull. */
  *#puller(): Routine {
    try {
      for (let pull = this.#queue.shift(); pull; pull = this.#queue.shift()) {
        this.#context.sim.cause = pull.cause;
        pull.result = yield* this.#pullNow(pull);
        pull.done.notify();
      }
    } finally {
      this.#pulling = false;
    }
  }

  *#pullNow(pull: Pull): Routine<PullResult> {
    const { sim, cri } = this.#context;
    const began = sim.now;
    try {
      const imageRef = yield* cri().image.pullImage({ image: pull.image }, pull.auth, pull.sandbox);
      return { imageRef, took: sim.now - began };
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      return { error, took: sim.now - began };
    }
  }

  /** The credentials for the image's registry among the pod's imagePullSecrets. */
  #auth(pod: Pod, image: string): AuthConfig | undefined {
    const registry = registryOf(image);
    for (const { name } of pod.spec.imagePullSecrets ?? []) {
      const secret = this.#secret(namespaceOf(pod), name ?? '');
      const found = secret && dockerConfig(secret)[registry];
      if (found) return { ...found, serverAddress: registry };
    }
    return undefined;
  }

  /** kubernetes pkg/kubelet/kubelet_pods.go getPullSecretsForPod. */
  #tellMissingSecrets(pod: Pod): void {
    const missing = (pod.spec.imagePullSecrets ?? []).flatMap(({ name }) => (name && !this.#secret(namespaceOf(pod), name) ? [name] : []));
    if (missing.length === 0) return;
    const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
    this.#events.podWarning(pod, 'FailedToRetrieveImagePullSecret', message);
  }

  #secret(namespace: string, name: string): Secret | undefined {
    try {
      return this.#objects.secret(namespace, name);
    } catch (error) {
      if (isReason(error, 'Forbidden')) return undefined;
      throw error;
    }
  }
}

/** The name with `:latest` when it has neither tag nor digest; undefined when it is not an image's name. */
function withTag(image: string): string | undefined {
  const match =
    /^((?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::[\w][\w.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,})?$/.exec(
      image,
    );
  if (!match) return undefined;
  return match[0] === match[1] ? `${image}:latest` : image;
}

/** What distribution/reference says of a name that is none. */
function faultOf(image: string): string {
  const lower = image.toLowerCase();
  if (lower === image || withTag(lower) === undefined) return 'invalid reference format';
  const repository = image.replace(/:[^/]*$/, '');
  return `invalid reference format: repository name (${repository.includes('/') ? repository : `library/${repository}`}) must be lowercase`;
}

function registryOf(image: string): string {
  const [first = '', second] = image.split('/');
  return second !== undefined && (first.includes('.') || first.includes(':') || first === 'localhost') ? first : 'docker.io';
}

type Auths = Readonly<Record<string, { username?: string; password?: string; auth?: string }>>;

/** The registries of a `kubernetes.io/dockerconfigjson` (or the older dockercfg) secret. */
function dockerConfig(secret: Secret): Auths {
  const text = secret.data?.['.dockerconfigjson'] ?? secret.data?.['.dockercfg'];
  if (text === undefined) return {};
  const parsed = JSON.parse(atob(text)) as { auths?: Auths } & Auths;
  const entries = Object.entries((secret.data?.['.dockerconfigjson'] === undefined ? parsed : parsed.auths) ?? {});
  return Object.fromEntries(
    entries.map(([server, auth]) => {
      const host = server.replace(/^https?:\/\//, '').split('/')[0] ?? server;
      return [host === 'index.docker.io' ? 'docker.io' : host, auth];
    }),
  );
}

/** Before 1.27 the time was not rounded: `1.234567891s`. */
const goDuration = (ms: Milliseconds): string => (ms < 1000 ? `${ms.toFixed(6)}ms` : `${(ms / 1000).toFixed(9)}s`);

/** Go's rounding to milliseconds. */
const duration = (ms: Milliseconds): string => (ms < 1000 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(3).replace(/\.?0+$/, '')}s`);
