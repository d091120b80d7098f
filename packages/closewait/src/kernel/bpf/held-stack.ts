import { HELD_BYTES } from '@closewait/core/codec';

// Where the program of `task_file` keeps things, from the end of its stack (r10).

/** The record under way. */
export const RECORD: number = -HELD_BYTES.ipv6;
/** jiffies64, which has to outlive calls. */
export const JIFFIES: number = RECORD - 8;
/** The name of a file, sixteen bytes. */
export const NAME: number = JIFFIES - 16;
