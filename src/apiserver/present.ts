import type { KubeObject } from '../api/types.ts';
import type { RequestContext } from './context.ts';
import type { Conversion } from './registry/conversions.ts';
import { queryValue } from './request-info.ts';
import { toTable } from './table.ts';
import type { ObjectList } from './verbs/read.ts';

/** How a client asked to see objects: as Tables or as metadata only. */
type Presenter = {
  readonly object: (object: KubeObject) => unknown;
  readonly list: (list: ObjectList) => unknown;
  readonly event: (object: KubeObject) => KubeObject;
};

/** Read from the accept header (kubernetes apiserver/pkg/endpoints/handlers/response.go); undefined: objects as they are. */
export function presenterOf(context: RequestContext): Presenter | undefined {
  const accept = context.request.headers?.['accept'];
  const { conversion } = context.served;
  if (accept === undefined || !accept.includes('as=')) return conversion && convertingPresenter(context, conversion);
  const as = /as=(\w+)/.exec(accept.split(',').find((type) => type.includes('as=')) ?? '')?.[1];
  if (as === 'Table') return tablePresenter(context);
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? metadataPresenter : undefined;
}

/** Objects in the version that was asked for. */
const convertingPresenter = ({ served }: RequestContext, { fromStorage }: Conversion): Presenter => ({
  object: fromStorage,
  list: (list) => ({ ...list, apiVersion: served.apiVersion, items: list.items.map(fromStorage) }),
  event: fromStorage,
});

function tablePresenter(context: RequestContext): Presenter {
  const { strategy } = context.served;
  const now = (): number => context.core.sim.now;
  const include = queryValue(context.request, 'includeObject') ?? 'Metadata';
  let first = true;
  return {
    object: (object) => toTable([object], strategy.columns, { now: now(), include, metadata: { resourceVersion: object.metadata.resourceVersion ?? '' } }),
    list: (list) =>
      toTable(strategy.rowOrder ? [...list.items].sort(strategy.rowOrder) : list.items, strategy.columns, { now: now(), include, metadata: list.metadata }),
    event: (object) => {
      const table = toTable(isBare(object) ? [] : [object], strategy.columns, {
        now: now(),
        include,
        metadata: { resourceVersion: object.metadata.resourceVersion ?? '' },
        withoutColumns: !first,
      });
      first = false;
      return table;
    },
  };
}

const isBare = (object: KubeObject): boolean => object.metadata.name === undefined;

const partial = (object: KubeObject): KubeObject => ({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata });

const metadataPresenter: Presenter = {
  object: partial,
  list: (list) => ({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: list.metadata, items: list.items.map(partial) }),
  event: partial,
};
