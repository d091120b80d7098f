import { describe, expect, it, vi } from 'vitest';
import { expectNothingLeaked } from '../../../../../test/support/leaks.ts';
import { makeNamespace } from '../../../../../test/support/namespace.ts';
import { startProgram } from '../../../../../test/support/program.ts';
import { readDescriptorTable } from './proc-files.ts';
import { readTables } from './read-tables.ts';

expectNothingLeaked();

describe('readTables', () => {
  it('answers in order, on two threads what is worth one of its own', async () => {
    using namespace = makeNamespace();
    await using large = await startProgram('hold', ['--ipv4', 3, '--idle', 12_000], namespace);
    await using other = await startProgram('hold', ['--ipv4', 2, '--idle', 11_000], namespace);
    const paths = [process.pid, other.pid, 2 ** 22 + 1, large.pid].map((pid) => `/proc/${pid}/task/${pid}/fd`);
    const [own, second, nobody, first] = await readTables(paths);
    expect(own).toMatchObject({ known: true });
    expect(nobody).toMatchObject({ known: false, why: 'gone' });
    expect(second).toEqual(readDescriptorTable(paths[1] ?? ''));
    expect(first).toEqual(readDescriptorTable(paths[3] ?? ''));
    expect(first?.known === true && first.value.open > 12_000).toBe(true);
  });

  it('reads everything itself where no thread can be started', async () => {
    using namespace = makeNamespace();
    await using large = await startProgram('hold', ['--ipv4', 3, '--idle', 12_000], namespace);
    await using other = await startProgram('hold', ['--ipv4', 2, '--idle', 11_000], namespace);
    const paths = [large.pid, other.pid].map((pid) => `/proc/${pid}/task/${pid}/fd`);
    const failing = vi.fn(() => null);
    const tables = await readTables(paths, () => Promise.resolve(failing()));
    expect(failing).toHaveBeenCalledOnce();
    expect(tables).toEqual(paths.map((path) => readDescriptorTable(path)));
  });
});
