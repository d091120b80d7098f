export { AUDIT_SCHEMA_ID, type AuditRecord, buildAuditRecord, type Orderer, sayAudit } from './audit-record.ts';
export { buildClose } from './build-close.ts';
export { restartCommandOf } from './choose-action.ts';
export { CLOSE_SCHEMA_ID, type CloseAudit, type CloseDocument, type CloseOrder } from './close-document.ts';
export { makeOrders } from './make-orders.ts';
export { measuredFrees } from './measured-frees.ts';
export {
  type Freed,
  type Frees,
  isConnection,
  type Order,
  type OrderedAction,
  type OrderMethod,
  type OrderOptions,
  type OrderResult,
  type Refusal,
  type SeenBefore,
  type Sighting,
} from './order.ts';
export { formatClose } from './text-close.ts';
