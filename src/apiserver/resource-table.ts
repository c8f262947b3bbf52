import type { ServiceAccount } from '../api/types.ts';
import { type ApiResource, apiResources } from '../apimachinery/resources.ts';
import type { GroupResource } from '../apimachinery/status.ts';
import { type Conversion, conversions } from './registry/conversions.ts';
import { strategies } from './registry/strategies.ts';
import type { Column, Strategy } from './registry/strategy.ts';
import { isServed, newestMinor, oldResources } from './releases.ts';

/** A resource as this server serves it: its line in the table of all resources, its strategy, and where it lies in etcd. */
export type ServedResource = GroupResource & {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly apiVersion: string;
  readonly api: ApiResource;
  readonly strategy: Strategy;
  /** `/registry/pods/` */
  readonly prefix: string;
  /** True for resources that clients make at run time. */
  readonly custom: boolean;
  /** Of a version that is not the stored one. */
  readonly conversion: Conversion | undefined;
};

/** Where a resource's folder in etcd is not called after the resource (kubernetes pkg/controlplane/storageversionhashdata, …/storage.go). */
const folders: Readonly<Record<string, string>> = {
  nodes: 'minions',
  services: 'services/specs',
  endpoints: 'services/endpoints',
  'ingresses.networking.k8s.io': 'ingress',
  'events.events.k8s.io': 'events',
  'customresourcedefinitions.apiextensions.k8s.io': 'apiextensions.k8s.io/customresourcedefinitions',
  'apiservices.apiregistration.k8s.io': 'apiregistration.k8s.io/apiservices',
  replicationcontrollers: 'controllers',
  'servicecidrs.networking.k8s.io': 'networking.k8s.io/servicecidrs',
};

const nothingSpecial: Strategy = {};

/** Up to 1.32 a table of ServiceAccounts counted their Secrets. */
const secretsColumn: Column = { name: 'Secrets', type: 'integer', cell: (object) => (object as ServiceAccount).secrets?.length ?? 0 };
const withSecrets = (strategy: Strategy): Strategy => ({ ...strategy, columns: strategy.columns?.toSpliced(1, 0, secretsColumn) ?? [] });

/** Columns that came later, with the first minor release that had them. */
const columnsSince: Readonly<Record<string, readonly [column: string, minor: number]>> = { 'cronjobs.batch': ['Timezone', 31] };

function strategyAt(api: ApiResource, minor: number): Strategy {
  const strategy = strategies[fullName(api)] ?? nothingSpecial;
  const [column, since = 0] = columnsSince[fullName(api)] ?? [];
  if (minor < since) return { ...strategy, columns: strategy.columns?.filter(({ name }) => name !== column) ?? [] };
  return api.resource === 'serviceaccounts' && minor < 33 ? withSecrets(strategy) : strategy;
}

/** All resources served now: the built-in ones, and those that CustomResourceDefinitions add. */
export class ResourceTable {
  readonly #served = new Map<string, ServedResource>();
  /** Counts changes: discovery documents are made anew then. */
  version = 0;

  /** `minor` of the release that this server is. */
  constructor(minor = newestMinor) {
    for (const api of apiResources) if (isServed(api, minor)) this.add(api, strategyAt(api, minor), folders[fullName(api)] ?? api.resource, false);
    for (const { api, conversion, strategy } of oldResources(minor))
      this.add(api, strategy ?? strategyAt(api, minor), folders[fullName(api)] ?? api.resource, strategy !== undefined, conversion);
  }

  get(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#served.get(`${group}/${version}/${resource}`);
  }

  /** A built-in resource that must exist. */
  known(group: string, version: string, resource: string): ServedResource {
    const served = this.get(group, version, resource);
    if (served === undefined) throw new Error(`no resource ${resource} in ${group}/${version}`);
    return served;
  }

  all(): Iterable<ServedResource> {
    return this.#served.values();
  }

  /** What other servers serve, by group and version: for discovery only. */
  readonly remote = new Map<string, { readonly group: string; readonly version: string; readonly resources: readonly ApiResource[] }>();

  /** Resources of a group that another server answers for; none while it cannot be reached, undefined when it is no longer asked. */
  setRemote(group: string, version: string, resources: readonly ApiResource[] | undefined): void {
    if (resources === undefined) this.remote.delete(`${group}/${version}`);
    else this.remote.set(`${group}/${version}`, { group, version, resources });
    this.version++;
  }

  hasGroupVersion(group: string, version: string): boolean {
    for (const served of this.#served.values()) if (served.group === group && served.version === version) return true;
    return false;
  }

  add(api: ApiResource, strategy: Strategy, folder: string, custom: boolean, conversion?: Conversion): void {
    const { group, version, resource, kind, namespaced } = api;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    this.#served.set(`${group}/${version}/${resource}`, {
      group,
      version,
      resource,
      kind,
      namespaced,
      apiVersion,
      api,
      strategy,
      prefix: `/registry/${folder}/`,
      custom,
      conversion: conversion ?? conversions[`${group}/${version}/${resource}`],
    });
    this.version++;
  }

  remove(group: string, version: string, resource: string): void {
    if (this.#served.delete(`${group}/${version}/${resource}`)) this.version++;
  }
}

const fullName = ({ group, resource }: GroupResource): string => (group === '' ? resource : `${resource}.${group}`);

/** The etcd key of an object. */
export const keyOf = (served: ServedResource, namespace: string, name: string): string =>
  served.namespaced ? `${served.prefix}${namespace}/${name}` : served.prefix + name;

/** The etcd prefix of a list: of one namespace, or of all. */
export const prefixOf = (served: ServedResource, namespace: string): string =>
  served.namespaced && namespace !== '' ? `${served.prefix}${namespace}/` : served.prefix;
