import { fromLinuxState, type TcpState } from '../tcp/index.ts';
import { type Decoded, decoded, problem } from './decoded.ts';
import { HELD_FLAG, USE_AT, USE_BYTES, USE_FLAG } from './held-layout.ts';
import { isKernels } from './held-socket.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';

/** What keeps one TCP socket. */
export interface SocketUse {
  readonly state: TcpState;
  /** Inode number of its struct socket; 0: in an accept queue, or nobody's any more. */
  readonly inode: number;
  readonly cookie: bigint;
  /** sk_kern_sock: a socket of the kernel's own. */
  readonly isKernels: boolean;
  /** SOCK_DONE: the peer's FIN has arrived. */
  readonly finReceived: boolean;
  /** A struct file refers to it: somebody has it open, by a descriptor or in another way. */
  readonly hasFile: boolean;
}

/** The answer of `KernelSource.listSocketUses`, decoded. */
export function decodeSocketUses(chunks: readonly Uint8Array[]): Decoded<readonly SocketUse[]> {
  const uses: SocketUse[] = [];
  for (const chunk of chunks) {
    const whole = chunk.length - (chunk.length % USE_BYTES);
    if (whole !== chunk.length) return problem('socket use', whole, `${USE_BYTES} bytes`, `${chunk.length - whole}`);
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < chunk.length; at += USE_BYTES) {
      const number = view.getUint8(at + USE_AT.state);
      const state = fromLinuxState(number);
      if (state === null) return problem('socket use', at + USE_AT.state, 'a state from 1 to 13', `${number}`);
      const flags = view.getUint8(at + USE_AT.flags);
      uses.push({
        state,
        inode: view.getUint32(at + USE_AT.inode, HOST_IS_LITTLE_ENDIAN),
        cookie: view.getBigUint64(at + USE_AT.cookie, HOST_IS_LITTLE_ENDIAN),
        isKernels: isKernels(flags),
        finReceived: (flags & HELD_FLAG.done) !== 0,
        hasFile: (flags & USE_FLAG.file) !== 0,
      });
    }
  }
  return decoded(uses);
}
