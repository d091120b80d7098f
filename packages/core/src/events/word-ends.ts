import { localOf, remoteOf } from '../codec/index.ts';
import { type Endpoint, formatEndpoint } from '../facts/index.ts';
import type { ConnectionEnds } from './passive-close.ts';

/** Ends whose texts are made when they are asked for. */
export class WordEnds implements ConnectionEnds {
  readonly #words: Uint32Array;

  /** The words must not change any more. */
  constructor(words: Uint32Array) {
    this.#words = words;
  }

  get local(): Endpoint {
    return localOf(this.#words);
  }

  get remote(): Endpoint {
    return remoteOf(this.#words);
  }
}

/** Tells connections apart by their ends; two network namespaces may have the same. */
export function endsKey({ local, remote }: ConnectionEnds): string {
  return `${formatEndpoint(local)} ${formatEndpoint(remote)}`;
}

/** The same without the own port, which a closed socket has lost. */
export function endsKeyWithoutPort({ local, remote }: ConnectionEnds): string {
  return `${local.address} ${formatEndpoint(remote)}`;
}
