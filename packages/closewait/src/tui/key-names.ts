import type { Key } from 'ink';

const NAMED: readonly (readonly [flag: keyof Key, name: string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
  ['escape', 'escape'],
];

/** The keys of one report of Ink by the names that the model knows; what is typed fast, or pasted, comes at once. */
export function keyNames(input: string, key: Key): readonly string[] {
  const named = NAMED.find(([flag]) => key[flag] === true);
  if (named !== undefined) return [named[1]];
  if (key.ctrl) return input === '' ? [] : [`ctrl-${input}`];
  if (key.meta) return [];
  return [...input].flatMap(nameOf);
}

const CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\u007f': 'backspace',
  '\u001b': 'escape',
};

/** Ink reports a control character by itself as a key, and as it is between others. */
function nameOf(character: string): readonly string[] {
  const named = CONTROLS[character];
  if (named !== undefined) return [named];
  if (character < ' ') return [`ctrl-${String.fromCharCode(character.charCodeAt(0) + 96)}`];
  return /\p{C}/u.test(character) ? [] : [character];
}
