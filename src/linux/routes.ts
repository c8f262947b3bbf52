/** IPv4 networks and the routes to them. */

/** `via` absent: on the link of `device`. */
export type Route = { readonly destination: string; readonly via?: string; readonly device: string; readonly source?: string };

/** Whether any route leads to an address. */
export const hasRoute = (namespace: { readonly routes: readonly Route[] }, address: string): boolean =>
  namespace.routes.some((each) => contains(each.destination, address));

/** The most specific route. */
export function routeTo({ routes }: { readonly routes: readonly Route[] }, address: string): Route | undefined {
  let best: Route | undefined;
  let most = -1;
  for (const each of routes) {
    const bits = each.destination === 'default' ? 0 : Number(each.destination.split('/')[1] ?? 32);
    if (bits > most && contains(each.destination, address)) [best, most] = [each, bits];
  }
  return best;
}

/** Whether an IPv4 network (`10.244.0.0/16`, `default`) contains an address. */
export function contains(network: string, address: string): boolean {
  if (network === 'default') return true;
  const [base, length = '32'] = network.split('/');
  const bits = Number(length);
  if (bits === 0) return true;
  return ipToNumber(base ?? '') >>> (32 - bits) === ipToNumber(address) >>> (32 - bits);
}

/** `10.0.0.1` as a number. */
export const ipToNumber = (ip: string): number => ip.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
/** And back. */
export const numberToIp = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
