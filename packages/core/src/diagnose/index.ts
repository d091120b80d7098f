export { connectionAge } from './connection-age.ts';
export { DIAGNOSED_STATES, type DiagnoseOptions, diagnose, listConnections, type Selects } from './diagnose.ts';
export type {
  ConnectionAge,
  Diagnosis,
  Evidence,
  Finding,
  MissingEvidence,
  Remedy,
  StuckConnection,
} from './finding.ts';
export { OwnerFinder } from './owner-finder.ts';
