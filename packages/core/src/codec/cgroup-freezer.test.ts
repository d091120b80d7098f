import { describe, expect, it } from 'vitest';
import fixture from '../../../../fixtures/codec/proc.json' with { type: 'json' };
import { decodeCgroupFrozen, decodeFreezerPath, decodeFreezerState } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('decodeFreezerPath', () => {
  it.each([
    [fixture.cgroup, '/cwcap'],
    ['3:cpu,freezer:/a:b\n0::/c\n', '/a:b'],
    ['3:name=freezer:/a\n0::/c\n', null],
    ['0::/system.slice/nginx.service\n', null],
  ])('finds the path of the freezer in %j', (text, path) => {
    expect(decodeFreezerPath(bytes(text))).toEqual({ ok: true, value: path });
  });

  it('is a problem where a line is none, or there is none', () => {
    expect(decodeFreezerPath(bytes('0::/a\nno colon\n'))).toMatchObject({ problem: { offset: 6 } });
    expect(decodeFreezerPath(bytes(''))).toMatchObject({ ok: false });
  });
});

describe('decodeFreezerState', () => {
  it.each([
    [fixture.freezerState.thawed, 'thawed'],
    [fixture.freezerState.frozen, 'frozen'],
    ['FREEZING\n', 'freezing'],
  ])('reads %j', (text, state) => {
    expect(decodeFreezerState(bytes(text))).toEqual({ ok: true, value: state });
  });

  it('is a problem for anything else, a property of every object too', () => {
    expect(decodeFreezerState(bytes('COLD\n'))).toMatchObject({ ok: false });
    expect(decodeFreezerState(bytes('constructor'))).toMatchObject({ ok: false });
  });
});

describe('decodeCgroupFrozen', () => {
  it('tells a frozen cgroup from a thawed one, and from a kernel that cannot freeze', () => {
    expect(decodeCgroupFrozen(bytes(fixture.cgroupEvents.frozen))).toEqual({ ok: true, value: true });
    expect(decodeCgroupFrozen(bytes(fixture.cgroupEvents.thawed))).toEqual({ ok: true, value: false });
    expect(decodeCgroupFrozen(bytes('populated 1\n'))).toEqual({ ok: true, value: null });
  });

  it('is a problem where the line says something else', () => {
    expect(decodeCgroupFrozen(bytes('frozen \n'))).toMatchObject({ ok: false });
  });
});
