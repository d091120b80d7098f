import { diagnose } from '@closewait/core/diagnose';
import { type ClosewaitError, known } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import { sampleFacts, sampleListener, sampleProcess, sampleSocket } from '../../../../../test/support/sample-facts.ts';
import { parseSelection } from './index.ts';
import { parseSelector } from './selector.ts';

const id = 'ab12'.repeat(16);
/** Cookie 41: IPv4, held by 4121. Cookie 42: mapped, held by 77 in a container. Cookie 43: queued on 4121's listener. */
const facts = sampleFacts({
  sockets: [
    sampleSocket(),
    sampleSocket({
      cookie: 42n,
      inode: 701,
      family: 'ipv4-mapped',
      local: { address: '::ffff:10.0.0.1', port: 9000 },
      remote: { address: '::ffff:10.0.0.3', port: 443 },
      rxQueueBytes: 1,
    }),
    sampleSocket({ cookie: 43n, inode: 0, remote: { address: '10.0.0.4', port: 1 } }),
  ],
  listeners: [sampleListener({}, 1)],
  holders: [
    [600, { pid: 4121, tid: 4121, fd: 3 }],
    [700, { pid: 4121, tid: 4121, fd: 7 }],
    [701, { pid: 77, tid: 77, fd: 7 }],
  ],
  processes: [
    sampleProcess(),
    sampleProcess({ pid: 77, unit: known(null), container: known({ runtime: 'docker', id }) }),
  ],
});

async function selected(operands: readonly string[], where?: string): Promise<readonly number[]> {
  const selection = await parseSelection(operands, where);
  const { findings } = diagnose(facts, { minAgeMs: 0, selects: selection.over(facts) });
  return findings
    .flatMap(({ connections }) => connections.map(({ socket }) => Number(socket.cookie)))
    .toSorted((a, b) => a - b);
}

describe('selectors', () => {
  it.each([
    [[], [41, 42, 43]],
    [['pid:4121'], [41, 43]],
    [['pid:4'], []],
    [[':9000'], [42]],
    [[':8080'], [41, 43]],
    [['10.0.0.2:50000'], [41]],
    [['10.0.0.3:443'], [42]],
    [['[::ffff:10.0.0.3]:443'], [42]],
    [['[::ffff:a00:3]:443'], [42]],
    [['cookie:43'], [43]],
    [['container:ab12'], [42]],
    [[`container:docker:${id}`], [42]],
    [['unit:orders'], [41, 43]],
    [['unit:orders.service'], [41, 43]],
    [
      [':8080', ':9000'],
      [41, 42, 43],
    ],
    [[':8080', ':9000', 'pid:77'], [42]],
    [[':8080', 'pid:77'], []],
  ])('%j select %j', async (operands, cookies) => {
    expect(await selected(operands)).toEqual(cookies);
  });

  it('keep causes for the diagnosis', async () => {
    const { causes } = await parseSelection(['cause:never-accepted', ':80'], undefined);
    expect(causes).toEqual(['never-accepted']);
  });

  it.each([
    'explian',
    '',
    ':',
    ':0',
    ':65536',
    ':http',
    'pid:',
    'pid:0',
    'pid:1;reboot',
    'cookie:x',
    'cause:unheard-of',
    'container:xyz',
    'unit:',
    '10.0.0.2',
    '10.0.0.256:80',
    '::1:80',
    '[10.0.0.2]:80',
    '[::1]:0',
  ])('refuse %j with one line and what was expected', (text) => {
    expect(() => parseSelector(text)).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining('use ') }) as ClosewaitError,
    );
  });
});

describe('--where', () => {
  it.each([
    ['rxQueueBytes == 1', [42]],
    ['rxQueueBytes > 1 && bytesSent == 0', [41, 43]],
    ['remote.startsWith("10.0.0.4")', [43]],
    ['family == "ipv4-mapped"', [42]],
    ['ageMs >= 60000', [41, 42, 43]],
    ['ageMs > 60000', []],
    ['cookie in [41, 42]', [41, 42]],
    ['process.comm == "java" && process.pid == 77', [42]],
    ['process.container.startsWith("docker:ab12")', [42]],
    ['size(owners) == 0', [43]],
    ['owners.exists(o, o.fd == 7)', [41, 42]],
    ['timer.kind == "none"', [41, 42, 43]],
    ['true', [41, 42, 43]],
  ])('%s selects %j', async (expression, cookies) => {
    expect(await selected([], expression)).toEqual(cookies);
  });

  it('does not hold where it depends on something that the row does not have', async () => {
    expect(await selected([], 'process.unit == "orders.service"')).toEqual([41, 43]);
    expect(await selected([], 'process.unit != "orders.service"')).toEqual([]);
    expect(await selected([], 'process.unit == "orders.service" || rxQueueBytes == 1')).toEqual([41, 42, 43]);
  });

  it.each([
    'rxQueueByte > 1',
    'rxQueueBytes >',
    'rxQueueBytes',
    '"text"',
    'rxQueueBytes == "1"',
    'local > 1',
    '',
  ])('refuses %j in one line that names the fields', async (expression) => {
    await expect(parseSelection([], expression)).rejects.toMatchObject({
      code: 'usage',
      message: expect.not.stringContaining('\n'),
      hint: expect.stringContaining('rxQueueBytes'),
    });
  });
});
