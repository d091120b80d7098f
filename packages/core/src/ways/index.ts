export { chooseAction } from './choose-action.ts';
export { AUTO_TIMEOUT_MS, type AutoChoice, chooseAuto, restartCommandOf } from './choose-auto.ts';
export { FORGOTTEN_CAUSES } from './forgotten-causes.ts';
export { type PairedLegs, pairRelayLegs } from './pair-relay-legs.ts';
export { subjectOfClosed, subjectOfConnection } from './subject-of.ts';
export { untouchableProcess } from './untouchable-process.ts';
export {
  isConnection,
  type OrderedAction,
  type OrderMethod,
  type Refusal,
  type SeenBefore,
  type Subject,
  type WayOptions,
} from './way.ts';
