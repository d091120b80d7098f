import { type DestroyTexts, destroyRemedy } from '../../destroy-remedy.ts';
import type { Remedy } from '../../finding.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeHolderHidden } from './rule.ts';

export { mayHideHolder } from './rule.ts';

/** The socket is kept by something that is not a descriptor table. */
export const holderHidden: Cause = {
  id: 'holder-hidden',
  severity: 'leak',
  summary: 'Something keeps a file of the socket, and it is in no descriptor table.',
  explanation:
    'Not every reference to a socket is a descriptor. One that was sent over a Unix socket and not yet ' +
    'received lives in the queue of that socket; one that was registered with io_uring lives in the ring; ' +
    'the kernel has sockets of its own (NFS, CIFS); and processes of another pid namespace cannot be seen ' +
    'from here. The connection ends when that reference goes.',
  judge: judgeHolderHidden,
  remedies: (group, close) => [RELEASE, ...destroyRemedy(group, close, FILE), restartRemedy(group.process)],
  codeFix:
    'Receive every descriptor that is sent over a Unix socket, also when the receiver is not interested any ' +
    'more, and close it. Unregister files from io_uring (IORING_UNREGISTER_FILES, or a file table update ' +
    'with -1) when their connection ends.',
  codeFixes: {
    c:
      'recvmsg until EAGAIN before a Unix socket is put aside, and close what is not wanted. ' +
      'io_uring_register_files_update with -1, or a direct close, for each ended connection.',
    node:
      'A socket that was sent with child.send(message, socket) waits until the child reads its channel: no ' +
      'blocking in the child, and end() for the sockets that it does not serve.',
    python:
      'socket.recv_fds() and os.close() for what is not wanted; multiprocessing sends sockets the same way: ' +
      'receive them all before a worker ends.',
  },
};

/** Finds descriptors in flight, at the receiving end; a ring is named by the evidence. */
const RELEASE: Remedy = {
  id: 'release',
  command: "grep -l 'scm_fds:.*[1-9]' /proc/[0-9]*/fdinfo/*",
  does: 'names Unix sockets with descriptors in flight: let their process receive or close them, or end it; likewise the process that has the ring',
  frees: { connection: true, descriptor: true, worker: false },
  risk: 'what else that process does ends too, where it is ended',
  peerSees: 'a FIN, or a RST where data was left unread',
};

const FILE: DestroyTexts = { risk: 'the file stays where it is, and no list of connections shows it any more' };
