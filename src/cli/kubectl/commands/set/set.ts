/** set image, resources, selector, serviceaccount, subject: kubernetes kubectl/pkg/cmd/set. */
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { list, type Obj, obj, objs, text, texts, withPath } from '../../json.ts';
import { labelSelector, resourceList } from '../create/policies.ts';
import { subjectsOf } from '../create/rbac.ts';
import { splitPairs } from '../pairs.ts';
import { fits, groups, setAll, withContainers, withPodSpec } from './workload.ts';

export const set: CommandEntry = { path: 'set', short: 'Set specific features on objects', long: 'Changes one thing of objects that exist.' };

export const setImage: CommandEntry = {
  path: 'set image',
  short: 'Update the image of a pod template',
  examples:
    '# One container\nkubectl set image deployment/web nginx=nginx:1.27\n\n# All containers of all deployments\nkubectl set image deployments --all *=nginx:1.27',
  *run(k) {
    const pairs = splitPairs(k.args, 'image');
    yield* setAll(k, {
      args: pairs.resources,
      operation: 'image updated',
      what: 'image',
      failure: 'failed to patch image update to pod template:',
      validate: () => {
        if (pairs.set.size === 0) throw new KubectlError('at least one image update is required');
      },
      change: (info, problem) =>
        withPodSpec(info, (spec) => {
          let out = spec;
          for (const [name, image] of pairs.set) {
            const known = groups.some((group) => objs(out[group]).some((container) => fits(name, text(container['name']))));
            if (!known) problem(`unable to find container named "${name}"`);
            for (const group of groups) {
              if (out[group] === undefined) continue;
              out = { ...out, [group]: objs(out[group]).map((container) => (fits(name, text(container['name'])) ? { ...container, image } : container)) };
            }
          }
          return out;
        }),
    });
  },
};

export const setResources: CommandEntry = {
  path: 'set resources',
  short: 'Update resource requests/limits on objects with pod templates',
  examples: '# Limits for one container\nkubectl set resources deployment/web -c=nginx --limits=cpu=200m,memory=512Mi',
  *run(k) {
    let limits: Obj | undefined;
    let requests: Obj | undefined;
    const pattern = k.flags.text('containers') || '*';
    yield* setAll(k, {
      args: k.args,
      operation: 'resource requirements updated',
      what: 'resources',
      failure: 'failed to patch resources update to pod template',
      validate: () => {
        [limits, requests] = [resourceList(k.flags.text('limits')), resourceList(k.flags.text('requests'))];
        if (!limits && !requests) throw new KubectlError('you must specify an update to requests or limits (in the form of --requests/--limits)');
      },
      change: (info, problem) =>
        withPodSpec(info, (spec) => {
          const { found, spec: changed } = withContainers(spec, pattern, (container) => ({
            ...container,
            resources: merged(obj(container['resources']), limits, requests),
          }));
          if (!found) problem(`unable to find container named ${pattern}`);
          return changed;
        }),
    });
  },
};

const merged = (before: Obj, limits: Obj | undefined, requests: Obj | undefined): Obj => ({
  ...before,
  ...(limits && { limits: { ...obj(before['limits']), ...limits } }),
  ...(requests && { requests: { ...obj(before['requests']), ...requests } }),
});

export const setServiceAccount: CommandEntry = {
  path: 'set serviceaccount',
  aliases: ['sa'],
  short: 'Update the service account of a resource',
  examples: '# Who the pods of a deployment are\nkubectl set serviceaccount deployment web robot',
  *run(k) {
    const name = k.args.at(-1);
    if (name === undefined) throw new KubectlError('serviceaccount is required');
    yield* setAll(k, {
      args: k.args.slice(0, -1),
      operation: 'serviceaccount updated',
      what: 'serviceaccount',
      failure: 'failed to patch ServiceAccountName',
      always: true,
      change: (info) => withPodSpec(info, (spec) => ({ ...spec, serviceAccountName: name, ...(!k.flags.bool('local') && { serviceAccount: name }) })),
    });
  },
};

export const setSelector: CommandEntry = {
  path: 'set selector',
  short: 'Set the selector on a resource',
  examples: '# Which pods a service leads to\nkubectl set selector service web app=web',
  *run(k) {
    const selector = k.args.at(-1);
    if (selector === undefined) throw new KubectlError('one selector is required');
    const parsed = labelSelector(selector);
    const expressions = objs(parsed['matchExpressions']).map((each) => `{${text(each['key'])} ${text(each['operator'])} [${texts(each['values']).join(' ')}]}`);
    const labels = obj(parsed['matchLabels']);
    yield* setAll(k, {
      args: k.args.slice(0, -1),
      operation: 'selector updated',
      nameless: true,
      always: true,
      what: 'selector',
      change: (info) => {
        if (expressions.length > 0) throw new KubectlError(`match expression [${expressions.join(' ')}] not supported on this object`);
        if (info.resource.kind !== 'Service') throw new KubectlError(`setting a selector is only supported for Services`);
        const selected = withPath(info.object, ['spec', 'selector'], labels);
        const version = k.flags.text('resource-version');
        return version === '' ? selected : withPath(selected, ['metadata', 'resourceVersion'], version);
      },
    });
  },
};

export const setSubject: CommandEntry = {
  path: 'set subject',
  short: 'Update the user, group, or service account in a role binding or cluster role binding',
  examples: '# One user more\nkubectl set subject rolebinding admins --user=jane',
  *run(k) {
    let subjects: readonly Obj[] = [];
    yield* setAll(k, {
      args: k.args,
      operation: 'subjects updated',
      what: 'subjects',
      validate: () => {
        const given = subjectsOf(k);
        if (!given) throw new KubectlError('you must specify at least one value of user, group or serviceaccount');
        subjects = given;
      },
      change: (info) => {
        if (!['RoleBinding', 'ClusterRoleBinding'].includes(info.resource.kind))
          throw new KubectlError('setting subjects is only supported for RoleBinding/ClusterRoleBinding');
        const before = list(info.object['subjects']).map(obj);
        const same = (a: Obj, b: Obj): boolean => a['kind'] === b['kind'] && a['name'] === b['name'] && text(a['namespace']) === text(b['namespace']);
        return { ...info.object, subjects: [...before, ...subjects.filter((subject) => !before.some((each) => same(each, subject)))] };
      },
    });
  },
};
