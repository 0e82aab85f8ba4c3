import { describe, expect, it } from 'vitest';
import { clientAddress, trustedProxies } from '../../src/local/address.ts';

const trusted = trustedProxies(['10.1.0.0/16', '2001:db8::1']);

describe('clientAddress', () => {
  it.each([
    ['203.0.113.9', null, '203.0.113.9'],
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['2001:db8::1', '198.51.100.1', '198.51.100.1'],
    ['10.2.2.3', '198.51.100.1', '10.2.2.3'],
    ['127.0.0.1', '6.6.6.6, 198.51.100.1, 10.1.2.3', '198.51.100.1'],
    ['127.0.0.1', '10.1.9.9, 10.1.2.3', '10.1.9.9'],
    ['127.0.0.1', ' , ', '127.0.0.1'],
    ['127.0.0.1', null, '127.0.0.1'],
  ])('a connection from %s that forwards %s is %s', (remote, forwarded, address) => {
    expect(clientAddress(remote, forwarded, trusted)).toBe(address);
  });
});
