import { describe, expect, it } from 'vitest';
import { apiResources, findResource, resourceNamed, resourceOfKind } from '../../src/apimachinery/resources.ts';

describe('resources', () => {
  it.each([
    ['po', 'pods'],
    ['Pods', 'pods'],
    ['deploy', 'deployments'],
    ['deployments.apps', 'deployments'],
    ['deployment.v1.apps', 'deployments'],
    ['ev', 'events'],
    ['netpol', 'networkpolicies'],
    ['csr', 'certificatesigningrequests'],
    ['pods.v1.', 'pods'],
  ])('%s means %s', (word, resource) => expect(findResource(word)?.resource).toBe(resource));

  it('looks up', () => {
    expect(findResource('nosuch')).toBeUndefined();
    expect(findResource('pods.v1.nosuch')).toBeUndefined();
    expect(resourceNamed('horizontalpodautoscalers.autoscaling')?.version).toBe('v2');
    expect(resourceOfKind('apps/v1', 'Deployment')?.resource).toBe('deployments');
    expect(findResource('ev')?.group).toBe('');
    expect(apiResources.filter((entry) => entry.verbs.includes('list') && entry.namespaced && entry.group === '')).toHaveLength(12);
  });
});
