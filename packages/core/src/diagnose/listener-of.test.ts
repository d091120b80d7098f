import { describe, expect, it } from 'vitest';
import { sampleListener, sampleSocket } from '../../../../test/support/sample-facts.ts';
import { ListenerIndex } from './listener-of.ts';

describe('ListenerIndex', () => {
  const wildcard = sampleListener();
  const exact = sampleListener({ inode: 601, local: { address: '10.0.0.1', port: 8080 } });
  const anyIpv6 = sampleListener({ inode: 602, family: 'ipv6', local: { address: '::', port: 8080 } });

  it('prefers the listener of the very address', () => {
    expect(new ListenerIndex([wildcard, exact]).of(sampleSocket())).toEqual([exact]);
  });

  it('finds the wildcard listener of the family', () => {
    expect(new ListenerIndex([wildcard, anyIpv6]).of(sampleSocket())).toEqual([wildcard]);
  });

  it('finds the IPv6 wildcard listener of a mapped connection', () => {
    const local = { address: '::ffff:10.0.0.1', port: 8080 };
    const mapped = sampleSocket({ family: 'ipv4-mapped', local });
    expect(new ListenerIndex([wildcard, anyIpv6]).of(mapped)).toEqual([anyIpv6]);
  });

  it('does not look into other namespaces, nor at other ports', () => {
    expect(new ListenerIndex([wildcard]).of(sampleSocket({ netns: 1 }))).toEqual([]);
    expect(new ListenerIndex([wildcard]).of(sampleSocket({ local: { address: '10.0.0.1', port: 81 } }))).toEqual([]);
  });
});
