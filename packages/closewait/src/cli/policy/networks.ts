import { BlockList, isIP } from 'node:net';

/** Whether an address lies in a network, see {@link Networks.contains}. */
export class Networks {
  /** By its text; null: it is none. Policies name few. */
  readonly #known = new Map<string, BlockList | null>();

  /** Whether `text` is an address, or one with the length of a prefix: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1`. */
  isNetwork(text: string): boolean {
    return this.#read(text) !== null;
  }

  /** @throws Error: `network` is none, or `address` is none. */
  contains(network: string, address: string): boolean {
    const list = this.#read(network);
    const family = isIP(address);
    if (list === null) throw new Error(`'${network}' is not a network`);
    if (family === 0) throw new Error(`'${address}' is not an address`);
    return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }

  #read(text: string): BlockList | null {
    const found = this.#known.get(text);
    if (found !== undefined) return found;
    const list = readNetwork(text);
    this.#known.set(text, list);
    return list;
  }
}

function readNetwork(text: string): BlockList | null {
  const [, address = '', digits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  const bits = family === 4 ? 32 : 128;
  const prefix = digits === undefined ? bits : Number(digits);
  if (family === 0 || prefix > bits) return null;
  const list = new BlockList();
  list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return list;
}
