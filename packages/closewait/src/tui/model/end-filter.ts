import type { SocketFacts } from '@closewait/core/facts';

/** Whether ss(8) with -K would end this socket, its state and namespace aside. */
export type EndFilter = (socket: Pick<SocketFacts, 'local' | 'remote'>) => boolean;

const COMMAND = /(?:^| )ss -tK state close-wait (?<filter>.+)$/;
const TERM =
  /^(?:sport = :(?<port>\d{1,5})|(?<end>src|dst) (?:\[(?<bracketed>[\da-f:.]+)\]|(?<plain>[\d.]+)):(?<endPort>\d{1,5}))(?: |$)/;

/**
 * Reads the filter of an `ss -K` command that a remedy offers: `sport = :8000`, `src 192.0.2.1:80 dst [2001:db8::1]:9`.
 * Null for anything else: what it would end cannot be told, and must not be guessed.
 */
export function readEndFilter(command: string): EndFilter | null {
  let rest = COMMAND.exec(command)?.groups?.['filter'] ?? '';
  const terms: EndFilter[] = [];
  while (rest !== '') {
    const term = TERM.exec(rest);
    if (term === null) return null;
    const { port, end, bracketed, plain, endPort } = term.groups ?? {};
    if (port === undefined) {
      const [side, address] = [end === 'src' ? ('local' as const) : ('remote' as const), bracketed ?? plain];
      terms.push((socket) => socket[side].address === address && socket[side].port === Number(endPort));
    } else {
      terms.push(({ local }) => local.port === Number(port));
    }
    rest = rest.slice(term[0].length);
  }
  return terms.length === 0 ? null : (socket) => terms.every((fits) => fits(socket));
}
