import type { Halves, ModelAction, Side } from '@closewait/core/tcp';
import * as fc from 'fast-check';

const SIDE: fc.Arbitrary<Side> = fc.constantFrom('a', 'b');
const LONGEST = 32;
const MOST_BYTES = 5;

const HANDSHAKE = [
  { does: 'listen' },
  { does: 'connect', at: 'a' },
  { does: 'deliver', at: 'b' },
  { does: 'deliver', at: 'a' },
  { does: 'deliver', at: 'b' },
] as const satisfies readonly ModelAction[];

/** How a sequence begins, so that most do not end before the connection exists. The first is the simplest. */
const BEGINNINGS: readonly (readonly ModelAction[])[] = [
  [],
  [{ does: 'listen' }, { does: 'connect', at: 'a' }],
  [
    { does: 'connect', at: 'a' },
    { does: 'connect', at: 'b' },
  ],
  HANDSHAKE,
  [...HANDSHAKE, { does: 'accept' }],
  [
    { does: 'connect', at: 'a' },
    { does: 'connect', at: 'b' },
    { does: 'deliver', at: 'a' },
    { does: 'deliver', at: 'b' },
    { does: 'deliver', at: 'a' },
    { does: 'deliver', at: 'b' },
  ],
];
const BEGINNING_WEIGHTS = [1, 3, 2, 3, 8, 1] as const;

const at = (does: 'connect' | 'close' | 'abort' | 'destroy' | 'deliver'): fc.Arbitrary<ModelAction> =>
  SIDE.map((side) => ({ does, at: side }));
const sized = (does: 'send' | 'read'): fc.Arbitrary<ModelAction> =>
  fc.tuple(SIDE, fc.integer({ min: 1, max: MOST_BYTES })).map(([side, bytes]) => ({ does, at: side, bytes }));
const HALF: fc.Arbitrary<Halves> = fc.constantFrom('write', 'read', 'both');

const ACTION: fc.Arbitrary<ModelAction> = fc.oneof(
  { weight: 36, arbitrary: at('deliver') },
  { weight: 10, arbitrary: sized('send') },
  { weight: 10, arbitrary: sized('read') },
  { weight: 8, arbitrary: fc.tuple(SIDE, HALF).map(([side, half]) => ({ does: 'shutdown' as const, at: side, half })) },
  { weight: 6, arbitrary: at('close') },
  { weight: 2, arbitrary: at('abort') },
  { weight: 2, arbitrary: at('destroy') },
  { weight: 3, arbitrary: at('connect') },
  { weight: 4, arbitrary: fc.constantFrom<ModelAction>({ does: 'accept' }, { does: 'listen' }, { does: 'close listener' }) },
);

/** One sequence in a hundred lets time pass: each costs more than a second. */
const RARELY = { weight: 1, arbitrary: fc.constant(true) };
const MOSTLY = { weight: 99, arbitrary: fc.constant(false) };

/** Closes by `side`, and lets the other end take note: what leaves FIN-WAIT-2 behind, whose time then passes. */
const closedAlone = (side: Side): readonly ModelAction[] => [
  { does: 'close', at: side },
  { does: 'deliver', at: side === 'a' ? 'b' : 'a' },
  { does: 'deliver', at: side },
  { does: 'wait' },
];

/** Sequences of actions, as fast-check draws and shrinks them. */
export const SEQUENCE: fc.Arbitrary<readonly ModelAction[]> = fc
  .tuple(
    fc.oneof(
      ...BEGINNINGS.map((actions, index) => ({ weight: BEGINNING_WEIGHTS[index] ?? 1, arbitrary: fc.constant(actions) })),
    ),
    fc.array(ACTION, { maxLength: LONGEST, size: 'max' }),
    fc.oneof(MOSTLY, RARELY),
    SIDE,
  )
  .map(([beginning, actions, waits, side]) => [...beginning, ...actions, ...(waits ? closedAlone(side) : [])]);
