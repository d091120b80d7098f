/**
 * Captures the traffic of fixtures/captures anew: `node tools/captures/main.ts`, as root, with tcpdump, dumpcap and tshark.
 * Beside one of the captures stands what `closewait pcap --all` says of it, as JSON and as text; the others are of the same traffic.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { basename, join } from 'node:path';
import { formatCapture } from '@closewait/core/capture';
import { captureSchema } from '@closewait/core/capture/schema';
import { CHECKOUT, CLOSEWAIT } from '../../test/support/closewait.ts';
import { makeCaptures } from '../../test/support/make-captures.ts';
import { run } from '../../test/support/run.ts';

const folder = join(CHECKOUT, 'fixtures/captures');
mkdirSync(folder, { recursive: true });
for (const { file } of await makeCaptures(folder)) {
  hideMachine(file);
  console.log(basename(file));
}
const golden = join(folder, 'ethernet.pcap');
const { stdout } = await run([...CLOSEWAIT, 'pcap', golden, '--all', '--json']);
const document = { ...captureSchema.parse(JSON.parse(stdout)), file: basename(golden), tool: 'TShark' };
writeFileSync(`${golden}.json`, `${JSON.stringify(document, null, 2)}\n`);
const text = formatCapture(document, { version: '0.1.0', colour: false, width: 100, listsAll: true });
writeFileSync(`${golden}.txt`, text);

/** dumpcap writes the processor and the kernel into its file: no concern of a fixture. Lengths stay. */
function hideMachine(file: string): void {
  let bytes = readFileSync(file).toString('latin1');
  for (const name of [...cpus().map(({ model }) => model), release()]) {
    if (name !== '') bytes = bytes.replaceAll(name, 'x'.repeat(name.length));
  }
  writeFileSync(file, Buffer.from(bytes, 'latin1'));
}
