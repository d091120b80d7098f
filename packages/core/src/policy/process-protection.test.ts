import { describe, expect, it } from 'vitest';
import { sampleProcess } from '../../../../test/support/sample-facts.ts';
import { known, unknown } from '../facts/index.ts';
import { compileProcessGlob } from './process-protection.ts';

describe('a glob of protected processes', () => {
  it.each([
    ['java', {}, true],
    ['jav', {}, false],
    ['j?va', {}, true],
    ['*', {}, true],
    ['**a', {}, true],
    ['*b*a*', {}, false],
    ['/usr/bin/java', {}, true],
    ['/usr/*', {}, true],
    ['/usr/bin/java', { exe: known('/usr/bin/java (deleted)') }, true],
    ['/opt/*', {}, false],
    ['orders.service', {}, true],
    ['*.service', {}, true],
    ['orders.service', { unit: known(null) }, false],
    // The kernel cuts names after 15 bytes; what runs may be an interpreter.
    ['payment-gateway-eu', { name: known('payment-gateway'), exe: known('/usr/bin/python3') }, true],
    ['payment-gateway-*', { name: known('payment-gateway'), exe: known('/usr/bin/python3') }, true],
    ['nginx', { name: known('worker'), exe: known('/usr/sbin/nginx') }, true],
    // A process writes its name itself.
    ['.*', { name: known('x') }, false],
    ['(a+)+', { name: known('aaaa') }, false],
  ])('%s fits %j: %s', (glob, changes, fits) => {
    expect(compileProcessGlob(glob).matches(sampleProcess(changes))).toBe(fits);
  });

  it.each([
    ['/usr/bin/java', { exe: unknown('denied', '') }],
    ['orders.service', { unit: unknown('denied', '') }],
    ['nginx', { name: unknown('gone', '') }],
    ['nginx', { exe: unknown('denied', '') }],
  ])('%s cannot be told of a process of which %j', (glob, changes) => {
    expect(compileProcessGlob(glob).matches(sampleProcess(changes))).toBe(null);
  });
});
