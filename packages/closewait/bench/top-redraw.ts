import { PassThrough, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

// How long `closewait top` takes from a key to the bytes for the terminal, with 100,000 connections in one process:
// node packages/closewait/bench/top-redraw.ts. React decides by this which of its builds it loads.
process.env['NODE_ENV'] ??= 'production';
const { render } = await import('ink');
const { createElement } = await import('react');
const { sampleLook, sampleRow } = await import('../../../test/support/sample-host-look.ts');
const { startState } = await import('../src/tui/model/state.ts');
const { wantedPage } = await import('../src/tui/model/update.ts');
const { TopStore } = await import('../src/tui/store.ts');
const { TopScreen } = await import('../src/tui/top-screen.ts');
const { createPalette } = await import('../src/tui/view/palette.ts');

const CONNECTIONS = 100_000;
const PROCESSES = 1000;
const ROUNDS = 200;
/** Ink draws 30 times a second at most: more often would measure its waiting. */
const BETWEEN_MS = 40;

/** A terminal that takes bytes and shows nothing. */
class BlindTerminal extends Writable {
  readonly isTTY = true;
  readonly columns = 200;
  readonly rows = 60;
  wroteAtMs = 0;

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    this.wroteAtMs = performance.now();
    done();
  }
}

const stdout = new BlindTerminal();
const nothing = (): void => undefined;
const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: nothing, ref: nothing, unref: nothing });
const size = { columns: stdout.columns, rows: stdout.rows };
const store = new TopStore(startState({ size, nowMs: 0, recording: null, intervalMs: 2000 }), () => null);
const palette = createPalette({ colour: true, unicode: true });
const alternate = { enter: nothing, leave: nothing };
const app = render(createElement(TopScreen, { store, alternate, palette }), {
  stdout,
  stdin,
  interactive: true,
  incrementalRendering: true,
  patchConsole: false,
});

const rows = Array.from({ length: PROCESSES }, (_, index) => sampleRow(index + 1, { stuck: CONNECTIONS - index }));
store.dispatch({ type: 'looked', look: sampleLook(rows) });

function servePages(): void {
  for (let request = wantedPage(store.state()); request !== null; request = wantedPage(store.state())) {
    const { offset, count, find } = request;
    const lines = Array.from({ length: Math.min(count, CONNECTIONS - offset) }, (_, index) => ({
      id: `${offset + index}`,
      local: '10.0.0.1:8080',
      remote: `10.0.0.2:${offset + index}`,
      netns: 1,
      ageMs: CONNECTIONS - offset - index,
      ageIs: 'exact' as const,
      rxQueueBytes: 1,
      txQueueBytes: 0,
      descriptor: `${offset + index}`,
      cause: 'descriptor-leaked' as const,
    }));
    const foundAt = find === null ? null : Number(find);
    store.dispatch({
      type: 'paged',
      page: { request, takenAtMs: sampleLook([]).takenAtMs, total: CONNECTIONS, lines, foundAt, dryRun: null },
    });
  }
}

async function measure(name: string, keys: readonly string[]): Promise<void> {
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) {
    await delay(BETWEEN_MS);
    const beganMs = performance.now();
    store.dispatch({ type: 'key', key: keys[round % keys.length] ?? 'down' });
    servePages();
    await delay(BETWEEN_MS / 2);
    if (stdout.wroteAtMs > beganMs) times.push(stdout.wroteAtMs - beganMs);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string =>
    (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
  const { user, system } = process.cpuUsage(before);
  const processorMs = ((user + system) / 1000 / ROUNDS).toFixed(1);
  process.stdout.write(
    `${name.padEnd(28)} ${times.length} drawings, median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms; ${processorMs} ms of a processor each\n`,
  );
}

await measure(`list of ${PROCESSES} processes`, ['down', 'down', 'pagedown', 'up']);
await measure('sorting', ['s']);
store.dispatch({ type: 'key', key: 'enter' });
await measure('evidence', ['tab', 'tab']);
store.dispatch({ type: 'key', key: 'right' });
await measure(`list of ${CONNECTIONS} connections`, ['pagedown', 'end', 'pageup', 'home', 'down']);
app.unmount();
