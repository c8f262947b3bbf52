/** How kubectl ends when something went wrong: kubernetes kubectl/pkg/cmd/util/helpers.go. */
import { isReason, StatusError } from '../../apimachinery/status.ts';

/** Ends kubectl with a text on stderr as it stands; `error: ` goes in front unless told otherwise. */
export class KubectlError extends Error {
  readonly exitCode: number;
  readonly bare: boolean;
  /** What stands on stdout before the error. */
  readonly output: string;
  /** The command's help stands there. */
  readonly help: boolean;
  constructor(message: string, options: { readonly exitCode?: number; readonly bare?: boolean; readonly output?: string; readonly help?: boolean } = {}) {
    super(message);
    this.output = options.output ?? '';
    this.help = options.help ?? false;
    this.exitCode = options.exitCode ?? 1;
    this.bare = options.bare ?? false;
  }
}

/** A wrong call: says where help is. */
export const usageError = (path: string, message: string): KubectlError => new KubectlError(`${message}\nSee 'kubectl ${path} -h' for help and examples`);

/** What the lab does not do. */
export const notSimulated = (what: string): KubectlError => new KubectlError(`k8s-lab: ${what} is not simulated`, { exitCode: 70, bare: true });

/** Several errors, one a line, each as it would be printed alone. */
export class ErrorList extends Error {
  readonly errors: readonly unknown[];
  constructor(errors: readonly unknown[]) {
    super(errors.map((error) => (error instanceof Error ? error.message : String(error))).join(', '));
    this.errors = errors;
  }
}

/** No connection: what Go's http client says about a URL. */
export class ConnectionError extends Error {
  readonly url: string;
  readonly refused: boolean;
  /** `dial tcp 172.30.1.2:6443: connect: connection refused`. */
  readonly reason: string;
  constructor(method: string, url: string, cause: string, refused: boolean) {
    super(`${method === 'GET' ? 'Get' : method[0] + method.slice(1).toLowerCase()} "${url}": ${cause}`);
    this.url = url;
    this.reason = cause;
    this.refused = refused;
  }
}

/** An error whose message got a prefix on the way (`error when creating "x.yaml": …`), its reason kept. */
export function prefixed(error: unknown, prefix: string): unknown {
  if (error instanceof KubectlError) return new KubectlError(`${prefix}${error.message}`);
  return error instanceof StatusError ? new StatusError({ ...error.status, message: `${prefix}${error.message}` }) : error;
}

/** The text and exit status for whatever was thrown; undefined for what is no error of kubectl (a bug in the lab). */
export function describeError(error: unknown): { readonly text: string; readonly exitCode: number } | undefined {
  // Only an outermost list of one is its one error (helpers.go checkErr).
  if (error instanceof ErrorList && error.errors.length !== 1) return describeAll(error.errors);
  const [only] = error instanceof ErrorList ? error.errors : [error];
  return only instanceof ErrorList ? describeAll(only.errors) : describeOne(only);
}

function describeOne(error: unknown): { readonly text: string; readonly exitCode: number } | undefined {
  if (error instanceof KubectlError) {
    const bare = error.bare || error.message === '' || error.message.startsWith('error: ');
    return { text: bare ? error.message : `error: ${error.message}`, exitCode: error.exitCode };
  }
  if (isReason(error, 'Invalid')) return { text: invalidText(error), exitCode: 1 };
  const standard = standardText(error);
  return standard === undefined ? undefined : { text: standard, exitCode: 1 };
}

function describeAll(errors: readonly unknown[]): { readonly text: string; readonly exitCode: number } | undefined {
  const lines: string[] = [];
  for (const error of errors) {
    // One among several has no `error: ` in front.
    const described =
      error instanceof StatusError
        ? { text: standardText(error) ?? '' }
        : error instanceof KubectlError
          ? { text: error.message }
          : error instanceof ErrorList
            ? { text: describeAll(error.errors)?.text.replace(/\n$/, '') ?? '' }
            : describeOne(error);
    if (!described) return undefined;
    lines.push(described.text);
  }
  return { text: lines.map((line) => `${line}\n`).join(''), exitCode: 1 };
}

function standardText(error: unknown): string | undefined {
  if (error instanceof StatusError) {
    if (error.reason === 'Unauthorized') return `error: You must be logged in to the server (${error.message})`;
    return error.reason === '' ? `Error from server: ${error.message}` : `Error from server (${error.reason}): ${error.message}`;
  }
  if (!(error instanceof ConnectionError)) return undefined;
  if (error.refused) return `The connection to the server ${hostOf(error.url)} was refused - did you specify the right host or port?`;
  return `Unable to connect to the server: ${error.reason}`;
}

const hostOf = (url: string): string => /^[a-z]+:\/\/([^/]+)/.exec(url)?.[1] ?? url;

function invalidText({ status }: StatusError): string {
  const { details } = status;
  let text = 'The request is invalid';
  if (!details) return text;
  if (details.kind || details.name) text = `The ${details.kind ?? ''} "${details.name ?? ''}" is invalid`;
  else if (status.message && !details.causes?.length) text = `The request is invalid: ${status.message}`;
  const causes = [...new Set((details.causes ?? []).map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`))];
  if (causes.length === 0) return text;
  return causes.length === 1 ? `${text}: ${causes[0]}\n` : `${text}: \n${causes.map((cause) => `* ${cause}\n`).join('')}`;
}
