import type { CauseId } from '../facts/index.ts';

/** Rows of the matrix: every cause that can be built. What nothing decides has no mechanism. */
export type RemedyCause = Exclude<CauseId, 'undetermined'>;

/** What the other end of the connection is like. */
export const PEERS = [
  {
    id: 'half-closed',
    letter: 'A',
    title: 'half-closed and alive',
    says: 'The peer has closed its sending half (shutdown), and lives: its FIN-WAIT-2 belongs to a process and has no time limit.',
  },
  {
    id: 'closed',
    letter: 'B',
    title: 'closed, FIN-WAIT-2 running',
    says: 'The peer has closed its descriptor; its kernel still waits for the other FIN (tcp_fin_timeout, 60 s by default).',
  },
  {
    id: 'expired',
    letter: 'C',
    title: 'closed, FIN-WAIT-2 expired',
    says: 'The peer has closed, and its kernel has waited long enough: nothing there knows the connection any more.',
  },
  {
    id: 'vanished',
    letter: 'V',
    title: 'vanished',
    says: 'After its FIN the peer, or the way to it, is gone: whatever is sent there is dropped without an answer.',
  },
] as const;

export type PeerId = (typeof PEERS)[number]['id'];

/** Columns of the matrix. `inside`: a change of the program; `outside`: something done to it while it runs. */
export const REMEDIES = [
  { id: 'none', where: 'control', title: 'nothing', says: 'Nothing is done: what the others are compared with.' },
  {
    id: 'read-rule',
    where: 'inside',
    title: 'read rule',
    says: 'After each read: 0 means close; negative means close, unless EAGAIN, EWOULDBLOCK or EINTR.',
  },
  {
    id: 'sweep',
    where: 'inside',
    title: 'idle sweep',
    says: 'A timestamp of the last activity of each connection; a sweep closes what was idle for 0.5 s. In the event loop where there is one, else in a thread of its own. It calls close(2) alone.',
  },
  {
    id: 'heartbeat',
    where: 'inside',
    title: 'heartbeat',
    says: 'A thread of its own writes a line to each connection every 0.25 s, and closes on the error that this provokes.',
  },
  {
    id: 'heartbeat-and-timeout',
    where: 'inside',
    title: 'heartbeat + TCP_USER_TIMEOUT',
    says: 'The heartbeat, and TCP_USER_TIMEOUT of 3 s for what it writes.',
  },
  {
    id: 'keepalive-system',
    where: 'inside',
    title: 'keepalive, system values',
    says: "SO_KEEPALIVE with the system's tcp_keepalive_time, _intvl and _probes (here 2 s, 1 s, 3).",
  },
  {
    id: 'keepalive-socket',
    where: 'inside',
    title: 'keepalive, own values',
    says: 'SO_KEEPALIVE with TCP_KEEPIDLE 2 s, TCP_KEEPINTVL 1 s and TCP_KEEPCNT 2 of the socket.',
  },
  {
    id: 'user-timeout',
    where: 'inside',
    title: 'TCP_USER_TIMEOUT',
    says: 'TCP_USER_TIMEOUT of 3 s, and nothing else.',
  },
  {
    id: 'keepalive-and-timeout',
    where: 'inside',
    title: 'keepalive + TCP_USER_TIMEOUT',
    says: 'SO_KEEPALIVE with 50 probes, and TCP_USER_TIMEOUT of 3 s, which takes the place of the count.',
  },
  {
    id: 'rdhup',
    where: 'inside',
    title: 'EPOLLRDHUP',
    says: 'The program asks epoll for EPOLLRDHUP on each connection, and closes on it. In the event loop where there is one, else in a thread of its own.',
  },
  {
    id: 'destroy',
    where: 'outside',
    title: 'SOCK_DESTROY',
    says: 'The kernel is told to end the connection, as `ss -K` does.',
  },
  {
    id: 'shutdown-read',
    where: 'outside',
    title: 'shutdown, read',
    says: 'shutdown(SHUT_RD) through a copy of the descriptor (pidfd_getfd).',
  },
  {
    id: 'shutdown-write',
    where: 'outside',
    title: 'shutdown, write',
    says: 'shutdown(SHUT_WR) through a copy of the descriptor.',
  },
  {
    id: 'shutdown-both',
    where: 'outside',
    title: 'shutdown, both',
    says: 'shutdown(SHUT_RDWR) through a copy of the descriptor.',
  },
  {
    id: 'other-leg-destroy',
    where: 'outside',
    title: 'SOCK_DESTROY, other leg',
    says: 'The same on the FIN-WAIT-2 leg of a relay.',
  },
  {
    id: 'other-leg-read',
    where: 'outside',
    title: 'shutdown, read, other leg',
    says: 'shutdown(SHUT_RD) on the FIN-WAIT-2 leg of a relay.',
  },
  {
    id: 'other-leg-write',
    where: 'outside',
    title: 'shutdown, write, other leg',
    says: 'shutdown(SHUT_WR) on the FIN-WAIT-2 leg of a relay.',
  },
  {
    id: 'other-leg-both',
    where: 'outside',
    title: 'shutdown, both, other leg',
    says: 'shutdown(SHUT_RDWR) on the FIN-WAIT-2 leg of a relay.',
  },
  {
    id: 'listener-shutdown',
    where: 'outside',
    title: 'shutdown of the listener',
    says: 'shutdown(SHUT_RDWR) through a copy of the listening descriptor: ends what waits in its queue.',
  },
  {
    id: 'timeout-outside',
    where: 'outside',
    title: 'TCP_USER_TIMEOUT from outside',
    says: 'TCP_USER_TIMEOUT of 2 s set through a copy of the descriptor.',
  },
  {
    id: 'keepalive-outside',
    where: 'outside',
    title: 'keepalive from outside',
    says: 'SO_KEEPALIVE (1 s, 1 s, 2 probes) set through a copy of the descriptor.',
  },
  {
    id: 'sysctl-keepalive',
    where: 'outside',
    title: 'sysctl, SO_KEEPALIVE on',
    says: 'net.ipv4.tcp_keepalive_time, _intvl and _probes are lowered from 7200, 75 and 9 to 2, 1 and 3; SO_KEEPALIVE was on before.',
  },
  {
    id: 'sysctl-alone',
    where: 'outside',
    title: 'sysctl, SO_KEEPALIVE off',
    says: 'The same, and the program has not set SO_KEEPALIVE.',
  },
  {
    id: 'send-timeout-outside',
    where: 'outside',
    title: 'SO_SNDTIMEO from outside',
    says: 'SO_SNDTIMEO of 1 s set through a copy of the descriptor.',
  },
  {
    id: 'raise-limit',
    where: 'outside',
    title: 'higher descriptor limit',
    says: 'prlimit: the process may have more descriptors.',
  },
  {
    id: 'restart',
    where: 'outside',
    title: 'restart',
    says: 'The main process is killed, and started anew. A child of it is not: KillMode=process of systemd.',
  },
] as const;

export type RemedyId = (typeof REMEDIES)[number]['id'];
