import { listConnections } from '../test/support/closewait.ts';
import { makeNamespace, type NetworkNamespace } from '../test/support/namespace.ts';
import { listWithSs } from '../test/support/peers.ts';
import { type Program, startProgram } from '../test/support/program.ts';
import { outputOf } from '../test/support/run.ts';
import { waitUntil } from '../test/support/wait-until.ts';

/** Runs `work` in a namespace in which `processes` processes hold `sockets` connections in CLOSE-WAIT. */
export async function withScene<T>(
  sockets: number,
  processes: number,
  work: (namespace: NetworkNamespace) => Promise<T>,
): Promise<T> {
  using namespace = makeNamespace();
  // Peers are mostly on other hosts: here their FIN-WAIT-2 remainders go after a second instead of in the middle of the
  // measurement, so the last round reads the same tables as the first.
  namespace.setSysctl('ipv4/tcp_fin_timeout', 1);
  const shares = Array.from({ length: processes }, (_, index) => Math.floor((sockets + index) / processes));
  const started = await Promise.allSettled(
    shares.map((share) => startProgram('hold', ['--ipv4', share, '--bytes', 100], namespace)),
  );
  const programs = started.flatMap((outcome): Program[] => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  try {
    for (const outcome of started) if (outcome.status === 'rejected') throw outcome.reason;
    await waitUntil('the remainders of the peers are gone', async () => {
      return (await outputOf(namespace.inside(['ss', '-Htan', 'state', 'fin-wait-2']))) === '';
    });
    await expectAll(sockets, namespace);
    return await work(namespace);
  } finally {
    await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
  }
}

/** A benchmark of tools that do not see everything would say nothing. */
async function expectAll(sockets: number, namespace: NetworkNamespace): Promise<void> {
  const seen = {
    closewait: (await listConnections(namespace)).flatMap(({ owners }) => owners).length,
    ss: (await listWithSs(namespace)).flatMap(({ holders }) => holders).length,
  };
  if (seen.closewait !== sockets || seen.ss !== sockets) {
    throw new Error(`of ${sockets} descriptors closewait sees ${seen.closewait} and ss sees ${seen.ss}`);
  }
}
