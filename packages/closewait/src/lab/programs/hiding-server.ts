import { parseArgs } from 'node:util';
import { acceptIpv4, closeDescriptor, openSocketPair, registerFiles, sendDescriptor } from '../../ffi/index.ts';
import { listenAt, liveWith, must, say, waitForNothing } from './child-program.ts';
import { HIDING_DOES, type HidingDoes, LAB_PORT, SAYS } from './contract.ts';
import { choose } from './flawed-server-contract.ts';

const { values } = parseArgs({
  options: {
    parent: { type: 'string' },
    does: { type: 'string', default: '' },
    connections: { type: 'string', default: '1' },
  },
});
const does: HidingDoes = choose(HIDING_DOES, values.does);

const HIDE: Readonly<Record<HidingDoes, (fds: readonly number[]) => string>> = {
  'in-flight': (fds) => {
    const [unixSocket] = must(openSocketPair());
    for (const fd of fds) must(sendDescriptor(unixSocket, fd));
    return 'sent over a Unix socket, and nobody receives it';
  },
  registered: (fds) => {
    must(registerFiles(fds));
    return 'registered with an io_uring';
  },
};

liveWith(values.parent);
const listener = listenAt(LAB_PORT);
const accepted = Array.from({ length: Number(values.connections) }, () => must(acceptIpv4(listener)).fd);
const what = HIDE[does](accepted);
for (const fd of accepted) {
  must(closeDescriptor(fd));
  say(`${SAYS.done} ${fd}: ${what}, closed here`);
}
waitForNothing();
