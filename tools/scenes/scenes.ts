/** A process of a scene. */
export interface SceneProgram {
  /** A program of test/support/programs, or `node` with a file of the checkout as its first argument. */
  readonly program: string;
  /** Name of its executable, and so of the process. */
  readonly as: string;
  readonly args: readonly (string | number)[];
  /** It is ready when its output matches. */
  readonly ready: RegExp;
  /** Limit of descriptors, soft and hard. */
  readonly descriptors?: number;
}

/** Real programs on a real kernel, recorded in namespaces of their own. */
export interface Scene {
  readonly name: string;
  readonly programs: readonly SceneProgram[];
  /** Default root. */
  readonly recordedBy?: 'nobody';
}

const READY = /^ready /m;

/** Every recording below fixtures/scenes; `incident` is also the sample of the README. */
export const SCENES: readonly Scene[] = [
  { name: 'calm', programs: [] },
  {
    name: 'flawed-server',
    programs: [
      {
        program: 'node',
        as: 'node',
        args: ['packages/closewait/src/lab/programs/flawed-server.ts', '--port', 8000],
        ready: /accepts connections/,
      },
      {
        program: 'node',
        as: 'node',
        args: ['packages/closewait/src/lab/programs/flawed-client.ts', '--port', 8000, '--', 'hello'],
        ready: /has closed/,
      },
    ],
  },
  {
    name: 'incident',
    programs: [
      { program: 'hold', as: 'orders-api', args: ['--ipv4', 52, '--bytes', 180], ready: READY, descriptors: 64 },
      { program: 'unaccepted', as: 'report-worker', args: [2, 10], ready: READY },
      { program: 'closed-but-held', as: 'mailer', args: [5], ready: READY },
    ],
  },
  {
    name: 'families',
    programs: [
      {
        program: 'hold',
        as: 'dual-stack',
        args: ['--ipv4', 2, '--ipv6', 2, '--mapped', 2, '--bytes', 18],
        ready: READY,
      },
    ],
  },
  {
    name: 'hidden-tables',
    programs: [
      { program: 'dead-leader', as: 'dead-leader', args: [2], ready: READY },
      { program: 'private-table', as: 'private-table', args: [3], ready: READY },
      { program: 'hold', as: 'pre-fork', args: ['--ipv4', 2, '--forks', 2], ready: READY },
    ],
  },
  {
    name: 'hostile-name',
    programs: [{ program: 'hold', as: 'hold', args: ['--ipv4', 1, '--name', '\u001b[2J\nroot:x'], ready: READY }],
  },
  {
    name: 'without-privilege',
    programs: [
      { program: 'hold', as: 'orders-api', args: ['--ipv4', 3, '--bytes', 180], ready: READY },
      { program: 'unaccepted', as: 'report-worker', args: [0, 2], ready: READY },
    ],
    recordedBy: 'nobody',
  },
];
