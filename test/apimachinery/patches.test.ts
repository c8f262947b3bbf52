import { expect, it } from 'vitest';
import { typeOf } from '../../src/api/schema.ts';
import { type JsonPatchOperation, jsonPatch } from '../../src/apimachinery/patch/json-patch.ts';
import type { JsonObject } from '../../src/apimachinery/patch/json-value.ts';
import { createMergePatch, createThreeWayMergePatch, mergePatch } from '../../src/apimachinery/patch/merge-patch.ts';
import { createThreeWayStrategicPatch, createTwoWayMergePatch } from '../../src/apimachinery/patch/strategic-diff.ts';
import { strategicMerge } from '../../src/apimachinery/patch/strategic-merge.ts';

const attempt = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return `!${error instanceof Error ? error.message : error}`;
  }
};
const type = typeOf('apps/v1', 'Deployment');

// What `kubectl patch --local` v1.35.2 made of this Deployment. Errors begin with !.
const deployment: JsonObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', labels: { a: '1' }, finalizers: ['x/a', 'x/b'] },
  spec: {
    replicas: 2,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    selector: { matchLabels: { app: 'd' } },
    template: {
      metadata: { labels: { app: 'd' } },
      spec: {
        containers: [
          {
            name: 'a',
            image: 'x',
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
            ports: [{ containerPort: 80 }, { containerPort: 81 }],
            args: ['1', '2'],
          },
          { name: 'b', image: 'y' },
        ],
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'w', configMap: { name: 'c' } },
        ],
        tolerations: [{ key: 'k' }],
        nodeSelector: { z: '1' },
      },
    },
  },
};

it.each<[object, unknown]>([
  [
    { spec: { replicas: 3 } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { replicas: null } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { metadata: { labels: { a: null, b: '2' } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { b: '2' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { containers: [{ name: 'a', image: 'z' }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'z',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { containers: [{ name: 'c', image: 'z' }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              { image: 'z', name: 'c' },
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { containers: [{ name: 'a', $patch: 'delete' }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [{ image: 'y', name: 'b' }],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { containers: [{ $patch: 'replace' }, { name: 'q', image: 'z' }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [{ image: 'z', name: 'q' }],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [{ spec: { template: { spec: { containers: [{ image: 'z' }] } } } }, '!map: map[image:z] does not contain declared merge key: name'],
  [
    {
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: 'a',
                env: [
                  { name: 'A', $patch: 'delete' },
                  { name: 'C', value: '3' },
                ],
              },
            ],
          },
        },
      },
    },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'C', value: '3' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { containers: [{ name: 'a', ports: [{ containerPort: 90 }] }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 90 }, { containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { containers: [{ name: 'a', args: ['3'] }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['3'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              { image: 'y', name: 'b' },
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'c' }, { name: 'a' }], containers: [{ name: 'c', image: 'n' }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              { image: 'y', name: 'b' },
              { image: 'n', name: 'c' },
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { metadata: { finalizers: ['x/c'] } },
    {
      metadata: { finalizers: ['x/c', 'x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['x/a'] } },
    {
      metadata: { finalizers: ['x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { metadata: { '$setElementOrder/finalizers': ['x/b', 'x/a'] } },
    {
      metadata: { finalizers: ['x/b', 'x/a'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { type: 'Recreate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { type: 'Recreate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { hostPath: { path: '/x' }, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { volumes: [{ name: 'v', emptyDir: null, hostPath: { path: '/x' } }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { hostPath: { path: '/x' }, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { tolerations: [{ key: 'm' }] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'm' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { nodeSelector: { $patch: 'replace', y: '2' } } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { y: '2' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { nodeSelector: { $patch: 'delete' } } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: {},
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [{ spec: { template: { $patch: 'foo' } } }, '!unknown patch type: foo in map: map[$patch:foo]'],
  [
    { spec: { nosuch: { a: 1 } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        nosuch: { a: 1 },
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [{ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: { maxSurge: 2 } } } }, '!invalid patch format of retainKeys'],
  [
    { metadata: { annotations: { a: 'b' } } },
    {
      metadata: { annotations: { a: 'b' }, finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { replicas: 'x' } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 'x',
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    {},
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { metadata: { labels: null } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { containers: [] } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: 'x',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    { spec: { template: { spec: { containers: null } } } },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [{ spec: { template: { spec: { containers: [{ name: 'a', $patch: 'merge' }] } } } }, '!merging lists cannot yet be specified in the patch'],
  [
    { spec: { template: { spec: { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'c', image: 'n' }] } } } },
    "!The order in patch list:\n[map[image:n name:c]]\n doesn't match $setElementOrder list:\n[map[name:a]]",
  ],
  [
    {
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'b', image: '1' },
              { name: 'a', image: '2' },
            ],
          },
        },
      },
    },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              { image: '1', name: 'b' },
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: '2',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
  [
    {
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'z', image: '1' },
              { name: 'a', image: '2' },
              { name: 'y', image: '3' },
            ],
          },
        },
      },
    },
    {
      metadata: { finalizers: ['x/a', 'x/b'], labels: { a: '1' }, name: 'd' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        strategy: { rollingUpdate: { maxSurge: 1 }, type: 'RollingUpdate' },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: {
            containers: [
              { image: '1', name: 'z' },
              {
                args: ['1', '2'],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                image: '2',
                name: 'a',
                ports: [{ containerPort: 80 }, { containerPort: 81 }],
              },
              { image: '3', name: 'y' },
              { image: 'y', name: 'b' },
            ],
            nodeSelector: { z: '1' },
            tolerations: [{ key: 'k' }],
            volumes: [
              { emptyDir: {}, name: 'v' },
              { configMap: { name: 'c' }, name: 'w' },
            ],
          },
        },
      },
    },
  ],
])('strategic %j', (patch, expected) => {
  const result = attempt(() => strategicMerge(deployment, patch as JsonObject, type));
  if (typeof result === 'string') expect(expected).toContain(result.trim());
  else expect({ metadata: (result as JsonObject).metadata, spec: (result as JsonObject).spec }).toEqual(expected);
});

const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '1', b: '2' } };
it.each<[object, unknown]>([
  [[{ op: 'add', path: '/data/c', value: '3' }], { apiVersion: 'v1', data: { a: '1', b: '2', c: '3' }, kind: 'ConfigMap', metadata: { name: 'x' } }],
  [[{ op: 'remove', path: '/data/z' }], "!error in remove for path: '/data/z': Unable to remove nonexistent key: z: missing value"],
  [[{ op: 'remove', path: '/nosuch/z' }], '!remove operation does not apply: doc is missing path: "/nosuch/z": missing value'],
  [[{ op: 'replace', path: '/data/z', value: '1' }], { apiVersion: 'v1', data: { a: '1', b: '2', z: '1' }, kind: 'ConfigMap', metadata: { name: 'x' } }],
  [[{ op: 'replace', path: '/no/z', value: '1' }], '!replace operation does not apply: doc is missing path: /no/z: missing value'],
  [[{ op: 'add', path: '/no/z', value: '1' }], '!add operation does not apply: doc is missing path: "/no/z": missing value'],
  [[{ op: 'test', path: '/data/a', value: '2' }], '!testing value /data/a failed: test failed'],
  [[{ op: 'test', path: '/data/a', value: '1' }], { apiVersion: 'v1', data: { a: '1', b: '2' }, kind: 'ConfigMap', metadata: { name: 'x' } }],
  [[{ op: 'move', from: '/data/a', path: '/data/q' }], { apiVersion: 'v1', data: { b: '2', q: '1' }, kind: 'ConfigMap', metadata: { name: 'x' } }],
  [[{ op: 'move', from: '/data/zz', path: '/data/q' }], "!error in move for path: 'zz': Unable to remove nonexistent key: zz: missing value"],
  [[{ op: 'copy', from: '/data/a', path: '/data/q' }], { apiVersion: 'v1', data: { a: '1', b: '2', q: '1' }, kind: 'ConfigMap', metadata: { name: 'x' } }],
  [[{ op: 'foo', path: '/data/a' }], '!Unexpected kind: foo'],
  [[{ op: 'add', path: '/binaryData', value: {} }], { apiVersion: 'v1', binaryData: {}, data: { a: '1', b: '2' }, kind: 'ConfigMap', metadata: { name: 'x' } }],
  [[{ op: 'test', path: '/data/zz', value: '1' }], '!testing value /data/zz failed: test failed'],
  [[{ op: 'copy', from: '/data/zz', path: '/data/q' }], { apiVersion: 'v1', data: { a: '1', b: '2', q: null }, kind: 'ConfigMap', metadata: { name: 'x' } }],
])('json %j', (operations, expected) => expect(attempt(() => jsonPatch(configMap, operations as JsonPatchOperation[]))).toEqual(expected));

it('merge patches', () => {
  expect(mergePatch({ a: { b: 1, c: 2 }, l: [1] }, { a: { b: null, d: 3 }, l: [2] })).toEqual({ a: { c: 2, d: 3 }, l: [2] });
  expect(createMergePatch({ a: { b: 1, c: 2 }, x: 1 }, { a: { b: 1, d: 3 } })).toEqual({ a: { c: null, d: 3 }, x: null });
  expect(createThreeWayMergePatch({ a: 1, b: 1 }, { a: 2 }, { a: 1, b: 1, server: 1 })).toEqual({ a: 2, b: null });
});

type Draft = {
  metadata: { labels: Record<string, string>; finalizers: string[] };
  spec: { replicas: number; strategy: object; template: { spec: { containers: Record<string, unknown>[]; volumes: object[]; tolerations: object[] } } };
};
it.each<[string, (draft: Draft) => void]>([
  [
    'a number',
    (draft) => {
      draft.spec.replicas = 5;
    },
  ],
  [
    'the order of containers',
    (draft) => {
      draft.spec.template.spec.containers.reverse();
    },
  ],
  [
    'a container less',
    (draft) => {
      draft.spec.template.spec.containers.pop();
    },
  ],
  [
    'a container more',
    (draft) => {
      draft.spec.template.spec.containers.push({ name: 'n', image: 'i' });
    },
  ],
  [
    'a label less',
    (draft) => {
      delete draft.metadata.labels.a;
    },
  ],
  [
    'finalizers',
    (draft) => {
      draft.metadata.finalizers = ['x/c', 'x/a'];
    },
  ],
  [
    'another strategy',
    (draft) => {
      draft.spec.strategy = { type: 'Recreate' };
    },
  ],
  [
    'another kind of volume',
    (draft) => {
      draft.spec.template.spec.volumes[0] = { name: 'v', hostPath: { path: '/' } };
    },
  ],
  [
    'env',
    (draft) => {
      draft.spec.template.spec.containers[0]!.env = [{ name: 'B', value: '9' }];
    },
  ],
  [
    'no ports',
    (draft) => {
      delete draft.spec.template.spec.containers[0]!.ports;
    },
  ],
])('a diff gives the change back: %s', (_, change) => {
  const modified = structuredClone(deployment);
  change(modified as unknown as Draft);
  expect(strategicMerge(deployment, createTwoWayMergePatch(deployment, modified, type), type)).toEqual(modified);
  const live = { ...deployment, status: { replicas: 1 } };
  expect(strategicMerge(live, createThreeWayStrategicPatch({ original: deployment, modified, current: live }, type), type)).toEqual({
    ...modified,
    status: { replicas: 1 },
  });
  expect(createThreeWayStrategicPatch({ original: modified, modified, current: modified }, type)).toEqual({});
});
