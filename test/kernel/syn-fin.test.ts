import { readdirSync } from 'node:fs';
import type { SynFinProbe, SynFinStep, SynFinTarget, SynFinTrial } from '@closewait/core/experiment';
import { SYN_FIN_PROBES, SYN_FIN_SETTINGS, SYN_FIN_TARGETS } from '@closewait/core/experiment';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLabSockets } from '../../packages/closewait/src/cli/read-lab-sockets.ts';
import { runSynFin } from '../../packages/closewait/src/lab/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';

expectNothingLeaked();

let trials: readonly SynFinTrial[] = [];

beforeAll(async () => {
  trials = await runSynFin({ readSockets: readLabSockets });
});

/** The steps of every trial of the kind, one list a setting. */
function stepsOf(target: SynFinTarget, probe: SynFinProbe): readonly (readonly SynFinStep[])[] {
  const own = trials.filter((trial) => trial.target === target && trial.probe === probe);
  expect(own.length).toBeGreaterThan(0);
  return own.map(({ steps }) => steps);
}

/** What one can say of a step by RFC 9293 without knowing this kernel. */
const answersOf = ({ answers }: SynFinStep): readonly string[] => answers.map(({ flags }) => flags);
const statesOf = ({ sockets }: SynFinStep): readonly string[] => sockets.map(({ state }) => state);

describe('the SYN+FIN experiment on this kernel', () => {
  it('tries every probe, every target and every setting, and each segment is delivered and watched', () => {
    expect(trials.filter(({ notMade }) => notMade !== null)).toEqual([]);
    for (const { target, probe, settings, steps } of trials) {
      expect(steps.length, `${probe} to ${target} with ${settings}`).toBeGreaterThan(0);
      for (const { sight, flags } of steps)
        expect(`${flags} to ${target}: ${sight}`).toBe(`${flags} to ${target}: seen`);
    }
    expect(new Set(trials.map(({ target }) => target))).toEqual(new Set(SYN_FIN_TARGETS));
    expect(new Set(trials.map(({ probe }) => probe))).toEqual(new Set(SYN_FIN_PROBES));
    expect(new Set(trials.map(({ settings }) => settings))).toEqual(new Set(SYN_FIN_SETTINGS));
  });

  it('has a closed port answer by RST whatever has no RST, and acknowledge all that was sent (RFC 9293 3.10.7.1)', () => {
    for (const [probe, acknowledged] of [
      ['syn', 1],
      ['fin', 1],
      ['xmas', 1],
      ['null', 0],
      ['syn-fin', 2],
    ] as const) {
      for (const [step] of stepsOf('closed-port', probe)) {
        expect(step?.answers).toMatchObject([{ flags: 'RST+ACK', acknowledges: acknowledged }]);
      }
    }
    for (const [step] of stepsOf('closed-port', 'syn-rst')) expect(step?.answers).toEqual([]);
  });

  it('has the listener answer a SYN by SYN+ACK, with a request or with a cookie, and an ACK establish', () => {
    for (const [first, second] of stepsOf('listener', 'syn')) {
      expect(first?.answers).toMatchObject([{ flags: 'SYN+ACK', acknowledges: 1, payloadBytes: 0 }]);
      expect(second).toMatchObject({ acceptQueue: 1, answers: [] });
      expect(second?.sockets).toEqual([{ state: 'ESTABLISHED', hasFile: false, rxQueueBytes: 0 }]);
    }
    const withCookies = trials.find(({ probe, settings }) => probe === 'syn' && settings === 'cookies-2');
    expect(withCookies?.steps.map(({ counters }) => counters)).toMatchObject([
      { 'TcpExt:SyncookiesSent': 1 },
      { 'TcpExt:SyncookiesRecv': 1 },
    ]);
  });

  it('sees CLOSE-WAIT, in the accept queue and unread, after a FIN in the third segment of a handshake', () => {
    for (const [, second] of stepsOf('listener', 'handshake-fin')) {
      // 18 octets of data, and the FIN counts as one.
      expect(second?.sockets).toEqual([{ state: 'CLOSE-WAIT', hasFile: false, rxQueueBytes: 19 }]);
      expect(second?.answers).toMatchObject([{ flags: 'ACK', acknowledges: 19 }]);
      expect(second?.acceptQueue).toBe(1);
    }
  });

  it('sees Fast Open take the data of a SYN with a valid cookie, and its FIN lead to CLOSE-WAIT', () => {
    for (const [first, second] of stepsOf('listener', 'fast-open-data')) {
      expect(first?.counters).toMatchObject({ 'TcpExt:TCPFastOpenPassive': 1 });
      expect(first?.answers).toMatchObject([{ flags: 'SYN+ACK', acknowledges: 19 }]);
      expect(first?.sockets).toMatchObject([{ state: 'SYN-RECEIVED', rxQueueBytes: 18 }]);
      expect(second?.sockets).toMatchObject([{ state: 'CLOSE-WAIT', rxQueueBytes: 19 }]);
    }
  });

  it('has the listener drop SYN+FIN in silence, and keep nothing of it (Linux since 3.3)', () => {
    for (const probe of ['syn-fin', 'syn-fin-data', 'syn-fin-cookie'] as const) {
      for (const [first, second] of stepsOf('listener', probe)) {
        expect(first).toMatchObject({ answers: [], sockets: [], listenerDrops: 1, acceptQueue: 0 });
        expect(second && answersOf(second)).toEqual(['RST']);
        expect(second).toMatchObject({ sockets: [], acceptQueue: 0 });
      }
    }
  });

  it('has the listener drop what is neither SYN nor ACK in silence (RFC 9293 3.10.7.2)', () => {
    for (const probe of ['syn-rst', 'fin', 'null', 'xmas'] as const) {
      for (const [step] of stepsOf('listener', probe)) {
        expect(step).toMatchObject({ answers: [], sockets: [], listenerDrops: 1, acceptQueue: 0 });
      }
    }
  });

  it('has a connection in ESTABLISHED challenge SYN+FIN, in the window or not (RFC 5961 section 4.2)', () => {
    for (const probe of ['syn-fin-in-window', 'syn-fin-outside'] as const) {
      for (const [step] of stepsOf('established', probe)) {
        expect(step && answersOf(step)).toEqual(['ACK']);
        expect(step && statesOf(step)).toEqual(['ESTABLISHED']);
        expect(step?.counters).toMatchObject({ 'TcpExt:TCPChallengeACK': 1, 'TcpExt:TCPSYNChallenge': 1 });
      }
    }
  });

  it('has a client acknowledge the SYN and not the FIN of what answers it', () => {
    for (const [step] of stepsOf('syn-sent', 'syn-fin-ack')) {
      expect(step?.answers).toMatchObject([{ flags: 'ACK', acknowledges: 1 }]);
      expect(step?.sockets).toMatchObject([{ state: 'ESTABLISHED', hasFile: true }]);
    }
  });
});

describe('an interrupted experiment', () => {
  it('ends with the reason, and with every namespace and socket of it closed', async () => {
    const descriptors = (): readonly string[] => readdirSync('/proc/self/fd');
    const before = descriptors().length;
    const interrupted = new AbortController();
    const reason = new Error('enough');
    const running = runSynFin({
      readSockets: readLabSockets,
      signal: interrupted.signal,
      onTrial: () => interrupted.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
    expect(descriptors().length).toBe(before);
  });
});
