import type { DoubtId } from './verdict.ts';

interface DoubtWords {
  readonly says: string;
  /** What would decide; null where nothing does any more. */
  readonly decides: string | null;
}

/** What a doubt says, and what would decide. */
export const DOUBT_WORDS: Readonly<Record<DoubtId, DoubtWords>> = {
  'started-late': {
    says: 'the capture began in the middle of it, and this end has sent no data since: its FIN may have gone before',
    decides: 'a capture from before the connection, or `closewait ls` on that host',
  },
  'one-direction': {
    says: 'nothing of this end was captured',
    decides: 'a capture where both directions pass',
  },
  'fin-may-be-missing': {
    says: 'the last octets of this end are not in the capture, and the FIN may be one of them',
    decides: 'a capture without losses: a larger buffer (`tcpdump -B`), fewer octets of a packet (`-s 96`)',
  },
  'too-young': {
    says: 'the capture ends too soon after the FIN',
    decides: 'a capture that goes on for longer, or a smaller --min-age',
  },
  contradiction: {
    says: 'the sequence numbers are not those of one connection',
    decides: null,
  },
  'reset-disputed': {
    says: 'an end went on after a RST, so the RST was lost or forged',
    decides: '`closewait ls --state all` on that host',
  },
  replaced: {
    says: 'a new connection took over both endpoints: this one had ended, and the capture has not seen how',
    decides: null,
  },
  'fin-not-acknowledged': {
    says: 'no acknowledgment of the FIN was captured: this end may not have received it',
    decides: 'a capture at that end',
  },
  'control-only': {
    says: 'only segments with SYN, FIN or RST were captured: what was acknowledged or sent after the FIN is not known',
    decides: 'a capture of all segments, of their headers alone (`tcpdump -s 96 tcp`)',
  },
  'octets-missing': {
    says: 'segments of this connection are not in the capture',
    decides: 'a capture without losses',
  },
  fragments: {
    says: 'some segments came in IP fragments, so their length is not known',
    decides: null,
  },
  'others-missing': {
    says: 'segments of other connections are not in the capture, so a FIN of this one may be missing as well',
    decides: 'a capture without losses',
  },
  'capture-dropped': {
    says: 'the capture dropped packets, and the FIN may be one of them',
    decides: 'a capture without drops',
  },
  'timestamps-run-back': {
    says: 'the capture is not in the order of time',
    decides: '`reordercap` of Wireshark puts it in order',
  },
  'no-later-proof': {
    says: 'nothing that it sent later proves it: a FIN would have been seen unless the capture lost it and its acknowledgment',
    decides: 'a keep-alive probe of the peer, or `closewait ls` on that host',
  },
};
