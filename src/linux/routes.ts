/** IPv4 networks and the routes to them. */

/** `via` absent: on the link of `device`. */
export type Route = {
  readonly destination: string;
  readonly via?: string;
  readonly device: string;
  readonly source?: string;
  /** The smaller goes first. */
  readonly metric?: number;
  /** Added by hand: shown without the protocol that made it. */
  readonly manual?: boolean;
};

/** Whether any route leads to an address. */
export const hasRoute = (namespace: { readonly routes: readonly Route[] }, address: string): boolean =>
  namespace.routes.some((each) => contains(each.destination, address));

const widthOf = ({ destination }: Route): number => (destination === 'default' ? 0 : Number(destination.split('/')[1] ?? 32));

/** As `ip route` lists them. */
export const byDestination = (a: Route, b: Route): number => {
  const [from, to] = [a, b].map(({ destination }) => (destination === 'default' ? -1 : ipToNumber(destination.split('/')[0] ?? ''))) as [number, number];
  return from - to || widthOf(a) - widthOf(b) || (a.metric ?? 0) - (b.metric ?? 0);
};

/** The most specific route; among several the one with the smallest metric. */
export function routeTo({ routes }: { readonly routes: readonly Route[] }, address: string): Route | undefined {
  let best: Route | undefined;
  let most = -1;
  for (const each of routes) {
    const bits = widthOf(each);
    if ((bits > most || (bits === most && (each.metric ?? 0) < (best?.metric ?? 0))) && contains(each.destination, address)) [best, most] = [each, bits];
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

/** The network of an address with its prefix length: `10.0.1.5/24` is in `10.0.1.0/24`; without a length it is a host's, /32. */
export function networkOf(address: string): string {
  const [base = '', bits = '32'] = address.split('/');
  const mask = bits === '0' ? 0 : (0xffffffff << (32 - Number(bits))) >>> 0;
  return `${numberToIp((ipToNumber(base) & mask) >>> 0)}/${bits}`;
}

/** `10.0.0.1` as a number. */
export const ipToNumber = (ip: string): number => ip.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
/** And back. */
export const numberToIp = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
