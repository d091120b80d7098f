import { ClosewaitError } from '@closewait/core/facts';
import { array, assert, asyncProperty, constantFrom, oneof } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS, DEFAULT_COMMAND } from './commands/index.ts';
import { parseArguments } from './parse-arguments.ts';
import { type Request, readPlainArguments } from './plain-arguments.ts';

const plain = (args: readonly string[]): Request | null => readPlainArguments(args, COMMANDS, DEFAULT_COMMAND);

/** What commander makes of it; null where it prints help or refuses. */
async function parsed(args: readonly string[]): Promise<Request | null> {
  const requests: Request[] = [];
  try {
    await parseArguments(args, COMMANDS, DEFAULT_COMMAND, async (request) => {
      requests.push(request);
    });
  } catch (cause) {
    if (!(cause instanceof ClosewaitError)) throw cause;
  }
  return requests[0] ?? null;
}

const FLAGS = COMMANDS.flatMap(({ options }) => options.flatMap(({ flags }) => flags.split(/,? /)));
const WORDS = [
  ...COMMANDS.map(({ name }) => name),
  'model',
  ':8000',
  'pid:1',
  '192.0.2.1:443',
  'cause:never-accepted',
  '0',
  '5s',
  '1.5h',
  'all',
  'estab',
  'x',
  '',
];
const ODD = [
  '--no-color',
  '--color',
  '-o',
  '-oX',
  '--',
  '-',
  '-1',
  '--json=1',
  '--min-age=5s',
  '--jso',
  '--nope',
  '--no-json',
];

describe('plain command lines', () => {
  it('are read as commander reads them, whatever they are made of', async () => {
    const word = oneof(constantFrom(...FLAGS), constantFrom(...WORDS), constantFrom(...ODD));
    let answered = 0;
    await assert(
      asyncProperty(array(word, { maxLength: 6 }), async (args) => {
        const request = plain(args);
        if (request === null) return;
        answered++;
        expect(request).toEqual(await parsed(args));
      }),
      { numRuns: 5000 },
    );
    expect(answered).toBeGreaterThan(500);
  });

  it.each([
    [[], 'report', [], { color: true, minAge: 1000, allNamespaces: true }],
    [['--quick', '--json'], 'report', [], { color: true, minAge: 1000, allNamespaces: true, quick: true, json: true }],
    [[':8000', '--no-color'], 'report', [':8000'], { color: false, minAge: 1000, allNamespaces: true }],
    [['ls', '--min-age', '0s'], 'ls', [], { color: true, minAge: 0, allNamespaces: true, state: ['CLOSE-WAIT'] }],
  ])('%j', async (args, name, operands, options) => {
    expect(plain(args)).toEqual(await parsed(args));
    expect(plain(args)).toMatchObject({ command: { name }, operands, options });
  });

  it.each([
    [['--help']],
    [['ls', '-h']],
    [['--version']],
    [['--min-age']],
    [['--min-age', 'soon']],
    [['--nope']],
    [['--json=1']],
    [['lab', 'model']],
    [['--', 'ls']],
    [['--no-color', 'ls']],
  ])('%j is left to commander', (args) => {
    expect(plain(args)).toBeNull();
  });
});
