export { buildHostLook } from './build-host-look.ts';
export { ConnectionBook } from './connection-book.ts';
export { type ReadSelector, type RowSelector, readFilter } from './filter.ts';
export type { ConnectionPage, HostLook, PageRequest, ProcessRow } from './host-look.ts';
export type { HostWatch } from './host-watch.ts';
