import type { RequestContext } from '../context.ts';
import type { Operation } from './chain.ts';

/** True while a pod itself is made, not one of its subresources. */
export const isNewPod = ({ served, info }: RequestContext, operation: Operation): boolean =>
  operation === 'create' && served.resource === 'pods' && served.group === '' && info.subresource === '';

/** True for a request for a resource itself. */
export const isFor = ({ served, info }: RequestContext, resource: string, group = ''): boolean =>
  served.resource === resource && served.group === group && info.subresource === '';

/** True while resources of a running pod change. */
export const isResize = ({ served, info }: RequestContext, operation: Operation): boolean =>
  operation === 'update' && served.resource === 'pods' && served.group === '' && info.subresource === 'resize';
