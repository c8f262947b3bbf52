import type { ServedResource } from './resource-table.ts';

/** What kubectl prints as `Warning: …` for APIs on their way out. */
const warnings: Readonly<Record<string, string>> = {
  '/v1/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  '/v1/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
};

/** The deprecation warning of a resource, if it has one. */
export const deprecationWarning = ({ group, version, resource }: ServedResource): string | undefined => warnings[`${group}/${version}/${resource}`];
