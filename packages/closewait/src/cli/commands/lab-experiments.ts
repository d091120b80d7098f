import type { Command } from '../command.ts';
import { parseCount, parseSeed } from '../option-values.ts';
import { JSON_OPTION } from '../options.ts';

/** What the laboratory measures, beside its scenarios: each is a command below `closewait lab`. */
export const LAB_EXPERIMENTS: readonly Command[] = [
  {
    name: 'model',
    says: 'plays random sequences of calls on the model of TCP and on real sockets, which must agree after every step',
    options: [
      {
        flags: '--runs <number>',
        says: 'sequences to play',
        parse: parseCount,
        default: { value: 300, says: '300' },
      },
      { flags: '--seed <number>', says: 'draws the same sequences again', parse: parseSeed },
      {
        flags: '--without <rule>',
        says:
          'leaves a departure of Linux out of the model, to see where the kernel differs from RFC 9293; ' +
          'docs/state-machine.md has their names',
      },
      JSON_OPTION,
    ],
    examples: ['closewait lab model --runs 10000', 'closewait lab model --without unread-data-resets'],
    load: () => import('./lab-model.ts'),
  },
  {
    name: 'remedies',
    says: 'every remedy on every cause with real sockets: does the connection go, the descriptor, is the worker free',
    options: [
      { flags: '--only <causes>', says: 'rows, with commas; each is then shown remedy by remedy' },
      { flags: '--remedy <remedies>', says: 'columns, with commas; what is done without any is measured with them' },
      {
        flags: '--peer <peer>',
        says: 'show one kind of peer: half-closed, closed, expired or vanished; with --only all that was seen of it',
      },
      JSON_OPTION,
      { flags: '--html <file>', says: 'also write the whole matrix as one page that needs nothing else' },
    ],
    examples: [
      'closewait lab remedies --html remedies.html',
      'closewait lab remedies --only worker-stuck',
      'closewait lab remedies --only writer-blocked --remedy destroy,user-timeout --peer half-closed',
    ],
    load: () => import('./lab-remedies.ts'),
  },
  {
    name: 'syn-fin',
    says: 'sends SYN+FIN and its kin through a raw socket to a listener, and says what this kernel does with them',
    options: [
      JSON_OPTION,
      { flags: '--html <file>', says: 'also write the result as one page that needs nothing else' },
    ],
    examples: ['closewait lab syn-fin', 'closewait lab syn-fin --html syn-fin.html'],
    load: () => import('./lab-syn-fin.ts'),
  },
];
