import { describe, expect, it } from 'vitest';
import type { ObservedCall } from '../../facts/index.ts';
import { DescriptorTables } from './descriptor-tables.ts';

const PARENT = 10;

function tables(): DescriptorTables<string> {
  const made = new DescriptorTables<string>([{ role: 'server', pid: PARENT, startedMs: 0 }]);
  made.bind(PARENT, 4, 'a', false);
  return made;
}

function call(tid: number, name: string, args: readonly number[], result: number): ObservedCall {
  return {
    tid,
    name,
    args: args.map(BigInt),
    enteredMs: 0,
    returnedMs: 1,
    result,
    error: result < 0 ? 'EMFILE' : null,
    times: 1,
  };
}

const task = (tid: number, isThread: boolean, sharesDescriptors = isThread) => ({
  atMs: 1,
  tid,
  parentTid: PARENT,
  isThread,
  sharesDescriptors,
});

describe('DescriptorTables', () => {
  it('gives a thread the table of its process, and a child a copy', () => {
    const of = tables();
    of.begin(task(11, true));
    of.begin(task(12, false));
    of.close(11, 4);
    expect(of.processOf(11)).toBe(PARENT);
    expect(of.get(PARENT, 4)).toBeNull();
    expect(of.get(12, 4)).toBe('a');
    expect([...of.held(12)]).toEqual([['a', 4]]);
  });

  it('lets a child that shares the table close for both: vfork, CLONE_FILES', () => {
    const of = tables();
    of.begin(task(12, false, true));
    of.close(12, 4);
    expect(of.get(PARENT, 4)).toBeNull();
  });

  it('follows copies, and what they replace', () => {
    const of = tables();
    of.bind(PARENT, 7, 'b', true);
    of.apply(call(PARENT, 'dup2', [4, 7], 7));
    of.apply(call(PARENT, 'fcntl', [4, 1030, 20], 20));
    of.apply(call(PARENT, 'dup', [99], 4));
    of.apply(call(PARENT, 'dup', [7], -1));
    expect([4, 7, 20].map((fd) => of.get(PARENT, fd))).toEqual([null, 'a', 'a']);
  });

  it('keeps over execve what has no close-on-exec flag, in a table that is its own', () => {
    const of = tables();
    of.bind(PARENT, 5, 'cloexec', true);
    of.bind(PARENT, 6, 'marked', false);
    of.apply(call(PARENT, 'fcntl', [6, 2, 1], 0));
    of.begin(task(12, false, true));
    of.apply(call(12, 'execve', [0], 0));
    expect([4, 5, 6].map((fd) => of.get(12, fd))).toEqual(['a', null, null]);
    expect([4, 5, 6].map((fd) => of.get(PARENT, fd))).toEqual(['a', 'cloexec', 'marked']);
  });
});
