import { unknownPath } from '../apimachinery/status.ts';
import type { RestRequest, RestResponse } from '../interfaces/rest.ts';
import { type Core, jsonResponse } from './context.ts';

/** Paths that are no resource: discovery, version, health. */
export function nonResource(core: Core, request: RestRequest): RestResponse {
  const path = request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
  if (path === '/version') return jsonResponse(200, core.options.version ?? defaultVersion);
  if (path === '/healthz' || path === '/livez' || path === '/readyz')
    return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'ok' };
  throw unknownPath();
}

const defaultVersion = Object.freeze({
  major: '1',
  minor: '35',
  emulationMajor: '1',
  emulationMinor: '35',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '34',
  gitVersion: 'v1.35.6',
  gitCommit: '2f6a1d9f5c7b7e8a4dd0f7a1f6e3b0c9a8d7e6f5',
  gitTreeState: 'clean',
  buildDate: '2026-06-09T18:23:16Z',
  goVersion: 'go1.25.9',
  compiler: 'gc',
  platform: 'linux/amd64',
});
