import { LINUX_RULE_IDS } from '@closewait/core/tcp';
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
        says: 'leaves a departure of Linux out of the model, to see where the kernel differs from RFC 9293',
        choices: LINUX_RULE_IDS,
      },
      JSON_OPTION,
    ],
    examples: ['closewait lab model --runs 10000', 'closewait lab model --without unread-data-resets'],
    load: () => import('./lab-model.ts'),
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
