/** nerdctl search (pkg/cmd/search). */
import { GoHttpError, goRequest } from '../../../client/go-http.ts';
import { readCredentials } from '../../docker-config.ts';
import { tabwriter } from '../../tabwriter.ts';
import { bool, int, type NerdctlCommand, NerdctlError, needArgs, slice, text } from '../context.ts';
import { rendered } from '../output.ts';

type SearchResult = { readonly name: string; readonly description: string; readonly star_count: number; readonly is_official: boolean };

const truths: Readonly<Record<string, boolean>> = Object.fromEntries(
  ['1 t T TRUE true True', '0 f F FALSE false False'].flatMap((words, i) => words.split(' ').map((word) => [word, i === 0])),
);

function kept(filters: readonly string[]): (row: SearchResult) => boolean {
  const tests = filters.map((each): ((row: SearchResult) => boolean) => {
    if (!each.includes('=')) throw new NerdctlError('bad format of filter (expected name=value)');
    const key = each.slice(0, each.indexOf('='));
    const value = each.slice(key.length + 1);
    const wrong = new NerdctlError(`invalid filter '${key === 'stars' || key === 'is-official' ? each : key}'`);
    if (key === 'stars' && /^[+-]?\d+$/.test(value)) return (row) => row.star_count >= Number(value);
    const official = key === 'is-official' ? truths[value] : undefined;
    if (official === undefined) throw wrong;
    return (row) => row.is_official === official;
  });
  return (row) => tests.every((test) => test(row));
}

/** `quay.io/nginx` is asked of quay.io, all else of Docker Hub. */
function asked(term: string): readonly [host: string, term: string] {
  const [first = '', ...rest] = term.split('/');
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) return [first, rest.join('/')];
  return ['docker.io', term.replace(/^library\/(?=[^/]*(\/|$))/, '')];
}

const shown = (description: string, whole: boolean): string => (whole || description.length <= 45 ? description : `${description.slice(0, 44)}…`);

export const search: NerdctlCommand = {
  name: 'search',
  short: 'Search registry for images',
  usage: '[OPTIONS] TERM',
  flags: [
    slice('filter,f', 'Filter output based on conditions provided'),
    text('format', 'Pretty-print search using a Go template'),
    int('limit', 'Max number of search results'),
    bool('no-trunc', "Don't truncate output"),
  ],
  run: function* (context) {
    needArgs(context, 1, 1);
    const { flags, process } = context;
    const wanted = kept(flags.list('filter'));
    const [host, term] = asked(context.args[0] ?? '');
    const lax = context.global.bool('insecure-registry');
    if (lax) yield* context.log('warning', `skipping verifying HTTPS certs for ${JSON.stringify(host)}`);
    const authority = host === 'docker.io' ? 'index.docker.io' : host;
    const path = `/v1/search?q=${encodeURIComponent(term)}`;
    const known = readCredentials(process, host);
    const headers: Record<string, string> = known ? { Authorization: `Basic ${Buffer.from(`${known.username}:${known.password}`).toString('base64')}` } : {};
    const scheme = /^(localhost|127\.)/.test(host) ? 'http' : 'https';
    const target = { scheme, authority, path, skipVerify: lax } as const;
    try {
      const answer = yield* goRequest({ sim: process.sim, network: process.namespaces.network, files: process.fs }, target, { method: 'GET', headers });
      if (answer.status !== 200) throw new NerdctlError(`search failed with status ${answer.status}: ${answer.body}`);
      const { results } = JSON.parse(answer.body) as { readonly results: readonly SearchResult[] };
      const rows = results
        .filter(wanted)
        .slice(0, flags.number('limit') || undefined)
        .map((row) => ({ ...row, description: shown(row.description, flags.bool('no-trunc')) }));
      yield* context.print(flags.text('format') === '' ? table(rows) : rendered(context, flags.text('format'), rows.map(fields)));
      return 0;
    } catch (error) {
      if (!(error instanceof GoHttpError)) throw error;
      throw new NerdctlError(`Get "${scheme}://${authority}${path}": ${error.message}`);
    }
  },
};

const fields = (row: SearchResult): Readonly<Record<string, unknown>> => ({
  Name: row.name,
  Description: row.description,
  StarCount: row.star_count,
  IsOfficial: row.is_official,
});

const table = (rows: readonly SearchResult[]): string =>
  tabwriter(
    [
      ['NAME', 'DESCRIPTION', 'STARS', 'OFFICIAL'],
      ...rows.map((row) => [row.name, row.description.replace(/[\n\t]/g, ' '), String(row.star_count), row.is_official ? '[OK]' : '']),
    ],
    { minimum: 20, padding: 3 },
  );
