import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

test('kyaml quotes all strings and breaks long ones', () => {
  const { k, write } = newWorld();
  write('/root/text', 'l1\n\n  l2\nend');
  expect(k('create cm x --from-file=a=text --from-literal=yes=no --dry-run=client -o kyaml').out).toBe(`---
{
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: {
    name: "x",
  },
  data: {
    a: "\\
       l1\\n\\
       \\n\\
      \\  l2\\n\\
       end\\
      ",
    "yes": "no",
  },
}
`);
});
