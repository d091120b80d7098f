/** Names of what is measured, as budgets, table and plot know them. */
export const TOOL = {
  ss: 'ss -tanp state close-wait',
  lsof: 'lsof -nP -iTCP -sTCP:CLOSE_WAIT',
  lsfd: 'lsfd (sockets, no states)',
  netstat: 'netstat -tanp',
  runtime: 'node -e 0 (the runtime alone)',
  version: 'closewait --version',
  list: 'closewait ls --json',
  quick: 'closewait --quick --json',
  report: 'closewait --json',
  listProc: 'closewait ls --json, /proc',
  quickProc: 'closewait --quick --json, /proc',
  listWarm: 'closewait ls --json, warm',
  quickWarm: 'closewait --quick --json, warm',
  listSource: 'closewait ls --json, source',
  quickSource: 'closewait --quick --json, source',
} as const;

/** What budgets are about: where their rounds lie far apart, rounds are added. */
export const DECISIVE: ReadonlySet<string> = new Set([
  TOOL.ss,
  TOOL.lsof,
  TOOL.version,
  TOOL.list,
  TOOL.quick,
  TOOL.report,
  TOOL.listProc,
  TOOL.quickProc,
]);

/** Connections of the scene that most budgets are about. */
export const MANY = 95_000;
/** Connections beside very many descriptors. */
export const FEW = 1000;
/** Other descriptors than sockets. */
export const MILLION = 1_000_000;
export const MANY_DESCRIPTORS = 1_200_000;
