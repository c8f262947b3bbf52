import { unsupportedMediaType } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { Updated } from './update.ts';

/** PATCH: kubernetes apiserver/pkg/endpoints/handlers/patch.go. */
export function patch(_context: RequestContext): Updated {
  throw unsupportedMediaType([]);
}
