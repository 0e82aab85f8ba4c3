import { BlockList, isIP, isIPv6 } from 'node:net';
import { canonicalAddress } from '../http/address.ts';

/** Loopback, which a reverse proxy on the same machine connects from. */
const LOOPBACK = ['127.0.0.0/8', '::1'];

/** Decides which addresses are believed when they name others in `X-Forwarded-For`. */
export function trustedProxies(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of [...LOOPBACK, ...ranges]) {
    const [address = '', prefix] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * The caller's address where no platform tells it: the nearest one in `X-Forwarded-For` that is not a trusted proxy,
 * and only when the connection itself comes from one.
 */
export function clientAddress(
  remoteAddress: string,
  forwardedFor: string | null,
  isTrusted: (address: string) => boolean,
): string {
  const hops = [...(forwardedFor?.split(',') ?? []).flatMap((hop) => hop.trim() || []), remoteAddress].map(
    canonicalAddress,
  );
  return hops.findLast((hop, index) => index === 0 || !isTrusted(hop)) ?? remoteAddress;
}
