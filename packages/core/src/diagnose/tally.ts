import type { SocketFacts } from '../facts/index.ts';
import { Arrivals } from './arrivals.ts';
import type { ConnectionAge, Connections } from './finding.ts';
import { Holding } from './holding.ts';
import { QueueCounts } from './queue-facts.ts';
import { type Traits, traitsOf } from './traits.ts';

/** What the rules and the finding want to know of all connections of a group, counted in one pass: there may be 100,000. */
export class Tally {
  readonly arrivals: Arrivals;
  readonly holding: Holding = new Holding();
  readonly queues: QueueCounts = new QueueCounts();

  constructor(minAgeMs: number) {
    this.arrivals = new Arrivals(minAgeMs);
  }

  /** Counts connections that were sorted out of a group. */
  static of(connections: Connections, minAgeMs: number): Tally {
    const tally = new Tally(minAgeMs);
    for (const { socket, holders, age } of connections) {
      tally.holding.add(holders);
      tally.add(socket, age, traitsOf(socket, null, null));
    }
    return tally;
  }

  /** Everything but who holds it, which `holding` is told. */
  add(socket: SocketFacts, age: ConnectionAge, traits: Traits): void {
    this.arrivals.add(age);
    this.queues.add(socket, traits);
  }

  addAll({ arrivals, holding, queues }: Tally): void {
    this.arrivals.addAll(arrivals);
    this.holding.addAll(holding);
    this.queues.addAll(queues);
  }
}
