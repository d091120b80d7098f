export { causeOf } from './causes/index.ts';
export { connectionAge } from './connection-age.ts';
export { chooseSuspects } from './choose-suspects.ts';
export { DIAGNOSED_STATES, type DiagnoseOptions, diagnose, listConnections, type Selects } from './diagnose.ts';
export type {
  ConnectionAge,
  Diagnosis,
  Evidence,
  Finding,
  Growth,
  MissingEvidence,
  Part,
  Remedy,
  StuckConnection,
} from './finding.ts';
export { OwnerFinder } from './owner-finder.ts';
export { type Cause, LANGUAGES, type Language } from './rule.ts';
