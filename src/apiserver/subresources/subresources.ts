import { badRequest, notFound } from '../../apimachinery/status.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import type { RequestContext } from '../context.ts';
import { keyOf } from '../resource-table.ts';
import { approval } from './approval.ts';
import { bind } from './binding.ts';
import { ephemeralContainers } from './ephemeral-containers.ts';
import { evict } from './eviction.ts';
import { finalize } from './finalize.ts';
import { resize } from './resize.ts';
import { scale } from './scale.ts';
import { createToken } from './token.ts';

type SubresourceHandler = (context: RequestContext) => RestResponse;

/** The pod is looked for before the way to it: upstream's ExecLocation and the like. */
const upgradeOnly: SubresourceHandler = ({ core, served, info }) => {
  if (core.storage.get(keyOf(served, info.namespace, info.name)) === undefined) throw notFound(served, info.name);
  throw badRequest('Upgrade request required');
};

/** Subresources that are more than a part of the object: `resource/subresource`, or `*` for any resource. */
export const subresources: Readonly<Record<string, SubresourceHandler>> = {
  'pods/attach': upgradeOnly,
  'pods/binding': bind,
  'pods/eviction': evict,
  'pods/ephemeralcontainers': ephemeralContainers,
  'pods/exec': upgradeOnly,
  'pods/portforward': upgradeOnly,
  'pods/resize': resize,
  'namespaces/finalize': finalize,
  'serviceaccounts/token': createToken,
  'certificatesigningrequests/approval': approval,
  '*/scale': scale,
};
