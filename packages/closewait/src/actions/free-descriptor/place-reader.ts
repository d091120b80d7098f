import { Assembler, type Register } from '../../kernel/bpf/assembler.ts';
import type { KernelPlaces, PlaceName } from './kernel-places.ts';

/** Helpers of the kernel, enum bpf_func_id of linux/bpf.h. */
export const HELPER = {
  mapLookup: 1,
  currentTask: 35,
  probeReadUser: 112,
  probeReadKernel: 113,
  currentTaskTyped: 158,
  closeDescriptor: 168,
  taskRegisters: 175,
  loop: 181,
} as const;

/** The key of the only element of a map, and a place for what is read: at the end of every function's stack. */
const KEY = -8;
const SCRATCH = -16;

/**
 * An assembler that reads kernel memory by name. It copies (probe_read) instead of following typed pointers: descriptor
 * tables are arrays of pointers, which the verifier does not follow, and a copy that fails says so instead of being 0.
 */
export class PlaceReader extends Assembler {
  readonly #places: KernelPlaces;

  constructor(places: KernelPlaces) {
    super();
    this.#places = places;
  }

  /** Reads a member of what the address in `base` points to; jumps to `refused` where that is no memory. Uses r0 to r3. */
  peek(to: Register, base: Register, name: PlaceName, refused: string): this {
    const { offset, size } = this.#places.fields[name];
    return this.peekAt(to, base, offset, size, refused);
  }

  /** Of a BTF number the bytes are taken, at most eight. */
  peekAt(to: Register, base: Register, offset: number, size: number, refused: string): this {
    if (size !== 1 && size !== 2 && size !== 4 && size !== 8) throw new Error(`a number of ${size} bytes`);
    return this.move('r3', base)
      .compute('r3', 'add', offset)
      .move('r1', 'r10')
      .compute('r1', 'add', SCRATCH)
      .move('r2', size)
      .call(HELPER.probeReadKernel)
      .jumpIf('r0', '!=', 0, refused)
      .load(size, to, 'r10', SCRATCH);
  }

  /** Reads bytes of the program's own memory, of which a page may not be there. Uses r0 to r3. */
  peekUser(to: Register, address: Register, size: 4 | 8, refused: string): this {
    return this.move('r3', address)
      .move('r1', 'r10')
      .compute('r1', 'add', SCRATCH)
      .move('r2', size)
      .call(HELPER.probeReadUser)
      .jumpIf('r0', '!=', 0, refused)
      .load(size, to, 'r10', SCRATCH);
  }

  /** Reads a member of what a pointer that the verifier knows points to. */
  member(to: Register, base: Register, name: PlaceName): this {
    const { offset, size } = this.#places.fields[name];
    if (size !== 1 && size !== 2 && size !== 4 && size !== 8) throw new Error(`${name} has ${size} bytes`);
    return this.load(size, to, base, offset);
  }

  /** The address of a map's value in r0; jumps to `none` where there is none, which the verifier wants to see asked. */
  value(map: number, none: string): this {
    return this.store(8, 'r10', KEY, 0)
      .loadMap('r1', map)
      .move('r2', 'r10')
      .compute('r2', 'add', KEY)
      .call(HELPER.mapLookup)
      .jumpIf('r0', '==', 0, none);
  }

  callSchedule(): this {
    return this.callKernel(this.#places.functions.schedule);
  }

  callFromPid(): this {
    return this.callKernel(this.#places.functions.fromPid);
  }

  callRelease(): this {
    return this.callKernel(this.#places.functions.release);
  }
}
