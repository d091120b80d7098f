/**
 * What may not reach a terminal as it is: controls (C0, DEL, C1, so ESC and the 8-bit CSI), format characters (bidi
 * overrides, zero-width), lone surrogates, private and unassigned code points, line and paragraph separators, spaces
 * other than U+0020, and what Unicode draws as nothing (Default_Ignorable_Code_Point, UAX #44).
 * Text from processes and packets is written by whoever wants to be looked at, or wants not to be.
 */
const UNSAFE = /[[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]--[ ]]/gv;
const UNSAFE_OR_BACKSLASH = /[[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\\]--[ ]]/gv;

/** Printable ASCII without the backslash: nearly every text, and worth not running a Unicode regex on. */
const PLAIN = /^[ -[\]-~]*$/;

/**
 * Foreign text for a terminal: what is unsafe becomes `\xNN` or `\u{…}`, a backslash becomes two. So no two texts look
 * the same, and one that spells out an escape can be told from one that was escaped.
 *
 * @example
 * safeText('a\u001b[31m') // 'a\\x1b[31m'
 */
export function safeText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSAFE_OR_BACKSLASH, escapeOne);
}

/** The same for a command that is there to be pasted: backslashes stay, as a doubled one would change its meaning. */
export function safeCommand(command: string): string {
  return PLAIN.test(command) ? command : command.replace(UNSAFE, escapeOne);
}

/**
 * JSON for a terminal or a file: JSON.stringify leaves DEL, C1 and bidi controls as they are, here they become `\uNNNN`.
 * It parses to the same value; such characters can only stand inside strings, so escaping them never touches syntax.
 */
export function safeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent);
  return PLAIN_JSON.test(json) ? json : json.replace(UNSAFE_IN_JSON, escapeUnits);
}

/** Printable ASCII: the Unicode regex took 50 ms for 300 kB in a process that had just started. */
const PLAIN_JSON = /^[ -~\n]*$/;

const UNSAFE_IN_JSON = /[[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]--[ \n]]/gv;

function escapeOne(character: string): string {
  if (character === '\\') return '\\\\';
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code <= 0xff ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}

/** JSON escapes UTF-16 units, two for a character outside the BMP (RFC 8259 section 7). */
function escapeUnits(character: string): string {
  let escaped = '';
  for (let index = 0; index < character.length; index += 1) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
