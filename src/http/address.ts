import { isIPv4, isIPv6 } from 'node:net';

/** Nobody's address is longer; what is no address at all is kept no longer than that. */
const MAX_LENGTH = 45;

/**
 * The one spelling of an IP address, however it came: in capitals, with zeros, brackets, a port or a zone, or as IPv4 inside
 * IPv6. What is no address is returned in lower case.
 */
export function canonicalAddress(text: string): string {
  const bare = withoutPort(text.trim()).replace(/%.*$/, '');
  if (!isIPv6(bare)) return bare.slice(0, MAX_LENGTH).toLowerCase();
  const { hostname } = new URL(`http://[${bare}]`);
  return embeddedIPv4(hextets(hostname)) ?? hostname.slice(1, -1);
}

/**
 * Whom limits per address count as one: an IPv4 address, and of IPv6 the /64, since whoever has one of its addresses
 * has them all [RFC 6177].
 */
export function addressKey(text: string): string {
  const address = canonicalAddress(text);
  if (!isIPv6(address)) return address;
  return `${hextets(`[${address}]`).slice(0, 4).join(':')}::/64`;
}

function withoutPort(text: string): string {
  const inBrackets = /^\[(.*)\](:\d+)?$/.exec(text)?.[1];
  if (inBrackets !== undefined) return inBrackets;
  const [address = '', port, ...rest] = text.split(':');
  return port !== undefined && rest.length === 0 && isIPv4(address) ? address : text;
}

/** The eight groups of a canonical IPv6 address in brackets. */
function hextets(hostname: string): string[] {
  const [left = [], right = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
}

/** `::ffff:127.0.0.1` is how a dual-stack socket shows an IPv4 caller. */
function embeddedIPv4(groups: string[]): string | null {
  if (groups.slice(0, 6).join(':') !== '0:0:0:0:0:ffff') return null;
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((pair) => [pair >> 8, pair & 255])
    .join('.');
}
