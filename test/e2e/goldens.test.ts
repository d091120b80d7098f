import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GOLDENS, printGolden, SCENES_FOLDER } from '../../tools/scenes/goldens.ts';
import { SCENES } from '../../tools/scenes/scenes.ts';
import { expectNothingLeaked } from '../support/leaks.ts';

expectNothingLeaked();

// Real programs on a real kernel, recorded by `npm run record-scenes`: recorded bytes to exact output.
describe.each(SCENES.map(({ name }) => name))('a recording of %s', (scene) => {
  it.each(Object.keys(GOLDENS))('gives exactly %s', (file) => {
    const printed = printGolden(scene, GOLDENS[file] ?? []);
    expect(printed).toBe(readFileSync(`${SCENES_FOLDER}${scene}/${file}`, 'utf8'));
  });
});
