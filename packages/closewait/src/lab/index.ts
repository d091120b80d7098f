import type { CauseScenario } from './cause-scenario.ts';
import type { LabScenario } from './scenario.ts';
import { ACCEPTANCE_SCENARIOS } from './scenarios/acceptance.ts';
import { CHILDREN_SCENARIOS } from './scenarios/children.ts';
import { CLIENTS_SCENARIOS } from './scenarios/clients.ts';
import { FLAWED_SERVER } from './scenarios/flawed-server.ts';
import { FORGETTING_SCENARIOS } from './scenarios/forgetting.ts';
import { HIDING_SCENARIOS } from './scenarios/hiding.ts';
import { LIMITS_SCENARIOS } from './scenarios/limits.ts';
import { LISTENING_SCENARIOS } from './scenarios/listening.ts';
import { READINESS_SCENARIOS } from './scenarios/readiness.ts';
import { SHARING_SCENARIOS } from './scenarios/sharing.ts';
import { STOPPING_SCENARIOS } from './scenarios/stopping.ts';
import { STREAMS_SCENARIOS } from './scenarios/streams.ts';
import { THREADS_SCENARIOS } from './scenarios/threads.ts';
import { WAITING_SCENARIOS } from './scenarios/waiting.ts';

/** The scenarios with options of their own, in the order in which they are listed. */
export const LAB_SCENARIOS: readonly LabScenario[] = [FLAWED_SERVER];

/** The scenarios that build one cause each, in the order in which they are listed. */
export const CAUSE_SCENARIOS: readonly CauseScenario[] = [
  ...ACCEPTANCE_SCENARIOS,
  ...WAITING_SCENARIOS,
  ...FORGETTING_SCENARIOS,
  ...LISTENING_SCENARIOS,
  ...SHARING_SCENARIOS,
  ...CHILDREN_SCENARIOS,
  ...THREADS_SCENARIOS,
  ...STREAMS_SCENARIOS,
  ...CLIENTS_SCENARIOS,
  ...READINESS_SCENARIOS,
  ...LIMITS_SCENARIOS,
  ...STOPPING_SCENARIOS,
  ...HIDING_SCENARIOS,
];

export type { LabCause } from './cause.ts';
export type { CauseScenario, Scene } from './cause-scenario.ts';
export type { LabCommand } from './lab-process.ts';
export { describeStep } from './model/describe-step.ts';
export { type ModelOutcome, type ModelRun, runModel } from './model/run-model.ts';
export { LAB_PROGRAMS, type LabProgram, programUrl } from './program-url.ts';
export { LAB_PORT, SAYS, UPSTREAM_PORT } from './programs/contract.ts';
export type { BusyWith } from './programs/flawed-server-contract.ts';
export type { Patient } from './remedies/apply-remedy.ts';
export { type RemediesMeasured, type RemediesRun, runRemedies } from './remedies/run-remedies.ts';
export type { ReadSockets } from './remedies/timeline.ts';
export { type LabConnection, runScenario, type ScenarioRun } from './run-scenario.ts';
export type { LabOption, LabScenario } from './scenario.ts';
export {
  FLAWED_SERVER,
  type FlawedServerResult,
  type FlawedServerRun,
  type LabLine,
  runFlawedServer,
  type StuckScene,
} from './scenarios/flawed-server.ts';
export { type PeersCall, startPeers, stuckOn } from './scenarios/server-and-peers.ts';
export { playFrozen } from './scenarios/stopping.ts';
export type { Stage, StageWatch } from './stage.ts';
export type { LabSocket, ReadLabSockets } from './syn-fin/lab-socket.ts';
export { WINDOW_MS } from './syn-fin/observer.ts';
export { runSynFin, type SynFinRun } from './syn-fin/run-syn-fin.ts';
