import { buildOrder } from './build-close.ts';
import type { CloseOrder } from './close-document.ts';
import type { Order } from './order.ts';

/** Orders to which the same is said: how many, and the first of them. */
export interface OrderGroup {
  readonly count: number;
  readonly order: CloseOrder;
}

/** Puts orders of several findings together that read the same, for a screen that shows their connections elsewhere. */
export function groupOrders(orders: readonly Order[]): readonly OrderGroup[] {
  return [...Map.groupBy(orders, keyOf).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [{ count: alike.length, order: buildOrder(first, null) }];
  });
}

function keyOf({ finding: { cause, confidence }, action, refusal }: Order): string {
  if (action?.method !== 'shutdown') return JSON.stringify([cause, confidence, action, refusal]);
  return JSON.stringify([cause, confidence, action.direction, action.leg === null]);
}
