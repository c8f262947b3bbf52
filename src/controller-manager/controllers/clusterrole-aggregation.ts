import type { PolicyRule } from '../../api/types.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import { type Context, type Controller, type Result, watch } from '../../client/controller.ts';
import { keyOf, type ObjectKey } from '../../client/keys.ts';
import { equal } from '../equal.ts';

const resource = 'clusterroles.rbac.authorization.k8s.io';

/** Fills ClusterRoles that are made of others: pkg/controller/clusterroleaggregation. */
export const clusterRoleAggregationController = (): Controller => ({
  name: 'clusterrole-aggregation-controller',
  watches: [
    watch(resource, (_role, { informers }) =>
      informers
        .of(resource)
        .list()
        .filter(({ aggregationRule }) => aggregationRule !== undefined)
        .map(keyOf),
    ),
  ],
  reconcile,
});

function reconcile(key: ObjectKey, { client, informers }: Context): Result {
  const roles = informers.of(resource);
  const role = roles.get(key);
  if (role?.aggregationRule === undefined) return {};
  const selectors = role.aggregationRule.clusterRoleSelectors ?? [];
  const rules: PolicyRule[] = [];
  const sorted = [...roles.list()].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  for (const selector of selectors) {
    for (const other of sorted) {
      if (other.metadata.name === key.name || !matchesLabelSelector(selector, other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) if (!rules.some((each) => equal(each, rule))) rules.push(rule);
    }
  }
  if (!equal(rules, role.rules)) client.update(resource, { ...role, rules });
  return {};
}
