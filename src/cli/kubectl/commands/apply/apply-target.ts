import type { Target } from '../../builder.ts';
import { nameOf } from '../../json.ts';
import type { DryRun } from '../../kubectl.ts';
import type { OperationPrinter } from '../../printers/operation.ts';

/** Apply has no other targets: there must be a file. */
export type ManifestTarget = Extract<Target, { kind: 'manifest' }>;

/** `query` goes with each request (dryRun, fieldManager …). */
export type ApplyOptions = { readonly dryRun: DryRun; readonly print: OperationPrinter; readonly query: Readonly<Record<string, string>> };

/** How apply's errors name an object: resource.Info's String. */
export const describe = (target: ManifestTarget): string => {
  const { group, version, resource, kind } = target.resource;
  return `Resource: "${group}/${version}, Resource=${resource}", GroupVersionKind: "${group}/${version}, Kind=${kind}"\nName: "${nameOf(target.manifest.object)}", Namespace: "${target.namespace}"`;
};
