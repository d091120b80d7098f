export { AUDIT_SCHEMA_ID, type AuditRecord, buildAuditRecord, type Orderer, sayAudit } from './audit-record.ts';
export { buildClose } from './build-close.ts';
export { CLOSE_SCHEMA_ID, type CloseAudit, type CloseDocument, type CloseOrder } from './close-document.ts';
export { groupOrders, type OrderGroup } from './group-orders.ts';
export { makeOrders } from './make-orders.ts';
export { measuredFrees } from './measured-frees.ts';
export type { Freed, Frees, Order, OrderOptions, OrderResult, SeenOrder, Sighting } from './order.ts';
export { formatClose } from './text-close.ts';
export { formatDecision } from './text-close-process.ts';
