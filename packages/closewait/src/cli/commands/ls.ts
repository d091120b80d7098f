import { ClosewaitError } from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { look } from '../../kernel/index.ts';
import type { Invocation } from '../command.ts';
import { openSource } from '../open-source.ts';
import { parseSelection } from '../selection/index.ts';

interface LsOptions {
  readonly json?: boolean;
  readonly state: readonly TcpState[];
  readonly minAge: number;
  readonly where?: string;
  readonly from?: string;
  readonly allNamespaces: boolean;
}

/** `closewait ls`: one row a connection; one look, no diagnosis. */
export async function run({ operands, options, terminal }: Invocation): Promise<number> {
  const { json, state, minAge, where, from, allNamespaces } = options as unknown as LsOptions;
  const selection = await parseSelection(operands, where);
  if (selection.causes.length > 0) {
    throw new ClosewaitError('usage', 'ls does not diagnose, so it cannot select a cause', {
      hint: `closewait ${operands.join(' ')}`,
    });
  }
  const source = await openSource(from);
  try {
    // What prints is loaded while the kernel answers.
    const [facts, { printRows }] = await Promise.all([
      look(source, { states: state, depth: 'list', allNamespaces }),
      import('../print-rows.ts'),
    ]);
    const selects = selection.over(facts);
    return printRows(facts, { minAgeMs: minAge, selects, states: state, json: json === true }, terminal) > 0 ? 1 : 0;
  } finally {
    source.close();
  }
}
