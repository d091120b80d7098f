import { describe, expect, it } from 'vitest';
import fixture from '../../../../fixtures/codec/proc.json' with { type: 'json' };
import { decodeMappedFiles, runtimeOf } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const JDK = '/usr/lib/jvm/java-17-openjdk-amd64';
const JAVA = decodeMappedFiles(bytes(fixture.maps.java));
const MAPPED = JAVA.ok ? JAVA.value.paths : [];

describe('decodeMappedFiles', () => {
  it('gives each mapped file once, and neither heap nor stack', () => {
    expect(JAVA).toEqual({
      ok: true,
      value: {
        paths: [
          `${JDK}/lib/server/classes.jsa`,
          `${JDK}/bin/java`,
          `${JDK}/lib/modules`,
          `${JDK}/lib/server/libjvm.so`,
          '/usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache',
          '/tmp/hsperfdata_root/576',
          `${JDK}/lib/libjli.so`,
        ],
        complete: true,
      },
    });
  });

  it('stops at the limit and says so, and not where nothing is left out', () => {
    expect(decodeMappedFiles(bytes(fixture.maps.java), 2)).toEqual({
      ok: true,
      value: { paths: [`${JDK}/lib/server/classes.jsa`, `${JDK}/bin/java`], complete: false },
    });
    expect(decodeMappedFiles(bytes(fixture.maps.java), 7)).toEqual(JAVA);
  });

  it('undoes the mark of a removed file and leaves out memory that is named like one', () => {
    const maps =
      '7f00-7f01 r-xp 00000000 fe:00 7      /opt/lib ruby.so (deleted)\n' +
      '7f01-7f02 rw-s 00000000 00:01 8      /memfd:libjvm.so (deleted)\n' +
      '7f02-7f03 rw-s 00000000 00:01 9      /SYSV00000000 (deleted)\n' +
      '7f03-7f04 rw-s 00000000 00:01 10     /dev/zero (deleted)\n';
    expect(decodeMappedFiles(bytes(maps))).toEqual({
      ok: true,
      value: { paths: ['/opt/lib ruby.so'], complete: true },
    });
  });

  it('leaves out a line that is cut, and is a problem where a whole one is no mapping', () => {
    const cut = fixture.maps.java.indexOf('/bin/java');
    expect(decodeMappedFiles(bytes(fixture.maps.java.slice(0, cut)))).toMatchObject({
      value: { paths: [`${JDK}/lib/server/classes.jsa`] },
    });
    expect(decodeMappedFiles(bytes('no mapping\n'))).toMatchObject({ problem: { found: '"no mapping"' } });
  });
});

describe('runtimeOf', () => {
  it.each([
    ['/usr/bin/node', 'node'],
    ['/usr/bin/node-22', 'node'],
    ['/usr/bin/nodejs', 'node'],
    [`${JDK}/bin/java`, 'jvm'],
    ['/usr/bin/python3.11', 'python'],
    ['/usr/bin/python3.13t', 'python'],
    ['/opt/pypy/bin/pypy3.10', 'python'],
    ['/usr/share/dotnet/dotnet', 'dotnet'],
    ['/usr/sbin/php-fpm8.2', 'php'],
    ['/usr/bin/php-cgi8.2', 'php'],
    ['/usr/bin/php', 'php'],
    ['/usr/bin/ruby3.1', 'ruby'],
    ['/usr/lib/erlang/erts-13.1.5/bin/beam.smp', 'beam'],
    ['/usr/sbin/nginx (deleted)', 'nginx'],
    ['/usr/sbin/haproxy', 'haproxy'],
    ['/usr/local/bin/node_exporter', null],
    ['/usr/bin/javac-server', null],
    ['/usr/bin/rubyfmt', null],
    ['/usr/bin/pythonic', null],
    ['/opt/python3.11/bin/server', null],
    ['/usr/bin/prometheus', null],
  ])('takes the program %s for %s', (exe, runtime) => {
    expect(runtimeOf(exe, ['/usr/lib/x86_64-linux-gnu/libc.so.6']).runtime).toBe(runtime);
  });

  it.each([
    ['/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0', 'python'],
    ['/usr/lib/x86_64-linux-gnu/libnode.so.108', 'node'],
    ['/usr/lib/apache2/modules/libphp8.2.so', 'php'],
    ['/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1.2', 'ruby'],
    ['/app/libcoreclr.so', 'dotnet'],
    ['/usr/lib/libpythonic-names.so', null],
  ])('takes a program of its own name with the library %s for %s', (library, runtime) => {
    expect(runtimeOf('/app/server', ['/usr/lib/x86_64-linux-gnu/libc.so.6', library]).runtime).toBe(runtime);
  });

  it('names what it concluded from', () => {
    expect(runtimeOf(null, MAPPED)).toEqual({ runtime: 'jvm', because: `the library ${JDK}/lib/server/libjvm.so` });
    expect(runtimeOf(`${JDK}/bin/java`, [])).toEqual({ runtime: 'jvm', because: `the program ${JDK}/bin/java` });
  });

  it('lets the program decide over the libraries that it embeds', () => {
    expect(runtimeOf('/usr/bin/python3.11', ['/opt/jdk/lib/server/libjvm.so']).runtime).toBe('python');
  });

  it('decides nothing between two libraries, and nothing without any', () => {
    expect(runtimeOf('/app/server', ['/a/libjvm.so', '/b/libpython3.11.so', '/c/libjvm.so'])).toEqual({
      runtime: null,
      because: 'several runtimes: /a/libjvm.so and /b/libpython3.11.so',
    });
    expect(runtimeOf('/app/server', [])).toEqual({
      runtime: null,
      because: 'no known name of a program or a library',
    });
  });
});
