import type { Command } from '../command.ts';
import { JSON_OPTION } from '../options.ts';

/** What the laboratory measures, beside its scenarios: each is a command below `closewait lab`. */
export const LAB_EXPERIMENTS: readonly Command[] = [
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
