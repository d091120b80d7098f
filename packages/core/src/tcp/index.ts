export { TCP_STATES, type TcpState } from './states.ts';
