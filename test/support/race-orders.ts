import {
  createAddressTexts,
  decodeInetDiagMessage,
  isSocketMessage,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import { known, type SocketFacts } from '@closewait/core/facts';
import type { Order, OrderOptions } from '@closewait/core/orders';
import { isConnection } from '@closewait/core/ways';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { ownerOf } from './owner.ts';
import { type RaceScene, victimIndex } from './race-scene.ts';
import { sampleProcess } from './sample-facts.ts';
import { sampleOrders } from './sample-orders.ts';
import { sampleFinding, sampleStuck } from './sample-policy.ts';
import { waitUntil } from './wait-until.ts';

/** What is ordered of a part of the victims. */
export type OrderKind = Pick<OrderOptions, 'method'> & Partial<OrderOptions>;

/**
 * Orders about all victims of a scene, of the given kinds in turn, as `closewait close` would make them of a finding
 * `descriptor-leaked`. One look at this namespace alone: how many sockets the host has otherwise does not matter.
 */
export async function ordersAbout(
  scene: RaceScene,
  victims: number,
  kinds: readonly OrderKind[],
): Promise<readonly Order[]> {
  const { pid } = scene;
  const { startedAtMs } = ownerOf(pid);
  const fds = await readDescriptors(pid);
  const sockets = new Map<bigint, SocketFacts>();
  // While others come and go a dump passes one of them over now and then.
  await waitUntil(`${victims} victims are seen`, () => {
    for (const socket of readStuck(scene)) sockets.set(socket.cookie, socket);
    return sockets.size === victims;
  });
  const stuck = [...sockets.values()].map((socket) => {
    const holders = [{ pid, tid: pid, fd: fds.get(socket.inode) ?? -1 }];
    return { ...sampleStuck({}, { holders }), socket };
  });
  const process = sampleProcess({ pid, startedAtMs: known(startedAtMs) });
  const orders = kinds.flatMap((kind, index) => {
    const connections = stuck.filter(({ socket }) => victimIndex(socket.remote) % kinds.length === index);
    return sampleOrders(kind, [sampleFinding({ process, connections })]);
  });
  return orders.toSorted((a, b) => indexOf(a) - indexOf(b));
}

/** Which victim an order is about. */
export function indexOf({ target }: Order): number {
  return isConnection(target) ? victimIndex(target.remote) : -1;
}

function readStuck({ namespace }: RaceScene): readonly SocketFacts[] {
  const addresses = createAddressTexts();
  const request = { family: 'ipv4', states: ['CLOSE-WAIT'], extensions: ['info'] } as const;
  const dump = new LiveSource().dumpSockets(namespace, request);
  if (!dump.known) throw new Error(dump.detail);
  return dump.value.flatMap((datagram) => {
    const split = splitNetlinkMessages(datagram);
    if (!split.ok) throw new Error('a dump that cannot be split');
    return split.value.flatMap(({ type, payload }) => {
      if (!isSocketMessage(type)) return [];
      const socket = decodeInetDiagMessage(payload, namespace.inode, ['info'], addresses);
      if (!socket.ok) throw new Error('a socket that cannot be read');
      return victimIndex(socket.value.remote) < 0 ? [] : [socket.value];
    });
  });
}

/** Of its sockets, by inode. */
async function readDescriptors(pid: number): Promise<ReadonlyMap<number, number>> {
  const [table] = await new LiveSource().readDescriptors([{ pid, tid: pid }]);
  if (table?.known !== true) throw new Error(`descriptors of ${pid} cannot be read`);
  const { fds, inodes } = table.value;
  return new Map(Array.from(inodes, (inode, row) => [inode, fds[row] ?? -1]));
}
