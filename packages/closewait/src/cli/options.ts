import type { OptionSpec } from './command.ts';
import { parseDuration } from './option-values.ts';

/** Options that several commands share; each is one constant, so that it reads the same everywhere. */
export const JSON_OPTION: OptionSpec = { flags: '--json', says: 'print JSON instead of text' };

export const MIN_AGE_OPTION: OptionSpec = {
  flags: '--min-age <duration>',
  says: 'leave out connections younger than this: they are passing through',
  parse: parseDuration,
  default: { value: 1000, says: '1s' },
};

export const QUICK_OPTION: OptionSpec = {
  flags: '--quick',
  says: 'take one look and not two, half a second apart: what spins and what is in use stays open',
};

export const WHERE_OPTION: OptionSpec = {
  flags: '--where <expression>',
  says: 'only connections for which a CEL expression over the fields of `ls --json` holds',
};

export const FROM_OPTION: OptionSpec = {
  flags: '--from <file>',
  says: 'look at a recording of `closewait record` instead of this host',
};

export const NO_ALL_NAMESPACES_OPTION: OptionSpec = {
  flags: '--no-all-namespaces',
  says: 'look only in the own network namespace',
};

export const ARGUMENTS_OPTION: OptionSpec = {
  flags: '--arguments',
  says: 'show the arguments of command lines also where no terminal reads them: they may hold secrets',
};

export const AUDIT_OPTION: OptionSpec = {
  flags: '--audit <file>',
  says: 'append each action to this file; default for root /var/log/closewait/audit.jsonl',
};

export const SELECTORS = {
  spec: '[selectors...]',
  says: 'pid:123, :8000 (local port), 192.0.2.1:443 (peer), cookie:…, container:…, unit:…, cause:…',
} as const;
