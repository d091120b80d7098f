export { buildSynFinReport } from './build-syn-fin.ts';
export {
  SYN_FIN_FATES,
  SYN_FIN_PROBES,
  SYN_FIN_SCHEMA_ID,
  SYN_FIN_SETTINGS,
  SYN_FIN_SIGHTS,
  SYN_FIN_TARGETS,
  type SynFinAnswer,
  type SynFinControl,
  type SynFinFate,
  type SynFinFateOf,
  type SynFinProbe,
  type SynFinReport,
  type SynFinSettings,
  type SynFinSight,
  type SynFinSocket,
  type SynFinStep,
  type SynFinTarget,
  type SynFinTrial,
  type SynFinVerdict,
} from './syn-fin-document.ts';
export { listSynFinRows, type SynFinRow } from './syn-fin-rows.ts';
export { judgeSynFin } from './syn-fin-verdict.ts';
export { SETTINGS_WORDS, TARGET_WORDS } from './syn-fin-words.ts';
export { formatSynFin, listSettings, type SynFinTextOptions } from './text-syn-fin.ts';
