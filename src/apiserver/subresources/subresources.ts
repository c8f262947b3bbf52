import type { RestResponse } from '../../interfaces/rest.ts';
import type { RequestContext } from '../context.ts';

export type SubresourceHandler = (context: RequestContext) => RestResponse;

/** Subresources that are more than a part of the object: `resource/subresource`, or `*` for any resource. */
export const subresources: Readonly<Record<string, SubresourceHandler>> = {};
