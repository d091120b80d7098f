import { type Halves, type ModelAction, otherSide, type Side } from '@closewait/core/tcp/linux';
import * as fc from 'fast-check';

const SIDE: fc.Arbitrary<Side> = fc.constantFrom('a', 'b');
const LONGEST = 40;
const MOST_BYTES = 5;

const HANDSHAKE = [
  { does: 'listen' },
  { does: 'connect', at: 'a' },
  { does: 'deliver', at: 'b' },
  { does: 'deliver', at: 'a' },
  { does: 'deliver', at: 'b' },
] as const satisfies readonly ModelAction[];

/** How a sequence begins, and how often: most would otherwise end before the connection exists. The simplest comes first. */
const BEGINNINGS: readonly (readonly [number, readonly ModelAction[]])[] = [
  [1, []],
  [3, [{ does: 'listen' }, { does: 'connect', at: 'a' }]],
  [
    2,
    [
      { does: 'connect', at: 'a' },
      { does: 'connect', at: 'b' },
    ],
  ],
  [3, HANDSHAKE],
  [10, [...HANDSHAKE, { does: 'accept' }]],
  // What comes next brings the ACK that was lost: of the SYN,ACK, and of the FIN.
  [1, [...HANDSHAKE.slice(0, -1), { does: 'lose', at: 'b' }]],
  [
    1,
    [
      ...HANDSHAKE,
      { does: 'accept' },
      { does: 'shutdown', at: 'a', half: 'write' },
      { does: 'deliver', at: 'b' },
      { does: 'lose', at: 'a' },
    ],
  ],
  [
    1,
    [
      { does: 'connect', at: 'a' },
      { does: 'connect', at: 'b' },
      { does: 'deliver', at: 'a' },
      { does: 'deliver', at: 'b' },
      { does: 'deliver', at: 'a' },
      { does: 'deliver', at: 'b' },
    ],
  ],
];

const at = (does: 'connect' | 'close' | 'abort' | 'destroy' | 'deliver' | 'lose'): fc.Arbitrary<ModelAction> =>
  SIDE.map((side) => ({ does, at: side }));
const sized = (does: 'send' | 'read'): fc.Arbitrary<ModelAction> =>
  fc.tuple(SIDE, fc.integer({ min: 1, max: MOST_BYTES })).map(([side, bytes]) => ({ does, at: side, bytes }));
const HALF: fc.Arbitrary<Halves> = fc.constantFrom('write', 'read', 'both');

const LISTENER_ACTIONS: readonly ModelAction[] = [
  { does: 'accept' },
  { does: 'accept' },
  { does: 'listen' },
  { does: 'close listener' },
  { does: 'shut down listener' },
  { does: 'connect listener' },
  { does: 'send on listener' },
];

const ACTION: fc.Arbitrary<ModelAction> = fc.oneof(
  { weight: 36, arbitrary: at('deliver') },
  { weight: 10, arbitrary: sized('send') },
  { weight: 10, arbitrary: sized('read') },
  { weight: 8, arbitrary: fc.tuple(SIDE, HALF).map(([side, half]) => ({ does: 'shutdown' as const, at: side, half })) },
  { weight: 6, arbitrary: at('close') },
  { weight: 2, arbitrary: at('abort') },
  { weight: 2, arbitrary: at('destroy') },
  { weight: 3, arbitrary: at('connect') },
  { weight: 6, arbitrary: at('lose') },
  { weight: 6, arbitrary: fc.constantFrom(...LISTENER_ACTIONS) },
);

/** One end closes, or shuts down its writing half, and the other one takes note: FIN-WAIT-2, whose time then passes. */
const WAITING: fc.Arbitrary<readonly ModelAction[]> = fc
  .tuple(SIDE, fc.constantFrom('close' as const, 'close' as const, 'shutdown' as const))
  .map(([side, does]) => [
    ...HANDSHAKE,
    { does: 'accept' },
    does === 'close' ? { does, at: side } : { does, at: side, half: 'write' },
    { does: 'deliver', at: otherSide(side) },
    { does: 'deliver', at: side },
    { does: 'wait' },
  ]);

/** Three sequences in two hundred let time pass: each costs more than a second. */
const BEGINNING: fc.Arbitrary<readonly ModelAction[]> = fc.oneof(
  {
    weight: 197,
    arbitrary: fc.oneof(...BEGINNINGS.map(([weight, actions]) => ({ weight, arbitrary: fc.constant(actions) }))),
  },
  { weight: 3, arbitrary: WAITING },
);

/** Sequences of actions, as fast-check draws and shrinks them. */
export const SEQUENCE: fc.Arbitrary<readonly ModelAction[]> = fc
  .tuple(BEGINNING, fc.array(ACTION, { maxLength: LONGEST, size: 'max' }))
  .map(([beginning, actions]) => [...beginning, ...actions]);
