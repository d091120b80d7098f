import type { ActionMethod } from '../facts/index.ts';

/** The command that ends the connections of one finding, and no others, in a way; a dry run, as it is spelt. */
export type CloseCommand = (method: ActionMethod) => string;

/** Of a selection, in words of the command line. */
export function closeCommand(selection: string): CloseCommand {
  return (method) => `closewait close ${selection} --with ${method}`;
}
