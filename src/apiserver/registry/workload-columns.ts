/** What the rows of all workloads share. */
import type { KubeObject, LabelSelector, PodTemplateSpec } from '../../api/types.ts';
import { formatLabelSelector, formatLabels } from '../../apimachinery/labels.ts';
import type { Column } from './strategy.ts';

type Workload = KubeObject & { readonly spec: { readonly template?: PodTemplateSpec; readonly selector?: LabelSelector } };

const containers = (template: PodTemplateSpec | undefined, field: 'name' | 'image'): string =>
  (template?.spec?.containers ?? []).map((container) => container[field] ?? '').join(',');

/** CONTAINERS and IMAGES of `-o wide`. */
export const containerColumns: readonly Column<Workload>[] = [
  { name: 'Containers', wide: true, cell: ({ spec }) => containers(spec.template, 'name') },
  { name: 'Images', wide: true, cell: ({ spec }) => containers(spec.template, 'image') },
];

/** SELECTOR of `-o wide`. */
export const selectorColumn: Column<Workload> = { name: 'Selector', wide: true, cell: ({ spec }) => formatLabelSelector(spec.selector) };

/** `<none>` for an empty map. */
export const mapText = (map: Readonly<Record<string, string>> | undefined): string => formatLabels(map);
