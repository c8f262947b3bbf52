/** ADD of a URL (buildkit source/http, frontend/dockerfile/dockerfile2llb/convert_copy.go). */
import { createHash } from 'node:crypto';
import { GoHttpError, goRequest, header } from '../client/go-http.ts';
import { type ArchiveEntry, BuildError, type BuildWorker } from '../interfaces/buildkit.ts';
import { parseExecutable } from '../linux/file-node.ts';
import type { Routine } from '../sim/routine.ts';
import { encodeUtf8 } from '../sim/stream.ts';
import { hostOf } from './host.ts';

const isUrl = (source: string): boolean => /^https?:\/\//.test(source);
const isGit = (source: string): boolean => /^(git@|git:\/\/|ssh:\/\/)|\.git(#.*)?$/.test(source);

/** The files behind those sources that are URLs. Throws BuildError. */
export function* farSources(
  worker: BuildWorker,
  name: string,
  sources: readonly string[],
  checksum: string | undefined,
): Routine<ReadonlyMap<string, ArchiveEntry>> {
  if (checksum !== undefined && sources.length !== 1) throw new BuildError("checksum can't be specified for multiple sources");
  if (checksum !== undefined && !sources.some((each) => isUrl(each) || isGit(each))) throw new BuildError('checksum requires HTTP(S) or Git sources');
  const found = new Map<string, ArchiveEntry>();
  for (const source of sources) {
    const git = isGit(source);
    if (!git && !isUrl(source)) continue;
    if (name !== 'ADD') throw new BuildError(`source can't be a ${git ? 'git ref' : 'URL'} for COPY`);
    if (git) throw new BuildError('k8s-lab: ADD of a git repository is not simulated');
    found.set(source, yield* fetched(worker, source, checksum));
  }
  return found;
}

function* fetched(worker: BuildWorker, source: string, checksum: string | undefined): Routine<ArchiveEntry> {
  const body = yield* get(worker, source, 10);
  const digest = `sha256:${createHash('sha256').update(encodeUtf8(body)).digest('hex')}`;
  if (checksum !== undefined && checksum !== digest) throw new BuildError(`failed to load cache key: digest mismatch ${digest}: ${checksum}`);
  const path = /^https?:\/\/[^/?#]+\/(?:[^?#]*\/)?([^/?#]+)/.exec(source)?.[1] ?? '__unnamed__';
  const executable = parseExecutable(body);
  const file = { path, type: 'file' as const, mode: 0o600 };
  if (!executable) return { ...file, content: body };
  return { ...file, program: executable.program, ...(executable.size === undefined ? {} : { size: executable.size }) };
}

function* get(worker: BuildWorker, source: string, redirects: number): Routine<string> {
  const [, scheme = '', authority = '', path = ''] = /^(https?):\/\/([^/?#]+)([^#]*)/.exec(source) ?? [];
  try {
    const target = { scheme: scheme === 'http' ? ('http' as const) : ('https' as const), authority, path: path.startsWith('/') ? path : `/${path}` };
    const answer = yield* goRequest(hostOf(worker), target, { method: 'GET', headers: { 'User-Agent': 'buildkit/v0.29' } });
    const place = header(answer, 'location');
    if (answer.status >= 300 && answer.status < 400 && place !== undefined && redirects > 0)
      return yield* get(worker, place.startsWith('/') ? `${scheme}://${authority}${place}` : place, redirects - 1);
    if (answer.notSimulated) throw new BuildError(answer.body);
    if (answer.status >= 400) throw new BuildError(`failed to load cache key: invalid response status ${answer.status}`);
    return answer.body;
  } catch (error) {
    if (!(error instanceof GoHttpError)) throw error;
    throw new BuildError(`failed to load cache key: Get ${JSON.stringify(source)}: ${error.message}`);
  }
}
