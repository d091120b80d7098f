import type { SynFinFate, SynFinProbe, SynFinSettings, SynFinSight, SynFinTarget } from './syn-fin-document.ts';

/** As a heading and inside a sentence. */
export const TARGET_WORDS: Readonly<Record<SynFinTarget, string>> = {
  'closed-port': 'a closed port',
  listener: 'a listening port',
  'syn-received': 'a request in SYN-RECEIVED',
  'fast-open-child': 'a connection of Fast Open in SYN-RECEIVED',
  established: 'a connection in ESTABLISHED',
  'syn-sent': 'a connection in SYN-SENT (the client side)',
};

/** The first segment of a trial. */
export const PROBE_WORDS: Readonly<Record<SynFinProbe, string>> = {
  syn: 'SYN',
  'syn-fin': 'SYN+FIN',
  'syn-fin-data': 'SYN+FIN, data',
  'syn-fin-cookie': 'SYN+FIN, data, cookie',
  'syn-fin-repeated': "SYN+FIN, the SYN's number",
  'syn-fin-in-window': 'SYN+FIN in the window',
  'syn-fin-outside': 'SYN+FIN outside of it',
  'syn-fin-ack': 'SYN+FIN+ACK',
  'syn-rst': 'SYN+RST',
  fin: 'FIN',
  null: 'no flags (NULL)',
  xmas: 'FIN+PSH+URG (Xmas)',
  'handshake-fin': 'SYN',
  'fast-open-data': 'SYN, data, cookie',
};

/** The same inside a sentence that names the target. */
export const PROBE_SENTENCE_WORDS: Readonly<Partial<Record<SynFinProbe, string>>> = {
  'syn-fin-repeated': 'SYN+FIN with the sequence number of the first SYN',
  'syn-fin-outside': 'SYN+FIN outside of the window',
  'syn-fin-ack': 'SYN+FIN+ACK that acknowledges the other SYN',
};

/** One column wide or two: the table lists them. */
export const SETTINGS_WORDS: Readonly<Record<SynFinSettings, string>> = {
  'cookies-0': '0',
  'cookies-1': '1',
  'cookies-2': '2',
  'fast-open': 'FO',
};

/** `0 1 2 FO`. */
export function listSettings(settings: readonly SynFinSettings[]): string {
  return settings.map((name) => SETTINGS_WORDS[name]).join(' ');
}

/** What the words of a table mean. */
export const SETTINGS_LEGEND: string =
  'settings: 0, 1, 2 is net.ipv4.tcp_syncookies; FO is tcp_fastopen=3, on the listener too. counters: what moved of ' +
  '/proc/net/snmp and /proc/net/netstat beside the segments themselves, and the drops that the listener counts.';

/** What a sight means for the reader. */
export const SIGHT_WORDS: Readonly<Record<SynFinSight, string>> = {
  seen: '',
  'not-delivered': 'not delivered',
  'not-watched': 'not watched',
  disturbed: 'disturbed',
  late: 'too late',
};

/** After `SYN+FIN to a listening port …` or `… is answered by ACK and …`. */
export const FATE_WORDS: Readonly<Record<SynFinFate, string>> = {
  dropped: 'is dropped',
  refused: 'is refused with RST',
  'fin-ignored': 'does what a SYN does, while its FIN is ignored',
  'close-wait': 'makes CLOSE-WAIT',
  unchanged: 'leaves the state as it is',
  ended: 'ends it',
  differs: 'fares differently with different settings',
  undecided: 'is undecided',
};

/** Probes whose first segment has SYN and FIN. */
export const SYN_FIN_PROBES_PROPER: readonly SynFinProbe[] = [
  'syn-fin',
  'syn-fin-data',
  'syn-fin-cookie',
  'syn-fin-repeated',
  'syn-fin-in-window',
  'syn-fin-outside',
  'syn-fin-ack',
];
