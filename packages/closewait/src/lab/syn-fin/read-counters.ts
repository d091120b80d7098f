import { readFileSync } from 'node:fs';
import { decodeNetCounters, describeProblem, type NetCounters } from '@closewait/core/codec';
import { NotMade } from './not-made.ts';

/** The counters of the calling thread's network namespace: /proc/self would be the first thread's. */
const FILES = ['/proc/thread-self/net/snmp', '/proc/thread-self/net/netstat'];

/** All counters of TCP and IP, as nstat(8) reads them. */
export function readCounters(): NetCounters {
  const all = FILES.flatMap((path) => {
    const counters = decodeNetCounters(readFileSync(path));
    if (!counters.ok) throw new NotMade(describeProblem(counters.problem));
    return [...counters.value];
  });
  return new Map(all);
}
