import type {
  SynFinProbe,
  SynFinSettings,
  SynFinSocket,
  SynFinStep,
  SynFinTarget,
  SynFinTrial,
} from '@closewait/core/experiment';
import type { TcpState } from '@closewait/core/tcp';

/** A step as it is when nothing answers and nothing stays. */
export function sampleStep(parts: Partial<SynFinStep> = {}): SynFinStep {
  return {
    flags: 'SYN+FIN',
    payloadBytes: 0,
    sight: 'seen',
    answers: [],
    counters: { 'Tcp:InSegs': 1 },
    listenerDrops: 1,
    acceptQueue: 0,
    sockets: [],
    ...parts,
  };
}

/** Answered by one segment without data. */
export function answered(flags: string, acknowledges: number | null = 1): Pick<SynFinStep, 'answers'> {
  return { answers: [{ flags, acknowledges, payloadBytes: 0, afterMs: 0.01 }] };
}

/** Sockets that are not accepted. */
export function inState(...states: readonly TcpState[]): { readonly sockets: readonly SynFinSocket[] } {
  return { sockets: states.map((state) => ({ state, hasFile: false, rxQueueBytes: 0 })) };
}

/** A trial with the settings that most hosts have. */
export function sampleTrial(
  target: SynFinTarget,
  probe: SynFinProbe,
  steps: readonly SynFinStep[],
  settings: SynFinSettings = 'cookies-1',
): SynFinTrial {
  return { target, probe, settings, notMade: null, steps };
}

/** What every kernel should do. */
export const SAMPLE_CONTROLS: readonly SynFinTrial[] = [
  sampleTrial('closed-port', 'syn', [sampleStep({ flags: 'SYN', ...answered('RST+ACK') })]),
  sampleTrial('listener', 'syn', [
    sampleStep({ flags: 'SYN', ...answered('SYN+ACK'), ...inState('SYN-RECEIVED'), listenerDrops: 0 }),
    sampleStep({ flags: 'ACK', ...inState('ESTABLISHED'), acceptQueue: 1, listenerDrops: 0 }),
  ]),
  sampleTrial('listener', 'handshake-fin', [
    sampleStep({ flags: 'SYN', ...answered('SYN+ACK'), ...inState('SYN-RECEIVED'), listenerDrops: 0 }),
    sampleStep({ flags: 'FIN+ACK', ...answered('ACK'), ...inState('CLOSE-WAIT'), acceptQueue: 1, listenerDrops: 0 }),
  ]),
  sampleTrial(
    'listener',
    'fast-open-data',
    [
      sampleStep({
        flags: 'SYN',
        ...answered('SYN+ACK', 19),
        ...inState('SYN-RECEIVED'),
        acceptQueue: 1,
        counters: { 'Tcp:InSegs': 2, 'TcpExt:TCPFastOpenPassive': 1 },
      }),
      sampleStep({ flags: 'FIN+ACK', ...inState('CLOSE-WAIT'), acceptQueue: 1 }),
    ],
    'fast-open',
  ),
];

/** A kernel that drops SYN+FIN at the listener and challenges it in ESTABLISHED: Linux since 3.3. */
export const DROPPING_KERNEL: readonly SynFinTrial[] = [
  ...SAMPLE_CONTROLS,
  ...(['cookies-1', 'cookies-2'] as const).map((settings) =>
    sampleTrial(
      'listener',
      'syn-fin',
      [sampleStep(), sampleStep({ flags: 'ACK', ...answered('RST', null), counters: { 'Tcp:OutRsts': 1 } })],
      settings,
    ),
  ),
  sampleTrial('established', 'syn-fin-in-window', [
    sampleStep({
      ...answered('ACK', 0),
      ...inState('ESTABLISHED'),
      acceptQueue: 1,
      counters: { 'Tcp:InSegs': 2, 'TcpExt:TCPChallengeACK': 1 },
    }),
  ]),
];

/** A kernel that takes both flags at their word, as RFC 9293 3.10.7.2 lets it. */
export const LITERAL_KERNEL: readonly SynFinTrial[] = [
  ...SAMPLE_CONTROLS,
  sampleTrial('listener', 'syn-fin', [
    sampleStep({ ...answered('SYN+ACK', 2), ...inState('SYN-RECEIVED'), listenerDrops: 0 }),
    sampleStep({ flags: 'ACK', ...inState('CLOSE-WAIT'), acceptQueue: 1, listenerDrops: 0 }),
  ]),
];
