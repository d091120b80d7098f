/** How kernel/trace/ring_buffer.c of 64-bit kernels lays out a page; for those who decode one. */

/** struct buffer_data_page: a timestamp, and the bytes in use with two flags. */
export const HEADER_BYTES = 16;
export const COMMIT_MASK = 0xf_ffff;
/** include/linux/ring_buffer.h: the low five bits of a record's header; up to 28, four times that many bytes of data. */
export const TYPE_BITS = 0x1f;
export const TYPE_BITS_WIDTH = 5;
export const PADDING = 29;
export const TIME_EXTEND = 30;
export const TIME_STAMP = 31;
/** An absolute time has 59 bits; what is above is taken from the page's own. */
export const TIME_STAMP_MASK: bigint = (1n << 59n) - 1n;
export const WORD_BYTES = 4;
