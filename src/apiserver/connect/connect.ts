import { unknownPath } from '../../apimachinery/status.ts';
import type { RestRequest, RestResponse, UserInfo } from '../../interfaces/rest.ts';
import type { StreamSession } from '../../interfaces/streams.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Core } from '../context.ts';
import type { RequestInfo } from '../request-info.ts';

/** The subresources that stream. */
export function* connectResource(_core: Core, _request: RestRequest, _info: RequestInfo, _user: UserInfo): Routine<RestResponse | StreamSession> {
  throw unknownPath();
}
