import { known, unknown } from '@closewait/core/facts';
import type { Candidate } from '@closewait/core/policy';
import { describe, expect, it } from 'vitest';
import { sampleListener, sampleProcess } from '../../../../../test/support/sample-facts.ts';
import { sampleFinding, sampleStuck } from '../../../../../test/support/sample-policy.ts';
import { WHERE_FIELDS } from '../selection/where.ts';
import { ConditionCompiler } from './compile-condition.ts';
import { CONDITION_FIELDS } from './condition-fields.ts';

const compiler = new ConditionCompiler();

function candidate(finding = {}, socket = {}): Candidate {
  const connection = sampleStuck(socket);
  const full = sampleFinding({ listener: sampleListener({}, 3), connections: [connection], ...finding });
  return { finding: full, connection, ageMs: 60_000, before: null };
}

function answer(expression: string, one = candidate()): boolean | string {
  const compiled = compiler.compile(expression);
  if ('problems' in compiled) throw new Error(compiled.problems.map(({ says }) => says).join('; '));
  const holds = compiled.condition.holds(one);
  return holds.known ? holds.value : holds.detail;
}

describe('a condition', () => {
  it.each([
    'cause == "descriptor-leaked" && confidence != "possible" && severity == "leak"',
    'cause in ["descriptor-leaked", "close-missing"] && size(alternatives) == 0 && count == 1',
    'process.pid == 4121 && process.comm == "java" && process.exe.endsWith("/java") && process.uid == 1000',
    'process.unit == "orders.service" && process.container == ""',
    'process.descriptors.open * 100 < process.descriptors.limit * 6',
    'listener.port == 8080 && listener.acceptQueue == 3 && listener.backlog == 128 && listener.address == "0.0.0.0"',
    'local == "10.0.0.1:8080" && localAddress == "10.0.0.1" && localPort == 8080',
    'remote == "10.0.0.2:50000" && remoteAddress.startsWith("10.") && remotePort > 1024',
    'state == "CLOSE-WAIT" && family == "ipv4" && uid == 1000 && inode == 700 && cookie == 41 && netns > 0',
    'rxQueueBytes == 19 && txQueueBytes == 0 && bytesReceived == 19 && bytesSent == 0',
    'ageMs >= 60000 && ageIs == "exact"',
    'timer.kind == "none" && timer.expiresMs == 0 && timer.retransmits == 0',
    'owners.exists(o, o.fd == 7 && o.pid == 4121)',
    'inNetwork(remoteAddress, "10.0.0.0/8") && !inNetwork(remoteAddress, "10.0.0.3")',
  ])('%s', (expression) => {
    expect(answer(expression)).toBe(true);
  });

  it('has every field of --where, of the same type or a stricter one', () => {
    expect(Object.keys(CONDITION_FIELDS)).toEqual(expect.arrayContaining(Object.keys(WHERE_FIELDS)));
    for (const [name, type] of Object.entries(WHERE_FIELDS)) {
      if (!type.startsWith('map')) expect([name, CONDITION_FIELDS[name]?.type]).toEqual([name, type]);
    }
  });

  it('sees a mapped peer as the IPv4 one that it is, and IPv6', () => {
    const mapped = candidate({}, { remote: { address: '::ffff:10.0.0.2', port: 1 } });
    expect(answer('inNetwork(remoteAddress, "10.0.0.0/24")', mapped)).toBe(true);
    const six = candidate({}, { remote: { address: '2001:db8::7', port: 1 } });
    expect(answer('inNetwork(remoteAddress, "2001:db8::/32")', six)).toBe(true);
    expect(answer('inNetwork(remoteAddress, "0.0.0.0/0")', six)).toBe(false);
  });

  it('is neither true nor false where it depends on what could not be read', () => {
    const unread = candidate({
      process: sampleProcess({ unit: unknown('denied', ''), descriptors: unknown('gone', '') }),
    });
    expect(answer('process.unit == "orders.service"', unread)).toBe('unit is not known');
    expect(answer('process.unit != "orders.service"', unread)).toBe('unit is not known');
    expect(answer('process.descriptors.open > 1', unread)).toBe('descriptors is not known');
    expect(answer('process.unit == "x" || cause == "descriptor-leaked"', unread)).toBe(true);
    expect(answer('process.unit == "x" && cause == "close-missing"', unread)).toBe(false);
    expect(answer('process.pid == 1', candidate({ process: null }))).toBe('process is not known');
    expect(answer('bytesSent == 0', candidate({}, { info: unknown('unsupported', '') }))).toBe(
      'bytesSent is not known',
    );
  });

  it('tells what there is not from what is not known', () => {
    const plain = candidate({ process: sampleProcess({ unit: known(null) }), listener: null });
    expect(answer('process.unit == "" && listener.port == 0', plain)).toBe(true);
  });

  it('is not known where it cannot be computed', () => {
    expect(answer('owners[7].fd == 1')).toMatch(/./);
    expect(typeof answer('owners[7].fd == 1')).toBe('string');
    expect(typeof answer('1 / rxQueueBytes == 1', candidate({}, { rxQueueBytes: 0 }))).toBe('string');
  });

  it.each([
    ['cause == "x"', true],
    ['process.comm == "x" && count > 1', true],
    ['true', true],
    ['cause == "x" && ageMs > 1', false],
    ['owners.exists(o, o.fd == 1)', false],
    ['inNetwork(remoteAddress, "10.0.0.0/8")', false],
  ])('%s is about the finding alone: %s', (expression, isAboutFinding) => {
    expect(compiler.compile(expression)).toMatchObject({ condition: { isAboutFinding } });
  });

  it.each([
    ['caus == "x"', 0, /unknown field 'caus': did you mean 'cause'\?/],
    ['ageMs > 1 && process.unti == "x"', 21, /'unti': did you mean 'unit'\?/],
    ['ageMs > "1"', 0, /int > string/],
    ['ageMs >', 7, /ends here/],
    ['ageMs', 0, /true or false, not a value of type int/],
    ['inNetwork(remoteAddress, "10.0.0.0/33")', 25, /expected a network/],
    ['cause == "a" || inNetwork(remoteAddress, "10.0.0")', 41, /expected a network/],
    ['inNetwork(remoteAddress)', 0, /inNetwork/],
    ['', 0, /./],
  ])('%s is refused at character %i', (expression, at, says) => {
    expect(compiler.compile(expression)).toEqual({ problems: [{ at, says: expect.stringMatching(says) }] });
  });
});
