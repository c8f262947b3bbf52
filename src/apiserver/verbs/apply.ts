import { unsupportedMediaType } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { Updated } from './update.ts';

/** PATCH with application/apply-patch+yaml: server-side apply. */
export function applyPatch(_context: RequestContext): Updated {
  throw unsupportedMediaType(['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json']);
}
