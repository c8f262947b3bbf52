/** One call of kubectl: its arguments, whom it talks to, and what it writes. */
import { DurationError, parseGoDuration } from '../../apimachinery/duration.ts';
import type { ApiResource } from '../../apimachinery/resources.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { Api } from './api.ts';
import { type Discovery, discover, discoverCached } from './discovery.ts';
import { cacheFolder } from './discovery-cache.ts';
import { KubectlError, usageError } from './errors.ts';
import { ownFlags } from './flag-table.ts';
import type { FlagValues, ParsedArguments } from './flags.ts';
import { klog } from './klog.ts';
import { type ClientConfig, clientConfig, kubeconfigPaths } from './kubeconfig.ts';

/** Output costs as much as a step of the engine for so many letters: see Sim.toil. */
const lettersPerStep = 250;

/** `client` sends no change, `server` sends it with dryRun=All. */
export type DryRun = 'none' | 'client' | 'server';

const serverFirst =
  /^(api-|apply$|auth (can-i|whoami)|autoscale|certificate|cluster-info|cordon|create(?! token)|diff|drain|explain|expose|proxy|replace|run|set env|top node|uncordon|version|wait)/;

/** `k` everywhere: made once a call, before the command's `run`. */
export class Kubectl {
  readonly process: Process;
  /** `create deployment`. */
  readonly path: string;
  readonly args: readonly string[];
  /** How many arguments stand before `--`; -1 without it. */
  readonly dash: number;
  readonly flags: FlagValues;
  /** What was wrong with parts of the input, to be said at the end. */
  readonly problems: KubectlError[] = [];
  #config: ClientConfig | undefined;
  #api: Api | undefined;
  #discovery: Discovery | undefined;

  readonly #userAgent: string | undefined;

  /** `userAgent`: of helm, which is built with the same libraries. */
  constructor(process: Process, path: string, parsed: ParsedArguments, userAgent?: string) {
    this.#userAgent = userAgent;
    this.process = process;
    this.path = path;
    this.args = parsed.args;
    this.dash = parsed.dash;
    this.flags = parsed.flags;
  }

  get now(): number {
    return this.process.now;
  }

  /** Whether the command makes its client before it asks for its namespace: clientcmd then words otherwise what is wrong with a kubeconfig. */
  get serverFirst(): boolean {
    return serverFirst.test(this.path) || (this.path === 'get' && this.flags.has('raw'));
  }

  get config(): ClientConfig {
    this.#config ??= clientConfig(this.process, this.flags.without(ownFlags(this.path)), this.serverFirst);
    return this.#config;
  }

  get namespace(): string {
    const { namespace } = this.config;
    if (/[/%]/.test(namespace))
      throw new KubectlError(`invalid namespace "${namespace}": [may not contain '${namespace.includes('/') ? '/' : '%'}']`, { bare: true });
    return namespace;
  }

  get api(): Api {
    this.#api ??= new Api({
      process: this.process,
      config: this.config,
      headers: impersonation(this.flags, this.config.userName),
      verbosity: this.flags.number('v'),
      kubeconfig: kubeconfigPaths(this.process, this.flags).paths.find((path) => this.process.fs.exists(path)),
      ...(this.#userAgent !== undefined && { userAgent: this.#userAgent }),
      timeout: requestTimeout(this.flags.text('request-timeout')),
    });
    return this.#api;
  }

  /** How many warnings came from the server. */
  get warnings(): number {
    return this.#api?.warnings ?? 0;
  }

  /** What the server serves. A cached answer without what is looked for is thrown away (client-go restmapper/discovery.go). */
  *discovery(has: (discovery: Discovery) => boolean = () => true): Routine<Discovery> {
    yield* this.api.start();
    this.#discovery ??= yield* discoverCached(this.process, this.#cacheFolder);
    if (this.#discovery && (!this.#discovery.stale || has(this.#discovery))) return this.#discovery;
    if (this.#discovery && this.flags.number('v') >= 5)
      yield* this.printError(`${klog(this.process, 'I')}discovery.go:214] Invalidating discovery information\n`);
    return yield* this.discoveryAnew();
  }

  /** The resource of a user's word, or undefined. */
  *findResource(word: string): Routine<ApiResource | undefined> {
    return (yield* this.discovery((known) => known.find(word) !== undefined)).find(word);
  }

  /** As `findResource`. Throws the error of the resource builder. */
  *resource(word: string): Routine<ApiResource> {
    return (yield* this.discovery((known) => known.find(word) !== undefined)).require(word);
  }

  /** The resource of a manifest's kind, or undefined. */
  *resourceOfKind(apiVersion: string, kind: string): Routine<ApiResource | undefined> {
    return (yield* this.discovery((known) => known.forKind(apiVersion, kind) !== undefined)).forKind(apiVersion, kind);
  }

  /** As `discovery`, whatever is cached. */
  *discoveryAnew(): Routine<Discovery> {
    this.#discovery = yield* discover(this.api, this.process, this.#cacheFolder);
    return this.#discovery;
  }

  get #cacheFolder(): string {
    return cacheFolder(this.process, this.flags.has('cache-dir') ? this.flags.text('cache-dir') : undefined, this.api.server);
  }

  *print(text: string): Routine {
    this.process.toil(text.length / lettersPerStep);
    yield* this.process.print(text);
  }

  *printError(text: string): Routine {
    yield* this.process.printError(text);
  }

  usage(message: string): KubectlError {
    return usageError(this.path, message);
  }

  /** --dry-run; throws for other words. */
  *dryRun(): Routine<DryRun> {
    const value = this.flags.text('dry-run') || 'none';
    if (value === 'unchanged') {
      yield* this.printError(`${klog(this.process, 'W')}helpers.go:719] --dry-run is deprecated and can be replaced with --dry-run=client.\n`);
      return 'client';
    }
    if (value === 'true' || value === 'false') {
      yield* this.printError(
        `${klog(this.process, 'W')}helpers.go:706] --dry-run=${value} is deprecated (boolean value) and can be replaced with --dry-run=${value === 'true' ? 'client' : 'none'}.\n`,
      );
      return value === 'true' ? 'client' : 'none';
    }
    if (value !== 'none' && value !== 'client' && value !== 'server')
      throw new KubectlError(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
    if (value === 'server' && this.flags.bool('local')) throw new KubectlError('cannot specify --local and --dry-run=server - did you mean --dry-run=client?');
    return value;
  }

  /** The one NAME that generators want. */
  requireName(): string {
    const count = this.dash >= 0 ? this.dash : this.args.length;
    if (count !== 1) throw this.usage(`exactly one NAME is required, got ${count}`);
    return this.args[0] as string;
  }
}

function requestTimeout(value: string): number {
  if (value === '' || value === '0') return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  try {
    return parseGoDuration(value);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new KubectlError(
      'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
    );
  }
}

function impersonation(flags: FlagValues, own: string): Record<string, string> {
  const user = flags.text('as');
  const groups = flags.list('as-group');
  const uid = flags.text('as-uid');
  if (user === '') {
    if (groups.length > 0 || uid !== '') throw new KubectlError(`requesting uid, groups or user-extra for ${own} without impersonating a user`);
    return {};
  }
  return { 'impersonate-user': user, ...(groups.length > 0 && { 'impersonate-group': groups.join(',') }), ...(uid !== '' && { 'impersonate-uid': uid }) };
}

/** As `pathOf`, of one object. Throws what client-go says of a name that is missing: its path would be the collection's. */
export function objectPath(resource: ApiResource, namespace: string, name: string, subresource = ''): string {
  if (name === '') throw new KubectlError('resource name may not be empty');
  return pathOf(resource, namespace, name, subresource);
}

/** `/api/v1/namespaces/default/pods/web/log`; an empty namespace means all, or none for cluster-scoped resources. */
export function pathOf(resource: ApiResource, namespace: string, name = '', subresource = ''): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace !== '' ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${resource.resource}${name === '' ? '' : `/${name}`}${subresource === '' ? '' : `/${subresource}`}`;
}
