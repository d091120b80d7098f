import { known, mapReading, type Reading, unknown } from '@closewait/core/facts';
import { findProgram } from '../capture/index.ts';
import { PrivateNetwork } from '../ffi/index.ts';
import { openTracefs } from '../kernel/trace/index.ts';
import { type Check, check } from './examine.ts';
import { whyNoUserNamespace } from './in-user-namespace.ts';

/** What the laboratory, the tour and captures need, each tried for real. `path`: PATH. */
export async function examineLaboratory(path: string): Promise<readonly Check[]> {
  return [
    check(
      'private-network',
      'a network namespace',
      'the laboratory and the tour, as root or in a user namespace',
      await tryPrivateNetwork(),
    ),
    check('tracefs', 'tracefs', 'exact states and system calls in `lab NAME --show`; needs root', tryTracefs()),
    check(
      'python',
      'python3',
      '`lab remedies`, and the scenarios with threads',
      tryProgram('python3', path, 'python3'),
    ),
    check('iproute2', 'ip', '`lab model`', tryProgram('ip', path, 'iproute2')),
    check('tshark', 'tshark', '`closewait pcap`', tryProgram('tshark', path, 'tshark')),
  ];
}

async function tryPrivateNetwork(): Promise<Reading<unknown>> {
  const made = PrivateNetwork.create();
  if (made.ok) {
    made.value[Symbol.dispose]();
    return known(null);
  }
  const why = await whyNoUserNamespace();
  if (why === '') return known(null);
  return unknown('denied', `${made.op}: ${made.errno}, and no user namespace: ${why}`, 'run as root');
}

function tryTracefs(): Reading<unknown> {
  return mapReading(openTracefs(), (tracefs) => tracefs[Symbol.dispose]());
}

function tryProgram(name: string, path: string, debianPackage: string): Reading<unknown> {
  return findProgram(name, path) === null
    ? unknown('unsupported', `no ${name} in PATH`, `apt install ${debianPackage}`)
    : known(null);
}
