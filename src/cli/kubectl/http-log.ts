/** Requests and answers as -v shows them: client-go transport/round_trippers.go and rest/request.go. */
import { sortedJson } from '../../apimachinery/json.ts';
import type { Process } from '../../linux/process.ts';
import { statusLine } from '../../linux/protocols.ts';
import { klog } from './klog.ts';

/** Milliseconds that a call is said to have taken. */
const took = 8;

type LoggedCall = {
  readonly process: Process;
  readonly verbosity: number;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  /** The connection is opened for it. */
  readonly first: boolean;
};

type Request = { readonly method: string; readonly path: string; readonly body?: unknown };

/** `content-type` → `Content-Type`. */
export const canonicalHeader = (name: string): string => name.replace(/(^|-)[a-z]/g, (part) => part.toUpperCase());

/** Where in kubectl a request comes from, as far as its method tells. */
const sources: Readonly<Record<string, string>> = { POST: 'helper.go:246', PATCH: 'helper.go:269', DELETE: 'helper.go:202', PUT: 'helper.go:296' };
const sourceOf = ({ method, path }: Request): string => sources[method] ?? (isList(path) ? 'helper.go:113' : 'helper.go:105');

/** Whether a path names a resource and no object of it. */
function isList(path: string): boolean {
  const parts = path.split('/').slice(path.startsWith('/apis/') ? 4 : 3);
  return (parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(2) : parts).length === 1;
}

/** Before the answer: nothing below -v=7. */
export function requestLines(call: LoggedCall, request: Request): string {
  const { process, verbosity, url, headers, first } = call;
  if (verbosity < 7) return '';
  const head = klog(process, 'I');
  const body = verbosity >= 8 ? `${head}${sourceOf(request)}] "Request Body" body=${bodyText(request.body, verbosity)}\n` : '';
  if (verbosity >= 9) {
    const words = headers.map(([name, value]) => ` -H "${name}: ${value}"`).join('');
    const dialled = first ? `${head}round_trippers.go:562] "HTTP Trace: Dial succeed" network="tcp" address="${hostOf(url)}"\n` : '';
    return `${body}${head}round_trippers.go:527] "Request" curlCommand=<\n\tcurl -v -X${request.method} ${words} '${url}'\n >\n${dialled}`;
  }
  const lines = headers.map(([name, value]) => `\t${name}: ${value}\n`).join('');
  return `${body}${head}round_trippers.go:527] "Request" verb="${request.method}" url="${url}" headers=<\n${lines} >\n`;
}

/** The answer: a line at -v=6, its headers and body from 8 on. */
export function responseLines(call: LoggedCall, request: Request, { status, body }: { readonly status: number; readonly body?: unknown }): string {
  const { process, verbosity, url, first } = call;
  const head = klog(process, 'I');
  const named = verbosity === 7 || verbosity === 8 ? '' : ` verb="${request.method}" url="${url}"`;
  const times = verbosity < 9 ? '' : first ? connectTimes : ' getConnectionMilliseconds=0 serverProcessingMilliseconds=7';
  const shown = verbosity < 8 ? '' : ` headers=<\n${answerHeaders(process, body)} >`;
  const line = `${head}round_trippers.go:632] "Response"${named} status="${statusLine(status)}"${shown} milliseconds=${took}${times}\n`;
  if (verbosity < 8 || body === undefined) return line;
  return `${line}${head}${sourceOf(request)}] "Response Body" body=${bodyText(body, verbosity)}\n`;
}

const connectTimes = ' dnsLookupMilliseconds=0 dialMilliseconds=0 tlsHandshakeMilliseconds=2 serverProcessingMilliseconds=5';
const hostOf = (url: string): string => /^[a-z]+:\/\/([^/]+)/.exec(url)?.[1] ?? url;

function answerHeaders(process: Process, body: unknown): string {
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(textOf(body))}`];
  const lines = ['Cache-Control: no-cache, private', ...length, 'Content-Type: application/json', `Date: ${new Date(process.now).toUTCString()}`];
  return lines.map((line) => `\t${line}\n`).join('');
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : `${sortedJson(body)}\n`);

/** Cut where the level says so, in quotes or, with line ends, as a block. */
function bodyText(body: unknown, verbosity: number): string {
  if (body === undefined) return '""';
  const whole = typeof body === 'string' ? body : textOf(body);
  const limit = verbosity >= 10 ? whole.length : verbosity === 9 ? 10_240 : 1_024;
  const cut = whole.length > limit ? `${whole.slice(0, limit)} [truncated ${whole.length - limit} chars]` : whole;
  return cut.includes('\n') ? `<\n${cut.replace(/\n$/, '').replace(/^/gm, '\t')}\n >` : JSON.stringify(cut);
}

/** What client-go says of its own settings at -v=1 and higher, and which file was read from 6 on. */
export function startLines(process: Process, verbosity: number, file: string | undefined): string {
  const head = klog(process, 'I');
  const loaded = verbosity >= 6 && file !== undefined ? `${head}loader.go:405] Config loaded from file:  ${file}\n` : '';
  return loaded + gates.map(([name, on]) => `${head}envvar.go:172] "Feature gate default state" feature="${name}" enabled=${on}\n`).join('');
}

/** Go lists them from a place of chance on. */
const gates: readonly (readonly [string, boolean])[] = [
  ['ClientsAllowCBOR', false],
  ['ClientsPreferCBOR', false],
  ['InOrderInformers', true],
  ['InOrderInformersBatchProcess', true],
  ['InformerResourceVersion', true],
  ['WatchListClient', true],
];
