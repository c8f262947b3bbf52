import { KubectlError } from '../errors.ts';

/** `app=web,tier=front`: kubernetes kubectl/pkg/cmd/util ParseLabels. */
export function parseLabels(spec: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    spec
      .split(',')
      .sort()
      .map((pair) => {
        const parts = pair.split('=');
        if (parts.length !== 2) throw new KubectlError(`unexpected label spec: ${pair}`);
        if (parts[0] === '') throw new KubectlError(`unexpected empty label key`);
        return [parts[0] as string, parts[1] as string];
      }),
  );
}
