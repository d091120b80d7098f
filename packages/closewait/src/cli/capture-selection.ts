import { isIP } from 'node:net';
import type { CapturedConnection } from '@closewait/core/capture';
import { ClosewaitError, unmapAddress } from '@closewait/core/facts';

/**
 * Reads `:PORT` and `ADDRESS:PORT`: connections of which either end fits; of several selectors one is enough.
 *
 * @throws ClosewaitError `usage`.
 */
export function parseCaptureSelection(operands: readonly string[]): (connection: CapturedConnection) => boolean {
  const wanted = operands.map(parseEndpoint);
  return ({ ends }) =>
    wanted.length === 0 ||
    wanted.some(({ address, port }) =>
      ends.some(({ endpoint }) => endpoint.port === port && (address === null || endpoint.address === address)),
    );
}

function parseEndpoint(text: string): { readonly address: string | null; readonly port: number } {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const address = bracketed ?? plain ?? '';
  const isAny = bracketed === undefined && address === '';
  if (port < 1 || port > 65_535 || (!isAny && isIP(address) !== (bracketed === undefined ? 4 : 6))) {
    throw new ClosewaitError('usage', `'${text}' selects nothing in a capture`, {
      hint: 'use :8000, 192.0.2.1:443 or [2001:db8::1]:443',
    });
  }
  return { address: isAny ? null : spell(address), port };
}

/** As tshark spells it: RFC 5952. */
function spell(address: string): string {
  return isIP(address) === 4 ? address : unmapAddress(new URL(`http://[${address}]`).hostname.slice(1, -1));
}
