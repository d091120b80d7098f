import { join } from 'node:path';
import { type Capture, rewriteLink, startDumpcap, startHalfCloser, startTcpdump } from './captures.ts';
import { CLOSEWAIT } from './closewait.ts';
import { makeNamespace } from './namespace.ts';
import { run } from './run.ts';
import { waitUntil } from './wait-until.ts';

/** A capture of known traffic: for each address one connection closed both ways, one reset, one whose FIN is owed. */
export interface KnownCapture {
  readonly file: string;
  readonly link: string;
  readonly addresses: number;
}

const PORT = 8080;
/** All headers, no data. */
const HEADERS_ONLY = ['-s', '120'];

/**
 * Captures known traffic in every form that is read, into a folder. Needs root, tcpdump, dumpcap and tshark. Takes as long
 * as it takes until a keep-alive probe proves what is owed.
 */
export async function makeCaptures(folder: string): Promise<readonly KnownCapture[]> {
  using namespace = makeNamespace();
  const files = ['ethernet.pcap', 'nanoseconds.pcap', 'cooked.pcap', 'cooked-v2.pcap', 'ethernet.pcapng'] as const;
  const [ethernet, nanoseconds, cooked, cookedV2, pcapng] = files.map((file) => join(folder, file)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const server = await startHalfCloser(namespace, ['serve', PORT]);
  await using _server = server;
  const captures = [
    await startTcpdump(namespace, ethernet, ['-i', 'lo', ...HEADERS_ONLY]),
    await startTcpdump(namespace, nanoseconds, ['-i', 'lo', '--time-stamp-precision=nano', ...HEADERS_ONLY]),
    await startTcpdump(namespace, cooked, ['-i', 'any', '-y', 'LINUX_SLL', ...HEADERS_ONLY]),
    await startTcpdump(namespace, cookedV2, ['-i', 'any', '-y', 'LINUX_SLL2', ...HEADERS_ONLY]),
    await startDumpcap(namespace, pcapng, ['-i', 'lo', ...HEADERS_ONLY]),
  ];
  await using _captures = together(captures);
  await using _client = await startHalfCloser(namespace, ['connect', PORT, '127.0.0.1', '::1']);
  await untilProven(ethernet, 2);
  for (const capture of captures) await capture.stop();
  const rewritten = (['raw', 'loopback', 'tagged', 'double-tagged'] as const).map((link) => {
    const file = join(folder, `${link}.pcap`);
    rewriteLink(ethernet, file, link);
    return file;
  });
  const [raw = '', bsd = '', tagged = '', doubleTagged = ''] = rewritten;
  return [
    { file: ethernet, link: 'Ethernet', addresses: 2 },
    { file: nanoseconds, link: 'Ethernet', addresses: 2 },
    { file: cooked, link: 'Linux cooked', addresses: 2 },
    { file: cookedV2, link: 'Linux cooked v2', addresses: 2 },
    { file: pcapng, link: 'Ethernet', addresses: 2 },
    { file: raw, link: 'raw IP', addresses: 2 },
    { file: bsd, link: 'BSD loopback', addresses: 2 },
    { file: tagged, link: 'Ethernet', addresses: 2 },
    { file: doubleTagged, link: 'Ethernet', addresses: 2 },
  ];
}

/** Waits until a capture in progress proves `count` owed FINs: it takes a keep-alive probe a second after the FIN. */
async function untilProven(file: string, count: number): Promise<void> {
  await waitUntil(`${count} owed FINs are proven`, async () => {
    const { stdout } = await run([...CLOSEWAIT, 'pcap', file, '--json', '--min-age', '1s']);
    if (stdout === '') return false;
    const { owing } = JSON.parse(stdout) as {
      readonly owing: readonly { readonly byConfidence: { readonly certain: number } }[];
    };
    return owing.reduce((sum, { byConfidence }) => sum + byConfidence.certain, 0) === count;
  });
}

function together(captures: readonly Capture[]): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      for (const capture of captures) await capture[Symbol.asyncDispose]();
    },
  };
}
