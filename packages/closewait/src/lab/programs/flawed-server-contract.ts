/** What keeps the server from reading while the peer closes. */
export const BUSY_WITH = ['read', 'write'] as const;

/** `read`: another descriptor on which nothing comes. `write`: an answer that the peer does not read. */
export type BusyWith = (typeof BUSY_WITH)[number];

/** How the client leaves. */
export const CLIENT_ENDINGS = ['close', 'give-up', 'half-close'] as const;

/**
 * - `close`: after it has read every answer.
 * - `give-up`: closes without waiting for an answer.
 * - `half-close`: closes its sending half, reads nothing and stays.
 */
export type ClientEnding = (typeof CLIENT_ENDINGS)[number];

/** How the lines of the server begin, by which the scenario follows it. */
export const SERVER_SAYS = {
  accepts: 'accepts connections on',
  closed: 'the other side has closed:',
  closes: 'has closed as well:',
  waits: 'waits for another descriptor before it answers',
  writes: 'writes a long answer',
} as const;

/** The member of `choices` that an argument names. */
export function choose<T extends string>(choices: readonly T[], argument: string): T {
  const choice = choices.find((it) => it === argument);
  if (choice === undefined) {
    throw new TypeError(`${argument} is none of ${choices.join(', ')}`);
  }
  return choice;
}
