import { describe, expect, it } from 'vitest';
import { typeOf } from '../../src/api/schema.ts';
import { ApplyConflictError, serverSideApply, trackUpdate } from '../../src/apimachinery/patch/apply.ts';
import type { JsonObject } from '../../src/apimachinery/patch/json-value.ts';
import { dumpYaml } from '../../src/apimachinery/yaml.ts';

const type = typeOf('apps/v1', 'Deployment');
const now = '2026-11-22T13:34:33Z';
const deployment = (replicas: number, image: string, more: object = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'front', labels: { app: 'front' } },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'front' } },
    template: {
      metadata: { labels: { app: 'front' } },
      spec: { containers: [{ name: 'nginx', image, ports: [{ containerPort: 80, protocol: 'TCP' }], ...more }] },
    },
  },
});
const update = (live: JsonObject | undefined, updated: JsonObject, manager: string): JsonObject => {
  const managedFields = trackUpdate({ live, updated, type, manager: { manager, operation: 'Update', apiVersion: 'apps/v1' }, now, resetFields: [['status']] });
  return { ...updated, metadata: { ...(updated.metadata as object), managedFields } };
};
const apply = (live: JsonObject | undefined, applied: JsonObject, manager = 'kubectl', force = false): JsonObject =>
  serverSideApply({ live, applied, type, manager: { manager, apiVersion: 'apps/v1' }, force, now, resetFields: [['status']] });
const managers = (object: JsonObject): string[] =>
  ((object.metadata as JsonObject).managedFields as JsonObject[]).map((entry) => `${entry.manager} ${entry.operation}`);
const fields = (object: JsonObject, manager: string): unknown =>
  ((object.metadata as JsonObject).managedFields as JsonObject[]).find((entry) => entry.manager === manager)?.fieldsV1;

describe('managed fields', () => {
  it('of a created object', () => {
    expect(dumpYaml(fields(update(undefined, deployment(2, 'nginx:1.26', { resources: {} }), 'kubectl-create'), 'kubectl-create'))).toBe(
      `f:metadata:
  f:labels:
    .: {}
    f:app: {}
f:spec:
  f:replicas: {}
  f:selector: {}
  f:template:
    f:metadata:
      f:labels:
        .: {}
        f:app: {}
    f:spec:
      f:containers:
        k:{"name":"nginx"}:
          .: {}
          f:image: {}
          f:name: {}
          f:ports:
            .: {}
            k:{"containerPort":80,"protocol":"TCP"}:
              .: {}
              f:containerPort: {}
              f:protocol: {}
          f:resources: {}
`,
    );
  });

  it('moves what another changes', () => {
    const created = update(undefined, deployment(2, 'nginx:1.26'), 'kubectl-create');
    const changed = update(created, { ...deployment(2, 'nginx:1.28'), metadata: created.metadata }, 'kubectl-patch');
    expect(managers(changed)).toEqual(['kubectl-create Update', 'kubectl-patch Update']);
    expect(dumpYaml(fields(changed, 'kubectl-patch'))).toBe(
      'f:spec:\n  f:template:\n    f:spec:\n      f:containers:\n        k:{"name":"nginx"}:\n          f:image: {}\n',
    );
    expect(JSON.stringify(fields(changed, 'kubectl-create'))).not.toContain('f:image');
  });
});

describe('server-side apply', () => {
  it('creates, and owns what it sent', () => {
    const created = apply(undefined, deployment(2, 'nginx:1.26'));
    expect(managers(created)).toEqual(['kubectl Apply']);
    expect(fields(created, 'kubectl')).toMatchObject({ 'f:metadata': { 'f:labels': { 'f:app': {} } }, 'f:spec': { 'f:selector': {} } });
    expect(JSON.stringify(fields(created, 'kubectl'))).toContain('"f:metadata":{"f:labels":{"f:app":{}}}');
  });

  it('conflicts', () => {
    const created = update(undefined, deployment(2, 'nginx:1.26'), 'kubectl-client-side-apply');
    const patched = update(created, { ...deployment(2, 'nginx:1.28'), metadata: created.metadata }, 'kubectl-patch');
    expect(() => apply(patched, deployment(2, 'nginx:1.26'))).toThrow(
      'Apply failed with 1 conflict: conflict with "kubectl-patch" using apps/v1: .spec.template.spec.containers[name="nginx"].image',
    );
    expect(() => apply(created, deployment(3, 'nginx:1.26'))).toThrow(
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
    );
    const edited = update(patched, { ...deployment(5, 'nginx:1.28'), metadata: patched.metadata }, 'kubectl-edit');
    expect(() => apply(edited, deployment(3, 'nginx:1.27'), 'other')).toThrow(
      'Apply failed with 2 conflicts: conflicts with "kubectl-edit" using apps/v1:\n- .spec.replicas\nconflicts with "kubectl-patch" using apps/v1:\n- .spec.template.spec.containers[name="nginx"].image',
    );
    const forced = apply(edited, deployment(3, 'nginx:1.27'), 'other', true);
    expect((forced.spec as JsonObject).replicas).toBe(3);
    expect(managers(forced)).toEqual(['other Apply', 'kubectl-client-side-apply Update']);
    try {
      apply(patched, deployment(2, 'nginx:1.26'));
    } catch (error) {
      expect(error instanceof ApplyConflictError && error.causes()).toEqual([
        { reason: 'FieldManagerConflict', message: 'conflict with "kubectl-patch" using apps/v1', field: '.spec.template.spec.containers[name="nginx"].image' },
      ]);
    }
  });

  it('removes what is no longer applied', () => {
    const created = apply(undefined, {
      ...deployment(2, 'nginx:1.26', {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      }),
    });
    const again = apply(created, deployment(2, 'nginx:1.26', { env: [{ name: 'B', value: '2' }] }));
    const container = (object: JsonObject): JsonObject =>
      ((((object.spec as JsonObject).template as JsonObject).spec as JsonObject).containers as JsonObject[])[0]!;
    expect(container(again).env).toEqual([{ name: 'B', value: '2' }]);
    const none = apply(again, deployment(2, 'nginx:1.26'));
    expect(container(none)).not.toHaveProperty('env');
    expect(container(none).ports).toEqual([{ containerPort: 80, protocol: 'TCP' }]);
  });

  it('leaves what others own', () => {
    const created = apply(undefined, deployment(2, 'nginx:1.26'));
    const labelled = update(created, { ...created, metadata: { ...(created.metadata as object), labels: { app: 'front', tier: 'x' } } }, 'kubectl-label');
    const again = apply(labelled, { ...deployment(2, 'nginx:1.26'), metadata: { name: 'front' } });
    expect((again.metadata as JsonObject).labels).toEqual({ tier: 'x' });
    const shared = apply(created, deployment(2, 'nginx:1.26'), 'second');
    expect(managers(shared)).toEqual(['kubectl Apply', 'second Apply']);
    expect(apply(shared, deployment(2, 'nginx:1.26'))).toEqual(shared);
  });
});
