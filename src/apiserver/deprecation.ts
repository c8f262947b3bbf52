import { own } from '../sim/own.ts';
import { goingWarning } from './releases.ts';
import type { ServedResource } from './resource-table.ts';

/** Since which release, and what kubectl prints as `Warning: …` for APIs on their way out. */
const warnings: Readonly<Record<string, readonly [since: number, text: string]>> = {
  endpoints: [33, 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
  componentstatuses: [19, 'v1 ComponentStatus is deprecated in v1.19+'],
};

/** The deprecation warning of a resource in a release, if it has one. */
export function deprecationWarning({ group, version, resource, apiVersion, kind }: ServedResource, minor: number): string | undefined {
  const [since, text] = (group === '' && version === 'v1' && own(warnings, resource)) || [];
  return since !== undefined && minor >= since ? text : goingWarning(apiVersion, resource, kind, minor);
}
