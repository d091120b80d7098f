import { describe, expect, it } from 'vitest';
import fixture from '../../../../fixtures/codec/netlink.json' with { type: 'json' };
import { decodeNetlinkError, describeProblem, NLMSG_DONE, NLMSG_ERROR, splitNetlinkMessages } from './index.ts';

function errorOf(datagrams: readonly string[]): unknown {
  const split = splitNetlinkMessages(Buffer.from(datagrams[0] ?? '', 'base64'));
  const first = split.ok ? split.value[0] : undefined;
  return first === undefined ? split : decodeNetlinkError(first);
}

function message(type: number, flags: number, payload: Uint8Array) {
  return { type, flags, sequence: 1, portId: 1, payload };
}

describe('splitNetlinkMessages', () => {
  it('splits a datagram at the padded length of each message', () => {
    const split = splitNetlinkMessages(Buffer.from(fixture.ipv4Bare[0] ?? '', 'base64'));
    expect(
      split.ok && split.value.map(({ type, flags, sequence, payload }) => [type, flags, sequence, payload.length]),
    ).toEqual(Array.from({ length: 4 }, () => [20, 2, 7, 108]));
  });

  it('takes an empty datagram for no messages', () => {
    expect(splitNetlinkMessages(new Uint8Array())).toEqual({ ok: true, value: [] });
  });

  it('says where a header does not fit', () => {
    const split = splitNetlinkMessages(new Uint8Array([17, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    expect(!split.ok && describeProblem(split.problem)).toBe('nlmsg_len at offset 0: expected 16 to 16, found 17');
  });
});

describe('decodeNetlinkError', () => {
  it('takes errno 0 for an acknowledgement', () => {
    expect(errorOf(fixture.ack)).toEqual({ ok: true, value: { errno: 0, text: null } });
  });

  it('gives the errno of an error without text', () => {
    expect(errorOf(fixture.unknownFamily)).toEqual({ ok: true, value: { errno: 22, text: null } });
    expect(errorOf(fixture.plainError)).toEqual({ ok: true, value: { errno: 22, text: null } });
  });

  it("gives the kernel's text after a request that is repeated, and after one that is not", () => {
    const expected = { ok: true, value: { errno: 22, text: 'ipv4: Invalid prefix length' } };
    expect(errorOf(fixture.extendedAck)).toEqual(expected);
    expect(errorOf(fixture.extendedAckCapped)).toEqual(expected);
  });

  it('finds the error of a dump in its NLMSG_DONE', () => {
    expect(errorOf(fixture.failedDump)).toEqual({
      ok: true,
      value: { errno: 22, text: 'ipv4: Invalid values in header for address dump request' },
    });
  });

  it('refuses messages that are no error, too short, or of a positive error', () => {
    expect(decodeNetlinkError(message(20, 0, new Uint8Array(20)))).toMatchObject({ problem: { what: 'nlmsg_type' } });
    expect(decodeNetlinkError(message(NLMSG_DONE, 0, new Uint8Array(3)))).toMatchObject({ problem: { found: '3' } });
    expect(decodeNetlinkError(message(NLMSG_ERROR, 0, new Uint8Array(20).fill(1)))).toMatchObject({
      problem: { what: 'nlmsgerr.error' },
    });
  });
});
