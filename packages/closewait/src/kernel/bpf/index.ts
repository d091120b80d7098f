export { BpfListings, type ListingsOptions } from './listings.ts';
export { differenceOf } from './same-socket.ts';
export { type UnitedTables, uniteTables } from './unite-tables.ts';
