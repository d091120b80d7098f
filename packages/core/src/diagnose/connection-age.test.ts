import { describe, expect, it } from 'vitest';
import { sampleInfo, sampleSocket } from '../../../../test/support/sample-facts.ts';
import { known, unknown } from '../facts/index.ts';
import { connectionAge } from './connection-age.ts';

describe('connectionAge', () => {
  it('is exactly the time since the last acknowledgement when this side never sent a byte', () => {
    expect(connectionAge(sampleSocket())).toEqual({ ms: 60_000, is: 'exact' });
  });

  it('is exact when own data is too old to be what was acknowledged last', () => {
    const info = known(sampleInfo({ bytesSent: 2, lastDataSentMs: 60_700, lastDataReceivedMs: 90_000 }));
    expect(connectionAge(sampleSocket({ info })).is).toBe('exact');
  });

  it('is a lower bound when the last acknowledgement may be for own data', () => {
    const info = known(sampleInfo({ bytesSent: 2, lastDataSentMs: 60_001, lastDataReceivedMs: 90_000 }));
    expect(connectionAge(sampleSocket({ info })).is).toBe('at-least');
  });

  it('is exact when the last data came half a second before the last acknowledgement at most: the FIN is between', () => {
    const info = known(sampleInfo({ bytesSent: 2, lastDataSentMs: 60_001, lastDataReceivedMs: 60_500 }));
    expect(connectionAge(sampleSocket({ info })).is).toBe('exact');
  });

  it.each([
    'keepalive',
    'persist',
    'retransmit',
  ] as const)('is a lower bound while a %s timer runs, whose answers are acknowledgements too', (kind) => {
    expect(connectionAge(sampleSocket({ timer: { kind, expiresMs: 10, retransmits: 0 } })).is).toBe('at-least');
  });

  it('is not known without tcp_info, and not 0', () => {
    expect(connectionAge(sampleSocket({ info: unknown('unsupported', 'no tcp_info') })).ms).toBeNull();
  });
});
