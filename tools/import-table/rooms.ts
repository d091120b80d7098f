/** One row of the import table: a folder of source files with one face, its index.ts. */
export interface Room {
  readonly name: string;
  /** From the root of the checkout. */
  readonly folder: string;
  /** Names of the rooms whose faces it may import, beside its own files. */
  readonly mayImport: readonly string[];
  /** Pure: neither Node's built-in modules nor npm packages. */
  readonly pure?: true;
  /** Files, beside index.ts, that other rooms may import. They carry a weight that the face must not have. */
  readonly sideDoors?: Readonly<Record<string, SideDoor>>;
}

/** A file of a room that is imported by its own name. */
export interface SideDoor {
  /** npm packages that this file may import although its room is pure. */
  readonly packages: readonly string[];
}

const core = (name: string, ...mayImport: readonly string[]): Room => ({
  name: `core/${name}`,
  folder: `packages/core/src/${name}`,
  mayImport: mayImport.map((other) => `core/${other}`),
  pure: true,
});

const command = (name: string, ...mayImport: readonly string[]): Room => ({
  name,
  folder: `packages/closewait/src/${name}`,
  mayImport,
});

const FACTS = ['core/tcp', 'core/facts'] as const;
const CORE = [
  ...FACTS,
  'core/codec',
  'core/capture',
  'core/diagnose',
  'core/ways',
  'core/policy',
  'core/report',
  'core/draw',
  'core/experiment',
  'core/events',
  'core/orders',
  'core/api',
] as const;

/** The import table of ARCHITECTURE.md. Lab is the oracle of the diagnosis, so it must not import it. */
export const ROOMS: readonly Room[] = [
  // The model of whole connections is for the laboratory; every command loads the states.
  { ...core('tcp'), sideDoors: { 'linux/index.ts': { packages: [] } } },
  core('facts', 'tcp'),
  core('codec', 'tcp', 'facts'),
  { ...core('capture', 'tcp', 'facts', 'codec', 'report'), sideDoors: { 'schema.ts': { packages: ['zod'] } } },
  // What a look asks, without the rules: they are loaded while the kernel answers.
  { ...core('diagnose', 'tcp', 'facts'), sideDoors: { 'suspects.ts': { packages: [] } } },
  core('ways', 'tcp', 'facts', 'diagnose'),
  { ...core('policy', 'tcp', 'facts', 'diagnose', 'ways'), sideDoors: { 'schema.ts': { packages: ['zod'] } } },
  {
    ...core('report', 'tcp', 'facts', 'diagnose', 'policy'),
    // The published schema is for validators; the command prints reports without loading zod.
    sideDoors: {
      'plan/index.ts': { packages: [] },
      'plan/schema-plan.ts': { packages: ['zod'] },
      'schema.ts': { packages: ['zod'] },
      'schema-connection.ts': { packages: ['zod'] },
      'schema-explain.ts': { packages: ['zod'] },
      'schema-finding.ts': { packages: ['zod'] },
      'schema-look.ts': { packages: ['zod'] },
      'schema-report.ts': { packages: ['zod'] },
    },
  },
  { ...core('draw', 'tcp', 'facts', 'report'), sideDoors: { 'schema.ts': { packages: ['zod'] } } },
  {
    ...core('experiment', 'tcp', 'facts', 'report', 'draw'),
    sideDoors: {
      'schema.ts': { packages: ['zod'] },
      'schema-model.ts': { packages: ['zod'] },
      'schema-remedies.ts': { packages: ['zod'] },
      'schema-syn-fin.ts': { packages: ['zod'] },
      'schema-trace.ts': { packages: ['zod'] },
    },
  },
  { ...core('events', 'tcp', 'facts', 'codec', 'report'), sideDoors: { 'schema.ts': { packages: ['zod'] } } },
  {
    ...core('orders', 'tcp', 'facts', 'diagnose', 'ways', 'report'),
    sideDoors: { 'schema.ts': { packages: ['zod'] } },
  },
  core('api', 'tcp', 'facts', 'diagnose', 'policy'),

  command('cache'),
  command('ffi', 'core/facts'),
  {
    ...command('kernel', 'cache', 'ffi', ...FACTS, 'core/codec'),
    // For one command each; no look pays for them.
    sideDoors: {
      'bpf/assembler.ts': { packages: [] },
      'bpf/why-not.ts': { packages: [] },
      'readers/read-frozen.ts': { packages: [] },
      'count-states.ts': { packages: [] },
      'readers/read-settings.ts': { packages: [] },
      'trace/index.ts': { packages: [] },
    },
  },
  command('actions', 'ffi', 'kernel', ...CORE),
  command('capture', ...FACTS, 'core/codec', 'core/capture'),
  command('probe', ...FACTS),
  command('lab', 'ffi', ...FACTS, 'core/codec', 'core/experiment'),
  command('agent', 'kernel', 'actions', 'probe', ...CORE),
  // What the process that looks makes for the screens; it draws nothing, so it loads no Ink.
  { ...command('tui', ...CORE), sideDoors: { 'model/index.ts': { packages: [] } } },
  command('cli', 'cache', 'ffi', 'kernel', 'actions', 'capture', 'probe', 'lab', 'agent', 'tui', ...CORE),

  { name: 'guard', folder: 'packages/guard/src', mayImport: FACTS },
  { name: 'web', folder: 'packages/web/src', mayImport: [...FACTS, 'core/diagnose', 'core/report', 'core/api'] },
];

/** Packages that one room alone may import. */
export const OWNED_PACKAGES: Readonly<Record<string, string>> = {
  koffi: 'ffi',
  ink: 'tui',
  react: 'tui',
  'string-width': 'tui',
};
