/**
 * Records every scene anew on the real kernel, and what the commands print of it: `npm run record-scenes [NAME…]`.
 * `--keep` leaves the recordings and only prints anew. Look at the difference before you commit it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { GOLDENS, printGolden, SCENES_FOLDER } from './goldens.ts';
import { SCENES } from './scenes.ts';
import { playScene } from './stage.ts';

const words = process.argv.slice(2);
const names = words.filter((word) => word !== '--keep');
for (const scene of SCENES) {
  if (names.length > 0 && !names.includes(scene.name)) continue;
  const folder = SCENES_FOLDER + scene.name;
  mkdirSync(folder, { recursive: true });
  if (!words.includes('--keep')) writeFileSync(`${folder}/recording.cwr`, playScene(scene));
  for (const [file, args] of Object.entries(GOLDENS)) writeFileSync(`${folder}/${file}`, printGolden(scene.name, args));
}
