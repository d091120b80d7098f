/**
 * Puts what the command prints of a recorded run (tools/scenes) into the README, between its `sample` marks, and a tour
 * (tools/record-demo.sh) between its `demo` marks.
 * `--check` changes nothing and fails where the README is not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SCENES_FOLDER } from './scenes/goldens.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const SAMPLE = /(<!-- sample: (?<scene>[\w-]+) -->\n)[^]*?(<!-- end of sample -->)/g;

const DEMO = /(<!-- demo -->\n)[^]*?(<!-- end of demo -->)/;

const before = readFileSync(README, 'utf8');
const withSamples = before.replaceAll(SAMPLE, (_, start: string, scene: string, end: string) => {
  const report = readFileSync(`${SCENES_FOLDER}${scene}/report.txt`, 'utf8').replace(/exit code \d\n$/, '');
  return `${start}\`\`\`\n${report}\`\`\`\n${end}`;
});
const demo = readFileSync(fileURLToPath(new URL('../fixtures/demo.txt', import.meta.url)), 'utf8');
const after = withSamples.replace(
  DEMO,
  (_, start: string, end: string) => `${start}\`\`\`\n${demo.trim()}\n\`\`\`\n${end}`,
);
if (before !== after && process.argv.includes('--check')) {
  console.error('README.md is stale; run: node tools/make-readme.ts');
  process.exitCode = 1;
} else if (before !== after) {
  writeFileSync(README, after);
}
