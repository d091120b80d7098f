/**
 * The settings that rule how long a connection may stay in a state, by their names for sysctl(8). Their values belong to
 * a network namespace: what is read is the value of the own one.
 */
export const KERNEL_SETTINGS = [
  'net.core.somaxconn',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_max_orphans',
  'net.ipv4.tcp_max_syn_backlog',
  'net.ipv4.tcp_max_tw_buckets',
  'net.ipv4.tcp_orphan_retries',
  'net.ipv4.tcp_retries2',
  'net.ipv4.tcp_syn_retries',
  'net.ipv4.tcp_synack_retries',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_tw_reuse',
] as const;

/** One of these settings. */
export type KernelSetting = (typeof KERNEL_SETTINGS)[number];
