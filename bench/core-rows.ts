import { listConnections, OwnerFinder } from '@closewait/core/diagnose';
import type { Facts } from '@closewait/core/facts';
import { type OwnedConnection, writeConnectionRows } from '@closewait/core/report';

/** All rows of `closewait ls --json`, to nowhere. Answers the number of bytes. */
export function writeRows(facts: Facts): number {
  let bytes = 0;
  writeConnectionRows(rowsOf(facts), (chunk) => {
    bytes += chunk.length;
    return true;
  });
  return bytes;
}

function* rowsOf(facts: Facts): Generator<OwnedConnection, void> {
  const finder = new OwnerFinder(facts);
  for (const connection of listConnections(facts)) yield { connection, owner: finder.ownerOf(connection) };
}
