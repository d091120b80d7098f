export { causeOf } from './causes/index.ts';
export { chooseSuspects } from './choose-suspects.ts';
export { connectionAge } from './connection-age.ts';
export { type DiagnoseOptions, diagnose, listConnections, type Selects } from './diagnose.ts';
export { DIAGNOSED_STATES } from './diagnosed-states.ts';
export type {
  ConnectionAge,
  Connections,
  Diagnosis,
  Evidence,
  Finding,
  Growth,
  MissingEvidence,
  Part,
  Remedy,
  StuckConnection,
} from './finding.ts';
export { visitConnections } from './finding.ts';
export { addGrowth, type Exhaustion, forecast, growthBetweenLooks, growthOf } from './forecast.ts';
export { OwnerFinder } from './owner-finder.ts';
export { RelayLegs } from './relay-legs.ts';
export { type Cause, LANGUAGES, type Language } from './rule.ts';
