export { type CarryOutOptions, carryOut } from './carry-out.ts';
export type { DescriptorOrder } from './free-descriptor/batch.ts';
export {
  type FreeOptions,
  freeDescriptors,
  REUSE_WARNING,
} from './free-descriptor/free-descriptors.ts';
export { tryDestroy } from './try-destroy.ts';
export { tryFreeing, tryFreezer } from './try-methods.ts';
