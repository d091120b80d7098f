import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloseDocument } from '@closewait/core/orders';
import { carryOut } from '../../packages/closewait/src/actions/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { CLOSEWAIT } from './closewait.ts';
import { indexOf, type OrderKind, ordersAbout } from './race-orders.ts';
import { type RaceScene, VICTIM_PORT, victimIndex } from './race-scene.ts';
import { countRaces, findFaults, type RaceCount, type RacedOrder } from './race-verdicts.ts';
import { run } from './run.ts';
import { waitUntil } from './wait-until.ts';

/** What came of the orders about all victims of a scene, once. */
export interface PlayedRound {
  readonly race: RaceCount;
  /** Where outcomes and records do not agree: see {@link findFaults}. */
  readonly faults: readonly string[];
  /** Connections of bystanders that ended while the orders were carried out, and how long that was. */
  readonly bystanders: number;
  readonly actingMs: number;
}

/** A look at a busy host before, and one record on the disk for each action. */
const COMMAND_DEADLINE_MS = 300_000;

/** By the code that carries orders out for the command; the race begins when it has looked and nothing is done yet. */
export async function closeInProcess(
  scene: RaceScene,
  victims: number,
  kinds: readonly OrderKind[],
): Promise<PlayedRound> {
  await scene.makeVictims(victims);
  const orders = await ordersAbout(scene, victims, kinds);
  return play(scene, async (begin) => {
    const results = await carryOut(orders, {
      source: new LiveSource(),
      pathOf: () => scene.namespace.path,
      processOf: () => null,
      signal: new AbortController().signal,
      onOrdered: () => {
        begin();
        return null;
      },
    });
    return results.map(({ order, outcome }) => {
      if (order.action === null) throw new Error(`nothing is done: ${order.refusal?.why}`);
      return { index: indexOf(order), method: order.action.method, outcome: outcome.kind };
    });
  });
}

/** By `closewait close --yes`; the race begins when it has opened its audit, which is right before it acts. */
export async function closeByCommand(scene: RaceScene, victims: number, way: readonly string[]): Promise<PlayedRound> {
  await scene.makeVictims(victims);
  const folder = mkdtempSync(join(tmpdir(), 'closewait-races-'));
  const audit = join(folder, 'audit.jsonl');
  const selected = [`:${scene.port}`, '--where', `remote.endsWith(":${VICTIM_PORT}")`, '--min-age', '0s'];
  const options = ['--with', ...way, '--yes', '--json', '--audit', audit, '--at-most', `${victims}`];
  try {
    return await play(scene, async (begin) => {
      const command = run([...CLOSEWAIT, 'close', ...selected, ...options], { deadlineMs: COMMAND_DEADLINE_MS });
      let isOver = false;
      const over = command.finally(() => {
        isOver = true;
      });
      const isOpen = (): boolean => isOver || statSync(audit, { throwIfNoEntry: false }) !== undefined;
      await waitUntil('the audit is open', isOpen, COMMAND_DEADLINE_MS);
      begin();
      const { stdout, stderr } = await over;
      if (stdout === '') throw new Error(stderr);
      return readOrders(JSON.parse(stdout) as CloseDocument);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function play(
  scene: RaceScene,
  close: (begin: () => void) => Promise<readonly RacedOrder[]>,
): Promise<PlayedRound> {
  let began: Promise<void> | undefined;
  const before = await scene.count();
  const startedMs = performance.now();
  const orders = await close(() => {
    began = scene.race();
  });
  if (began === undefined) throw new Error('nothing was ordered');
  await began;
  const after = await scene.count();
  const actingMs = performance.now() - startedMs;
  const records = await scene.settle();
  return {
    race: countRaces(orders, records),
    faults: findFaults(orders, records),
    bystanders: after.ended - before.ended,
    actingMs,
  };
}

function readOrders({ orders, totals }: CloseDocument): readonly RacedOrder[] {
  const sum = Object.values(totals.outcomes).reduce((all, count) => all + count, 0);
  if (sum !== orders.length) throw new Error(`${orders.length} orders and ${sum} outcomes`);
  return orders.map(({ connection, action, outcome, refusal }) => {
    if (action === null || outcome === null) throw new Error(`nothing is done: ${refusal?.why}`);
    const [address = '', port] = connection?.remote.split(':') ?? [];
    return { index: victimIndex({ address, port: Number(port) }), method: action.method, outcome: outcome.kind };
  });
}
