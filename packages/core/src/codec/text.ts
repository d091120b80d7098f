// Process names, arguments and paths are any bytes but NUL; a byte order mark is one of them and stays.
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Kernel text as UTF-8; what is not UTF-8 becomes U+FFFD. The text is untrusted: escape it before it is shown. */
export function decodeText(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

/** What follows `label` on the line that starts with it, or null: for files of `label<tab>value` lines. */
export function lineValue(text: string, label: string): string | null {
  let start = 0;
  while (!text.startsWith(label, start)) {
    start = text.indexOf('\n', start) + 1;
    if (start === 0) return null;
  }
  const end = text.indexOf('\n', start);
  return text.slice(start + label.length, end === -1 ? text.length : end);
}

/** A whole number in decimal digits that a double holds exactly, or null. */
export function parseWhole(text: string | null | undefined): number | null {
  if (text === null || text === undefined || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
