import type { LabScenario } from './scenario.ts';
import { FLAWED_SERVER } from './scenarios/flawed-server.ts';

/** Every scenario of the laboratory, in the order in which it is listed. */
export const LAB_SCENARIOS: readonly LabScenario[] = [FLAWED_SERVER];

export { LAB_PROGRAMS, type LabProgram, programUrl } from './program-url.ts';
export type { BusyWith } from './programs/flawed-server-contract.ts';
export type { LabOption, LabScenario } from './scenario.ts';
export {
  FLAWED_SERVER,
  type FlawedServerResult,
  type FlawedServerRun,
  type LabLine,
  runFlawedServer,
  type StuckScene,
} from './scenarios/flawed-server.ts';
